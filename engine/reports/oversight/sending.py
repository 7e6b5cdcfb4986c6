"""How the channels to the outside stand, and what did not go out: for whoever looks after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from engine.db.tables import delivery_attempt, notice, outbox, person, process_instance
from engine.messages import Text, from_text
from engine.notices.kinds import name_of
from engine.notices.resending import NOT_SENT, is_over, why_not
from engine.notices.said import SAID, Noticed, text_of
from engine.reports.parts.reached import channel_name
from engine.reports.parts.readers import MASK
from engine.runtime.step.confidentiality import revealed_in
from engine.states import SendingStatus

SHOWN_TROUBLES = 50


@dataclass(frozen=True)
class ChannelState:
    """A channel of the installation: what waits, what failed and is tried again, what was given up."""

    key: str
    name: Text
    configured: bool
    waiting: int
    failed: int
    given_up: int
    sent: int
    last_sent_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """What became of a message once, or who wanted it sent again."""

    at: datetime
    outcome: str
    reason: Text
    by: str


@dataclass(frozen=True)
class Trouble:
    """A message that did not go out: given up, or to be tried again at `next_try_at`.

    `text` is empty for whoever looks after the sending and may not read the case. `why_not` says why it is not sent again.
    """

    id: str
    channel: Text
    to: str
    address: str
    kind_name: Text
    number: str
    text: Text
    status: str
    attempts: int
    reason: Text
    next_try_at: datetime
    made_at: datetime
    history: tuple[Attempt, ...]
    why_not: Text


def channel_states(tx: Connection, names: Mapping[str, Text]) -> list[ChannelState]:
    """Every channel that the installation has (`names` by key), and every one that still has messages."""
    counted: dict[str, Counter[str]] = {}
    last: dict[str, datetime] = {}
    rows = tx.execute(
        select(
            outbox.c.channel, outbox.c.status, func.count().label("number"), func.max(outbox.c.sent_at).label("last")
        ).group_by(outbox.c.channel, outbox.c.status)
    )
    for row in rows:
        counted.setdefault(row.channel, Counter())[row.status] = row.number
        if row.last is not None:
            last[row.channel] = row.last
    return [
        ChannelState(
            key=key,
            name=names.get(key, channel_name(key)),
            configured=key in names,
            waiting=counted.get(key, Counter())["waiting"],
            failed=counted.get(key, Counter())["failed"],
            given_up=counted.get(key, Counter())["given_up"],
            sent=counted.get(key, Counter())["sent"],
            last_sent_at=last.get(key),
        )
        for key in dict.fromkeys([*names, *sorted(counted)])
    ]


def troubles(tx: Connection, channels: Collection[str], with_text: bool) -> list[Trouble]:
    """Messages that were given up or failed at least once and still wait, those given up first, then the latest first."""
    joined = (
        outbox.join(notice, notice.c.id == outbox.c.notice_id)
        .outerjoin(process_instance, process_instance.c.id == notice.c.instance_id)
        .outerjoin(person, person.c.id == outbox.c.person_id)
    )
    statement = (
        select(
            outbox,
            notice.c.kind,
            *(column for column in SAID if column.name != "id"),
            process_instance.c.number,
            person.c.name,
            is_over().label("is_over"),
        )
        .select_from(joined)
        .where(or_(outbox.c.status.in_(NOT_SENT), _sent_again()))
        .order_by(case((outbox.c.status == SendingStatus.GIVEN_UP, 0), else_=1), outbox.c.made_at.desc(), outbox.c.id)
        .limit(SHOWN_TROUBLES)
    )
    rows = tx.execute(statement).all()
    histories = _histories(tx, [row.id for row in rows])
    return [
        Trouble(
            id=row.id,
            channel=channel_name(row.channel),
            to=row.name or "",
            address=row.address or "",
            kind_name=name_of(row.kind),
            number=row.number or "",
            text=_text(tx, row) if with_text else "",
            status=row.status,
            attempts=row.attempts,
            reason=from_text(row.reason or ""),
            next_try_at=row.next_try_at,
            made_at=row.made_at,
            history=tuple(histories.get(row.id, [])),
            why_not=why_not(row.status, row.channel in channels, row.is_over),
        )
        for row in rows
    ]


class _Sent(Noticed, Protocol):
    @property
    def instance_id(self) -> str | None: ...


def _text(tx: Connection, row: _Sent) -> Text:
    """What the message says, but for what colleagues told each other of somebody who is to be kept unnamed."""
    if row.instance_id is None:
        return text_of(row)
    return MASK if revealed_in(tx, row.instance_id, None, row.text) else text_of(row)


def undelivered(tx: Connection) -> int:
    """How many messages were given up."""
    return tx.scalar(select(func.count()).where(outbox.c.status == SendingStatus.GIVEN_UP)) or 0


def _sent_again() -> ColumnElement[bool]:
    """Somebody wanted it sent again, and it has not been tried since."""
    return and_(outbox.c.status == SendingStatus.WAITING, outbox.c.round_from > 0)


def _histories(tx: Connection, message_ids: list[str]) -> dict[str, list[Attempt]]:
    found: dict[str, list[Attempt]] = {}
    for row in tx.execute(
        select(delivery_attempt, person.c.name)
        .outerjoin(person, person.c.id == delivery_attempt.c.person_id)
        .where(delivery_attempt.c.message_id.in_(message_ids))
        .order_by(delivery_attempt.c.message_id, delivery_attempt.c.number)
    ):
        found.setdefault(row.message_id, []).append(
            Attempt(row.at, row.outcome, from_text(row.reason or ""), row.name or row.by or "")
        )
    return found

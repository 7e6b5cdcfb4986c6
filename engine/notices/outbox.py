"""What waits to be sent outside: written with the step that caused it, sent after it, at least once.

A row's id never changes, so whoever receives it twice can tell. Who sends a row holds a lease on it; a lease that has run
out (its holder was killed) is taken by the next. How every attempt went is kept beside the row, also when somebody has the
message sent again. Every function works within the transaction it is given, and none sends.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, insert, or_, select, update

from engine.db import fetch
from engine.db.case import Case, case_of
from engine.db.english import english_of
from engine.db.rows import UnsentRow
from engine.db.tables import deadline, delivery_attempt, notice, outbox, person, process_instance, task, unit
from engine.db.unit import unit_of
from engine.deadlines.standing import last_moment_of
from engine.ids import new_id
from engine.messages import LANGUAGES, Text, listed, to_text
from engine.messages import gettext as _
from engine.notices.causes import Cause
from engine.notices.message import Message
from engine.notices.said import text_of
from engine.states import AttemptOutcome, SendingStatus

DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long after the first, second … failed attempt it is tried again; the last one repeats."""
LIFETIME = timedelta(days=3)
"""A message that was tried for so long and could not be sent is given up; `notices.again` is how it goes out after all."""
LEASE = timedelta(minutes=5)
"""Longer than any attempt can take."""
TRIED = (SendingStatus.WAITING, SendingStatus.FAILED)
_DROP = (
    update(outbox)
    .where(outbox.c.id == bindparam("message_id"), outbox.c.status.in_(TRIED))
    .values(status=SendingStatus.DROPPED)
)


@dataclass(frozen=True)
class Parcel:
    """A leased row: the message, and what its holder needs to say how it went."""

    id: str
    lease: str
    attempts: int
    message: Message


def put(
    tx: Connection,
    notice_id: str,
    instance_id: str | None,
    channel: str,
    now: datetime,
    not_before: datetime,
    person_id: str | None = None,
    address: str | None = None,
    cause: Cause | None = None,
) -> str:
    """The notice will be sent by this channel, not before that instant. Returns the message's id.

    `cause` is what the notice of an instance is about: when that is over, it is not sent to people any more.
    """
    row = {
        "id": new_id(),
        "notice_id": notice_id,
        "instance_id": instance_id,
        "channel": channel,
        "person_id": person_id,
        "address": address,
        "status": SendingStatus.WAITING,
        "attempts": 0,
        "next_try_at": not_before,
        "made_at": now,
    }
    if instance_id is None or person_id is None or cause is None:
        unit_of(tx).changes.add(outbox, row)
    else:
        case_of(tx, instance_id).add(outbox, row, **cause)
    return str(row["id"])


def drop(tx: Connection, case: Case, messages: Collection[UnsentRow]) -> None:
    """These messages of the instance are not sent any more, unless they have gone out in the meantime."""
    if messages:
        with unit_of(tx).known():
            tx.execute(_DROP, [{"message_id": message.id} for message in messages])
        for message in messages:
            case.put_aside(outbox, message)


def any_due(tx: Connection, channel: str, now: datetime) -> bool:
    """Whether there is anything to send on the channel."""
    return tx.execute(select(outbox.c.id).where(_due(channel, now)).limit(1)).first() is not None


def lease(tx: Connection, channel: str, now: datetime, base_url: str = "") -> Parcel | None:
    """The message that has waited longest on this channel is this caller's to send; None when none is due.

    On PostgreSQL the row is skipped while somebody else is taking it; on SQLite a transaction that writes is alone.
    """
    free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
    row = tx.execute(
        select(outbox.c.id, outbox.c.attempts, outbox.c.first_try_at)
        .where(_due(channel, now), free)
        .order_by(outbox.c.next_try_at, outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    mine = new_id()
    message = _message(tx, row.id, base_url)
    held = {
        "lease": mine,
        "leased_until": now + LEASE,
        "attempts": row.attempts + 1,
        "first_try_at": row.first_try_at or now,
        "address": message.address or None,
    }
    tx.execute(update(outbox).where(outbox.c.id == row.id).values(**held))
    return Parcel(row.id, mine, row.attempts + 1, message)


def sent(tx: Connection, parcel: Parcel, now: datetime) -> None:
    """It has gone out, whoever holds the lease by now."""
    own = and_(outbox.c.id == parcel.id, outbox.c.status != SendingStatus.SENT)
    if tx.execute(
        update(outbox).where(own).values(status=SendingStatus.SENT, sent_at=now, reason=None, **_FREE)
    ).rowcount:
        note(tx, parcel.id, now, AttemptOutcome.SENT)


def failed(tx: Connection, parcel: Parcel, reason: Text, now: datetime, for_good: bool = False) -> None:
    """It did not go out: it is tried again later, or given up when trying again is of no use or has lasted too long."""
    row = tx.execute(
        select(outbox.c.first_try_at, outbox.c.round_from).where(
            outbox.c.id == parcel.id, outbox.c.lease == parcel.lease
        )
    ).first()
    if row is None:
        return  # the lease ran out, and somebody else is at it
    _went(tx, parcel.id, _after(parcel.attempts - row.round_from, row.first_try_at, reason, now, for_good), now)


def channel_failed(tx: Connection, channel: str, reason: Text, now: datetime) -> None:
    """Everything that is due on a channel that cannot be reached has been tried, with the same result."""
    free = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now)
    rows = tx.execute(
        select(outbox.c.id, outbox.c.attempts, outbox.c.round_from, outbox.c.first_try_at)
        .where(_due(channel, now), free)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        attempts, first = row.attempts + 1, row.first_try_at or now
        after = _after(attempts - row.round_from, first, reason, now, False)
        _went(tx, row.id, {"attempts": attempts, "first_try_at": first, **after}, now)


def give_up_old(tx: Connection, channels: Collection[str], now: datetime) -> int:
    """Messages of channels that this installation no longer has are given up when their time is over."""
    old = and_(outbox.c.status.in_(TRIED), outbox.c.made_at <= now - LIFETIME, outbox.c.channel.not_in(list(channels)))
    given_up = {"status": SendingStatus.GIVEN_UP, "reason": to_text(_("This channel is switched off.")), **_FREE}
    ids = tx.scalars(select(outbox.c.id).where(old)).all()
    for message_id in ids:
        _went(tx, message_id, given_up, now)
    return len(ids)


def note(
    tx: Connection,
    message_id: str,
    now: datetime,
    outcome: str,
    reason: str | None = None,
    person_id: str | None = None,
    by: str | None = None,
) -> None:
    """What has just become of the message stays in its history."""
    instance_id = tx.scalar(select(outbox.c.instance_id).where(outbox.c.id == message_id))
    known = tx.scalar(select(func.count()).where(delivery_attempt.c.message_id == message_id)) or 0
    tx.execute(
        insert(delivery_attempt).values(
            id=new_id(),
            message_id=message_id,
            instance_id=instance_id,
            number=known + 1,
            at=now,
            outcome=outcome,
            reason=reason,
            person_id=person_id,
            by=by,
        )
    )


def _due(channel: str, now: datetime) -> ColumnElement[bool]:
    return and_(outbox.c.channel == channel, outbox.c.status.in_(TRIED), outbox.c.next_try_at <= now)


_FREE: dict[str, Any] = {"lease": None, "leased_until": None}


def _went(tx: Connection, message_id: str, values: dict[str, Any], now: datetime) -> None:
    """The row says how the attempt went, and so does its history."""
    tx.execute(update(outbox).where(outbox.c.id == message_id).values(**values))
    note(tx, message_id, now, values["status"], values["reason"])


def _after(attempts: int, first_try_at: datetime, reason: Text, now: datetime, for_good: bool) -> dict[str, Any]:
    next_try_at = now + DELAYS[min(attempts, len(DELAYS)) - 1]
    over = for_good or next_try_at > first_try_at + LIFETIME
    return {
        "status": SendingStatus.GIVEN_UP if over else SendingStatus.FAILED,
        "next_try_at": next_try_at,
        "reason": to_text(reason),
        **_FREE,
    }


class _Announced(NamedTuple):
    """A notice with what a message says of its instance, its unit, its period and the person who is told."""

    instance_id: str | None
    kind: str
    unit_code: str
    roles: list[str]
    step: str | None
    text: str
    said: Any
    id: str
    made_at: datetime
    number: str | None
    title: str | None
    key: str | None
    unit_name: str
    period_due_at: datetime | None
    last_day: date | None
    provisional: bool | None
    rule: str | None
    basis: str | None
    person_name: str | None
    email: str | None
    language: str | None


def _message(tx: Connection, message_id: str, base_url: str) -> Message:
    """What the row says now: the address of a person is the one that the person has now."""
    joined = (
        outbox.join(notice, notice.c.id == outbox.c.notice_id)
        .outerjoin(process_instance, process_instance.c.id == notice.c.instance_id)
        .join(unit, unit.c.code == notice.c.unit_code)
        .outerjoin(deadline, deadline.c.id == notice.c.deadline_id)
        .outerjoin(person, person.c.id == outbox.c.person_id)
    )
    own = ("instance_id", "kind", "unit_code", "roles", "step", "text", "said", "id", "made_at")
    columns = (
        *(notice.c[name] for name in own),
        process_instance.c.number,
        process_instance.c.title,
        process_instance.c.key,
        unit.c.name.label("unit_name"),
        deadline.c.due_at.label("period_due_at"),
        deadline.c.last_day,
        deadline.c.provisional,
        deadline.c.rule,
        deadline.c.basis,
        person.c.name.label("person_name"),
        person.c.email,
        person.c.language,
    )
    row = fetch.one(tx, _Announced, select(*columns).select_from(joined).where(outbox.c.id == message_id))
    return Message(
        id=message_id,
        kind=row.kind,
        number=row.number or "",
        title=row.title or "",
        unit_code=row.unit_code,
        unit_name=row.unit_name,
        roles=tuple(row.roles),
        text=text_of(row),
        step=_step(tx, row),
        due_at=row.period_due_at,
        last_moment=_last_moment(row),
        rule=row.rule or "",
        basis=row.basis or "",
        made_at=row.made_at,
        link=f"{base_url}/messages/{row.id}" if base_url else "",
        to_name=row.person_name or "",
        address=row.email or "",
        language=row.language or LANGUAGES[0],
    )


def _step(tx: Connection, row: _Announced) -> Text:
    """The step that the notice speaks of, or several, each as its diagram calls it."""
    if not row.step or row.instance_id is None:
        return str(row.step or "")
    named = row.step.split("、")
    tasks = select(task.c.name, task.c.element_id).where(task.c.instance_id == row.instance_id, task.c.name.in_(named))
    elements = {found.name: found.element_id for found in tx.execute(tasks)}
    english = english_of(tx)
    return listed(english.element(row.key or "", elements.get(name, name), name) for name in named)


def _last_moment(row: _Announced) -> Text:
    if row.period_due_at is None:
        return ""
    return last_moment_of(row.period_due_at, row.last_day is not None, bool(row.provisional))

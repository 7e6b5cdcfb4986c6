"""Whom a notice reached, and how it went out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.db.tables import notice, notice_receipt, outbox, person
from engine.messages import Text, from_text
from engine.messages import gettext as _
from engine.notices.kinds import DAILY_SEAL
from engine.notices.outbox import TRIED
from engine.notices.routes import HEADS_PREFIX, MAIL, WEBHOOK


@dataclass(frozen=True)
class Reached:
    """Whom a notice reached: people, how many have opened it, and for each channel how many messages stand how."""

    people: tuple[str, ...]
    read: int
    channels: Mapping[Text, Mapping[str, int]]
    reasons: tuple[Text, ...]


def reached_by(tx: Connection, instance_id: str) -> dict[str, Reached]:
    """For each notice of the instance, whom it reached and how: for the bureaus of oversight."""
    had: dict[str, list[Any]] = {}
    for row in tx.execute(
        select(notice_receipt.c.notice_id, notice_receipt.c.read_at, person.c.name)
        .join(person, person.c.id == notice_receipt.c.person_id)
        .where(notice_receipt.c.instance_id == instance_id)
        .order_by(person.c.login)
    ):
        had.setdefault(row.notice_id, []).append(row)
    sent: dict[str, list[Any]] = {}
    own = select(notice.c.id).where(notice.c.instance_id == instance_id)
    for row in tx.execute(select(outbox).where(outbox.c.notice_id.in_(own)).order_by(outbox.c.made_at, outbox.c.id)):
        sent.setdefault(row.notice_id, []).append(row)
    return {
        notice_id: Reached(
            people=tuple(row.name for row in had.get(notice_id, [])),
            read=sum(row.read_at is not None for row in had.get(notice_id, [])),
            channels=_by_channel(sent.get(notice_id, [])),
            reasons=tuple(dict.fromkeys(from_text(row.reason) for row in sent.get(notice_id, []) if row.reason)),
        )
        for notice_id in {*had, *sent}
    }


def together(several: Sequence[Reached]) -> Reached:
    """Several notices of one text, as one."""
    channels: dict[Text, Counter[str]] = {}
    for one in several:
        for name, counts in one.channels.items():
            channels.setdefault(name, Counter()).update(counts)
    return Reached(
        people=tuple(dict.fromkeys(name for one in several for name in one.people)),
        read=sum(one.read for one in several),
        channels={name: dict(counts) for name, counts in channels.items()},
        reasons=tuple(dict.fromkeys(reason for one in several for reason in one.reasons)),
    )


def channel_name(key: str) -> Text:
    if key.startswith(HEADS_PREFIX):
        return DAILY_SEAL
    known: dict[str, Text] = {MAIL: _("Mail"), WEBHOOK: "Webhook"}
    return known.get(key, _("Group robot"))


def _by_channel(rows: list[Any]) -> dict[Text, dict[str, int]]:
    found: dict[Text, Counter[str]] = {}
    for row in rows:
        status = "waiting" if row.status in TRIED and row.attempts == 0 else row.status
        found.setdefault(channel_name(row.channel), Counter())[status] += 1
    return {name: dict(counts) for name, counts in found.items()}

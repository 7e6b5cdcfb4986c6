"""What one person has been told, by day; who has a notice and how it went out; and what is under supervision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select

from engine.clock import local_date
from engine.db.tables import (
    deadline,
    notice,
    notice_receipt,
    outbox,
    person,
    process_instance,
    supervision_item,
    task,
)
from engine.errors import NotFound
from engine.notices import receipts
from engine.notices.kinds import group_of, name_of
from engine.notices.message import last_moment_of
from engine.notices.outbox import TRIED
from engine.organisation.assignment import Actor
from engine.reports.sending import channel_name
from engine.reports.units import Names, UnitName
from engine.runtime import instances, once

PAGE_SIZE = 20
TABS = ("unread", "all")


@dataclass(frozen=True)
class MessageLine:
    """One notice as its reader sees it; `unread` until it is opened or what it asks for is done."""

    notice_id: str
    kind: str
    kind_name: str
    group: str
    text: str
    number: str
    title: str
    unit: UnitName | None
    received_at: datetime
    unread: bool


@dataclass(frozen=True)
class Day:
    date: date
    lines: list[MessageLine]


@dataclass(frozen=True)
class Messages:
    """One page of a tab, the latest first; `total` counts the tab."""

    tab: str
    days: list[Day]
    total: int
    page: int
    counts: dict[str, int]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@once.repeatable
@dataclass(frozen=True)
class Opened:
    """What a notice leads to: its open task, else its instance, or nothing but itself.

    `unit_code` is the unit one must act for to see it.

    `lost` says why it leads nowhere any more; empty while it leads somewhere, and for whoever does not act for the unit.
    """

    number: str
    task_id: str | None
    unit_code: str
    unit_name: str
    lost: str = ""


@dataclass(frozen=True)
class Telling:
    """Whom a notice reached: people, how many have opened it, and for each channel how many messages stand how."""

    people: tuple[str, ...]
    read: int
    channels: Mapping[str, Mapping[str, int]]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SupervisionItem:
    """A period that was escalated twice and is still not met, or a recommended one that has long been over."""

    number: str
    title: str
    period: str
    hard: bool
    unit: UnitName | None
    last_moment: str
    opened_at: datetime


def unread(tx: Connection, person_id: str, unit_codes: Collection[str], looks_after: Collection[str] = ()) -> int:
    """How many unread notices the person has for the units that the person works for: one look into one index."""
    own = receipts.own_for(person_id, unit_codes, looks_after)
    return tx.scalar(select(func.count()).where(own, notice_receipt.c.cleared_at.is_(None))) or 0


def messages(
    tx: Connection, person_id: str, unit_codes: Collection[str], tab: str, page: int, looks_after: Collection[str] = ()
) -> Messages:
    own = receipts.own_for(person_id, unit_codes, looks_after)
    is_unread = notice_receipt.c.cleared_at.is_(None)
    counts = {
        "unread": unread(tx, person_id, unit_codes, looks_after),
        "all": tx.scalar(select(func.count()).where(own)) or 0,
    }
    total = counts[tab]
    page = max(1, min(page, -(-total // PAGE_SIZE)))
    joined = notice_receipt.join(notice, notice.c.id == notice_receipt.c.notice_id).outerjoin(
        process_instance, process_instance.c.id == notice.c.instance_id
    )
    statement = (
        select(
            notice.c.id,
            notice.c.kind,
            notice.c.text,
            notice.c.unit_code,
            process_instance.c.number,
            process_instance.c.title,
            notice_receipt.c.received_at,
            notice_receipt.c.cleared_at,
        )
        .select_from(joined)
        .where(own, *([is_unread] if tab == "unread" else []))
        .order_by(notice_receipt.c.received_at.desc(), notice.c.due_at.desc(), notice.c.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    names = Names(tx)
    days: list[Day] = []
    for row in tx.execute(statement):
        day = local_date(row.received_at)
        if not days or days[-1].date != day:
            days.append(Day(day, []))
        days[-1].lines.append(_line(row, names))
    return Messages(tab, days, total, page, counts)


def find(
    tx: Connection, actor: Actor, unit_codes: Collection[str], notice_id: str, looks_after: Collection[str] = ()
) -> Opened | None:
    """What the person's notice leads to; None when it is not this person's, or of a unit that the person has left."""
    own = and_(receipts.own_for(actor.person_id, unit_codes, looks_after), notice_receipt.c.notice_id == notice_id)
    row = tx.execute(
        select(
            notice.c.unit_code,
            notice.c.kind,
            notice.c.instance_id,
            process_instance.c.number,
            task.c.id.label("task_id"),
            task.c.status,
        )
        .select_from(
            notice_receipt.join(notice, notice.c.id == notice_receipt.c.notice_id)
            .outerjoin(process_instance, process_instance.c.id == notice.c.instance_id)
            .outerjoin(task, task.c.id == notice.c.task_id)
        )
        .where(own)
    ).first()
    if row is None:
        return None
    unit = Names(tx).unit(row.unit_code)
    task_id = row.task_id if row.status == "open" else None
    sees = row.instance_id is None or row.unit_code != actor.unit_code
    lost = "" if sees else _lost(tx, actor, row.instance_id, row.kind, row.number)
    return Opened(row.number or "", task_id, row.unit_code, unit.name if unit else row.unit_code, lost)


def tellings(tx: Connection, instance_id: str) -> dict[str, Telling]:
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
        notice_id: Telling(
            people=tuple(row.name for row in had.get(notice_id, [])),
            read=sum(row.read_at is not None for row in had.get(notice_id, [])),
            channels=_by_channel(sent.get(notice_id, [])),
            reasons=tuple(dict.fromkeys(row.reason for row in sent.get(notice_id, []) if row.reason)),
        )
        for notice_id in {*had, *sent}
    }


def together(tellings: Sequence[Telling]) -> Telling:
    """Several notices of one text, as one."""
    channels: dict[str, Counter[str]] = {}
    for telling in tellings:
        for name, counts in telling.channels.items():
            channels.setdefault(name, Counter()).update(counts)
    return Telling(
        people=tuple(dict.fromkeys(name for telling in tellings for name in telling.people)),
        read=sum(telling.read for telling in tellings),
        channels={name: dict(counts) for name, counts in channels.items()},
        reasons=tuple(dict.fromkeys(reason for telling in tellings for reason in telling.reasons)),
    )


def supervision_items(tx: Connection) -> list[SupervisionItem]:
    """What is under supervision now, the longest overdue first."""
    names = Names(tx)
    rows = tx.execute(
        select(
            process_instance.c.number,
            process_instance.c.title,
            deadline.c.name,
            deadline.c.hard,
            deadline.c.unit_code,
            deadline.c.due_at,
            deadline.c.last_day,
            deadline.c.provisional,
            supervision_item.c.opened_at,
        )
        .select_from(
            supervision_item.join(deadline, deadline.c.id == supervision_item.c.deadline_id).join(
                process_instance, process_instance.c.id == supervision_item.c.instance_id
            )
        )
        .where(supervision_item.c.closed_at.is_(None))
        .order_by(deadline.c.due_at, process_instance.c.number)
    )
    return [
        SupervisionItem(
            number=row.number,
            title=row.title,
            period=row.name,
            hard=row.hard,
            unit=names.unit(row.unit_code),
            last_moment=last_moment_of(row.due_at, row.last_day is not None, row.provisional),
            opened_at=row.opened_at,
        )
        for row in rows
    ]


def _lost(tx: Connection, actor: Actor, instance_id: str, kind: str, number: str) -> str:
    try:
        instances.require_visible(tx, instance_id, actor)
    except NotFound:
        if kind == "copy":
            return f"“{number}”的抄送已经收回，不能再看。"
        return f"“{number}”不由你现在的岗位查看。需要时请向承办人了解。"
    return ""


def _line(row: Any, names: Names) -> MessageLine:
    return MessageLine(
        notice_id=row.id,
        kind=row.kind,
        kind_name=name_of(row.kind),
        group=group_of(row.kind),
        text=row.text,
        number=row.number or "",
        title=row.title or "",
        unit=names.unit(row.unit_code),
        received_at=row.received_at,
        unread=row.cleared_at is None,
    )


def _by_channel(rows: list[Any]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        status = "waiting" if row.status in TRIED and row.attempts == 0 else row.status
        found.setdefault(channel_name(row.channel), Counter())[status] += 1
    return {name: dict(counts) for name, counts in found.items()}

"""What one person has been told, by day, and what is under supervision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from engine.clock import local_date
from engine.db.english import english_of
from engine.db.tables import (
    deadline,
    notice,
    notice_receipt,
    process_instance,
    supervision_item,
    task,
)
from engine.errors import NotFound
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices import receipts
from engine.notices.kinds import group_of, name_of
from engine.notices.said import SAID, text_of
from engine.organisation.assignment import Actor
from engine.reports.parts import paging
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.instances import instances
from engine.runtime.step import repeated_forms
from engine.states import NoticeKind, TaskStatus

TABS = ("unread", "all")


@dataclass(frozen=True)
class MessageLine:
    """One notice as its reader sees it; `unread` until it is opened or what it asks for is done."""

    notice_id: str
    kind: str
    kind_name: Text
    group: str
    text: Text
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
    """One page of a tab, the latest first; `total` counts the tab, as `counts` do both, a thousand at most."""

    tab: str
    days: list[Day]
    total: int
    earlier: str
    later: str
    counts: dict[str, int]


@repeated_forms.repeatable
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
    lost: Text = ""


@dataclass(frozen=True)
class SupervisionItem:
    """A period that was escalated twice and is still not met, or a recommended one that has long been over."""

    number: str
    title: str
    period: Text
    hard: bool
    unit: UnitName | None
    due_at: datetime
    last_day: date | None
    provisional: bool
    opened_at: datetime


@dataclass(frozen=True)
class Items:
    """One page of what is under supervision; `total` is a thousand at most."""

    rows: list[SupervisionItem]
    total: int
    earlier: str
    later: str


def unread(tx: Connection, person_id: str, unit_codes: Collection[str], looks_after: Collection[str] = ()) -> int:
    """How many unread notices the person has for the units that the person works for, a thousand at most."""
    return tx.scalar(select(paging.counted(_received("unread", person_id, unit_codes, looks_after)))) or 0


def messages(
    tx: Connection,
    person_id: str,
    unit_codes: Collection[str],
    tab: str,
    place: Place = HEAD,
    looks_after: Collection[str] = (),
) -> Messages:
    whose = (person_id, unit_codes, looks_after)
    page = paging.turn(tx, lambda place: _shown(_received(tab, *whose), place), place)
    counts = tx.execute(select(*(paging.counted(_received(name, *whose)).label(name) for name in TABS))).one()
    names = Names(tx)
    days: list[Day] = []
    for row in page.rows:
        day = local_date(row.sort_at)
        if not days or days[-1].date != day:
            days.append(Day(day, []))
        days[-1].lines.append(_line(row, names))
    return Messages(tab, days, counts._mapping[tab], page.earlier, page.later, dict(counts._mapping))


def _received(tab: str, person_id: str, unit_codes: Collection[str], looks_after: Collection[str]) -> Select[Any]:
    """Instant and notice of what the person has received, or has received and not seen to."""
    keys = (notice_receipt.c.received_at.label("sort_at"), notice_receipt.c.notice_id.label("sort_id"))
    statement = select(*keys, notice_receipt.c.cleared_at).where(receipts.own_for(person_id, unit_codes, looks_after))
    return statement.where(notice_receipt.c.cleared_at.is_(None)) if tab == "unread" else statement


def _shown(received: Select[Any], place: Place) -> Select[Any]:
    """One page of them, with what the notices say."""
    keys = (notice_receipt.c.received_at, notice_receipt.c.notice_id)
    page = paging.at(received, keys, place, newest_first=True).subquery()
    said = (*SAID, notice.c.kind, notice.c.unit_code)
    return (
        select(*said, process_instance.c.number, process_instance.c.title, *page.c)
        .join(page, page.c.sort_id == notice.c.id)
        .outerjoin(process_instance, process_instance.c.id == notice.c.instance_id)
        .order_by(*paging.in_order(paging.sorted_by(page), not place.back))
    )


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
    task_id = row.task_id if row.status == TaskStatus.OPEN else None
    sees = row.instance_id is None or row.unit_code != actor.unit_code
    lost = "" if sees else _lost(tx, actor, row.instance_id, row.kind, row.number)
    return Opened(row.number or "", task_id, row.unit_code, unit.name if unit else row.unit_code, lost)


def supervision_items(tx: Connection, names: Names, place: Place = HEAD) -> Items:
    """What is under supervision now, the longest first."""
    still = supervision_item.c.closed_at.is_(None)
    keys = supervision_item.c.opened_at, supervision_item.c.deadline_id
    columns = select(supervision_item, keys[0].label("sort_at"), keys[1].label("sort_id")).where(still)
    page = paging.turn(tx, lambda place: _with_periods(paging.at(columns, keys, place), place), place)
    english = english_of(tx)
    lines = [
        SupervisionItem(
            number=row.number,
            title=row.title,
            period=english.titled(row.key, row.element_id, row.name),
            hard=row.hard,
            unit=names.unit(row.unit_code),
            due_at=row.due_at,
            last_day=row.last_day,
            provisional=bool(row.provisional),
            opened_at=row.sort_at,
        )
        for row in page.rows
    ]
    total = len(lines)
    if page.earlier or page.later:
        total = tx.scalar(select(paging.counted(columns))) or 0
    return Items(lines, total, page.earlier, page.later)


def _with_periods(items: Select[Any], place: Place) -> Select[Any]:
    page = items.subquery()
    of_period = ("name", "element_id", "hard", "unit_code", "due_at", "last_day", "provisional")
    return (
        select(
            process_instance.c.number,
            process_instance.c.title,
            process_instance.c.key,
            *(deadline.c[name] for name in of_period),
            page.c.sort_at,
            page.c.sort_id,
        )
        .join(page, page.c.deadline_id == deadline.c.id)
        .join(process_instance, process_instance.c.id == page.c.instance_id)
        .order_by(*paging.in_order(paging.sorted_by(page), place.back))
    )


def _lost(tx: Connection, actor: Actor, instance_id: str, kind: str, number: str) -> Text:
    try:
        instances.require_visible(tx, instance_id, actor)
    except NotFound:
        if kind == NoticeKind.COPY:
            return _("The copy of %(number)s was revoked and can no longer be read.", number=number)
        return _("Your present post cannot see %(number)s. Ask the case officer if you need to know.", number=number)
    return ""


def _line(row: Any, names: Names) -> MessageLine:
    return MessageLine(
        notice_id=row.id,
        kind=row.kind,
        kind_name=name_of(row.kind),
        group=group_of(row.kind),
        text=text_of(row),
        number=row.number or "",
        title=row.title or "",
        unit=names.unit(row.unit_code),
        received_at=row.sort_at,
        unread=row.cleared_at is None,
    )

"""What lies before one person: tasks to do, tasks done, instances started, copies to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from engine.db.tables import deadline, definition_version, document, fact, party, process_instance, task
from engine.db.values import decode
from engine.deadlines.calendar import Calendar
from engine.deadlines.deadlines import Deadline
from engine.organisation.assignment import Actor
from engine.reports.periods import Period, nearest, period_of
from engine.reports.units import Names, UnitName

PAGE_SIZE = 20
TABS = ("todo", "unclaimed", "done", "started", "copied")


@dataclass(frozen=True)
class Filters:
    """What the person has asked to see; empty means everything."""

    key: str = ""
    state: str = ""
    unit_code: str = ""
    text: str = ""
    mine_only: bool = False


@dataclass(frozen=True)
class TaskRow:
    task_id: str
    number: str
    title: str
    party_name: str
    step: str
    procedure: str
    counterpart: UnitName | None
    period: Period | None
    opened_at: datetime
    ended_at: datetime | None
    outcome_name: str | None
    assignee: str
    claimed_by_me: bool
    fallback: bool

    @property
    def unclaimed(self) -> bool:
        return not self.assignee


@dataclass(frozen=True)
class InstanceRow:
    number: str
    title: str
    party_name: str
    procedure: str
    status: str
    result_name: str | None
    waiting_unit: UnitName | None
    waiting_step: str
    counterpart: UnitName | None
    period: Period | None
    started_at: datetime


@dataclass(frozen=True)
class CopyRow:
    document_id: str
    title: str
    number: str
    instance_title: str
    from_unit: UnitName | None
    delivered_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class Inbox:
    tab: str
    rows: Sequence[Any]
    total: int
    page: int
    counts: dict[str, int]
    procedures: list[tuple[str, str]] = field(default_factory=list)
    units: list[UnitName] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def inbox(
    tx: Connection, actor: Actor, tab: str, filters: Filters, page: int, now: datetime, calendar: Calendar
) -> Inbox:
    """One page of one tab, sorted by the nearest due instant, with the counts of all tabs."""
    look = _Look(tx, actor, now, calendar)
    reads = {
        "todo": lambda: look.tasks(look.todo(filters.mine_only)),
        "unclaimed": lambda: look.tasks(look.unclaimed()),
        "done": look.done,
        "started": look.started,
        "copied": look.copied,
    }
    rows = [row for row in reads[tab]() if _fits(row, filters)]
    page = max(1, min(page, -(-len(rows) // PAGE_SIZE)))
    return Inbox(
        tab=tab,
        rows=rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(rows),
        page=page,
        counts=look.counts(),
        procedures=look.procedures(),
        units=look.units(),
    )


def _fits(row: Any, filters: Filters) -> bool:
    words = " ".join(
        str(getattr(row, name, "") or "") for name in ("number", "title", "party_name", "step", "instance_title")
    )
    period = getattr(row, "period", None)
    counterpart = getattr(row, "counterpart", None)
    return (
        (not filters.text or filters.text.casefold() in words.casefold())
        and (not filters.key or getattr(row, "key", filters.key) == filters.key)
        and (not filters.state or (period is not None and period.standing.state == filters.state))
        and (not filters.unit_code or (counterpart is not None and counterpart.code == filters.unit_code))
    )

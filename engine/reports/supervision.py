"""Where every instance stands: tiles, a table by unit, the running instances, and one diagram with counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, distinct, func, or_, select

from engine.clock import local_date, midnight
from engine.db.tables import deadline, process_instance, task, waiting_file
from engine.deadlines.deadlines import OPEN
from engine.deployments import definitions
from engine.reports.filters import Filters
from engine.reports.inbox import has_run_out, in_state
from engine.reports.listing import Listing, listing
from engine.reports.notices import SupervisionItem, supervision_items
from engine.reports.sending import undelivered
from engine.reports.units import Names, UnitName
from engine.runtime.step import Context


@dataclass(frozen=True)
class UnitRow:
    """How many duties a unit has open, and how it has met those that ended this month; `rate` is a share of 1."""

    unit: UnitName
    open: int
    near: int
    over: int
    met: int
    ended: int

    @property
    def rate(self) -> float | None:
        return self.met / self.ended if self.ended else None


@dataclass(frozen=True)
class Tiles:
    running: int
    started_today: int
    near: int
    over: int
    ever_over: int
    """Instances with a recorded overdue, ended or not: the record counts, also after a correction moved the period."""
    incidents: int
    met: int
    ended: int

    @property
    def rate(self) -> float | None:
        return self.met / self.ended if self.ended else None


@dataclass(frozen=True)
class ElementCount:
    """How many running instances wait at an element, and how many of them are over their period there."""

    element_id: str
    name: str
    running: int
    overdue: int


@dataclass(frozen=True)
class ProcedureCounts:
    key: str
    name: str
    version: int
    running: int
    elements: list[ElementCount]


@dataclass(frozen=True)
class Supervision:
    tiles: Tiles
    units: list[UnitRow]
    listing: Listing
    items: list[SupervisionItem]
    undelivered: int
    """Messages to the outside that were given up."""
    unfinished: list[tuple[str, str]]
    """Shipped procedures that could not be deployed, and why."""


def supervision(tx: Connection, context: Context, filters: Filters, page: int) -> Supervision:
    """The page of oversight: how many, which units, and the instances with the longest overdue first."""
    names = Names(tx)
    return Supervision(
        tiles=_tiles(tx, context),
        units=_units(tx, context, names),
        listing=listing(tx, context, None, filters, page),
        items=supervision_items(tx),
        undelivered=undelivered(tx),
        unfinished=[(row.name, row.message) for row in tx.execute(select(waiting_file).order_by(waiting_file.c.name))],
    )


def procedure_counts(tx: Connection, context: Context, key: str) -> ProcedureCounts:
    """How many running instances wait at each element of the latest version. Raises NotFound."""
    definition = definitions.latest(tx, key)
    over = in_state("over", context.now, context.calendar)
    is_over = and_(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key, over)
    rows = tx.execute(
        select(task.c.element_id, select(deadline.c.id).where(is_over).exists().label("over"))
        .join(process_instance, process_instance.c.id == task.c.instance_id)
        .where(task.c.status == "open", process_instance.c.key == key, process_instance.c.status == "running")
    ).all()
    running, overdue = Counter(row.element_id for row in rows), Counter(row.element_id for row in rows if row.over)
    elements = definition.diagram.elements
    counts = [
        ElementCount(element_id, elements[element_id].name, count, overdue[element_id])
        for element_id, count in running.most_common()
        if element_id in elements
    ]
    total = select(func.count()).where(process_instance.c.key == key, process_instance.c.status == "running")
    return ProcedureCounts(key, definition.name, definition.version, tx.scalar(total) or 0, counts)


def _tiles(tx: Connection, context: Context) -> Tiles:
    def instances(*conditions: ColumnElement[bool]) -> int:
        return tx.scalar(select(func.count()).select_from(process_instance).where(*conditions)) or 0

    def with_period(state: str) -> int:
        statement = (
            select(func.count(distinct(deadline.c.instance_id)))
            .join(process_instance, process_instance.c.id == deadline.c.instance_id)
            .where(process_instance.c.status != "ended", in_state(state, context.now, context.calendar))
        )
        return tx.scalar(statement) or 0

    met, ended = _ended_this_month(tx, context)[""]
    running = process_instance.c.status != "ended"
    return Tiles(
        running=instances(running),
        started_today=instances(process_instance.c.started_at >= midnight(local_date(context.now))),
        near=with_period("near"),
        over=with_period("over"),
        ever_over=tx.scalar(select(func.count(distinct(deadline.c.instance_id))).where(has_run_out())) or 0,
        incidents=instances(process_instance.c.status == "incident"),
        met=met,
        ended=ended,
    )


def _units(tx: Connection, context: Context, names: Names) -> list[UnitRow]:
    """Units that have duties, those with the most trouble first."""

    def by_unit(*conditions: Any) -> dict[str, int]:
        statement = select(deadline.c.unit_code, func.count()).where(deadline.c.hard, *conditions)
        return {code: count for code, count in tx.execute(statement.group_by(deadline.c.unit_code)) if code}

    open_ones = by_unit(deadline.c.status.in_(OPEN))
    near = by_unit(in_state("near", context.now, context.calendar))
    over = by_unit(in_state("over", context.now, context.calendar))
    ended = _ended_this_month(tx, context)
    codes = (set(open_ones) | set(ended)) - {""}
    rows = [
        UnitRow(unit, open_ones.get(code, 0), near.get(code, 0), over.get(code, 0), *ended.get(code, (0, 0)))
        for code in codes
        if (unit := names.unit(code))
    ]
    return sorted(rows, key=lambda row: (-row.over, -row.near, -row.open, row.unit.code))


def _ended_this_month(tx: Connection, context: Context) -> dict[str, tuple[int, int]]:
    """By unit, and under "" for all: periods met in time, and all that were met or ran out, since the month began."""
    since = _month_begins(context.now)
    rows = tx.execute(
        select(deadline.c.unit_code, deadline.c.status, deadline.c.overdue_at).where(
            deadline.c.hard,
            or_(
                and_(deadline.c.status.in_(("met", "met_late")), deadline.c.ended_at >= since),
                and_(deadline.c.status == "overdue", deadline.c.overdue_at >= since),
            ),
        )
    ).all()
    met = Counter(code for row in rows if row.status == "met" for code in (row.unit_code, ""))
    ended = Counter(code for row in rows for code in (row.unit_code, ""))
    return {code or "": (met[code], ended[code]) for code in {*ended, ""}}


def _month_begins(now: datetime) -> datetime:
    today = local_date(now)
    return midnight(today - timedelta(days=today.day - 1))

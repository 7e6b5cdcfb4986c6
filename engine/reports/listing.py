"""Instances in a list: those of one unit, or of the whole city, filtered and paged by the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, or_, select

from engine.db.tables import deadline, party, process_instance
from engine.deadlines.deadlines import OPEN
from engine.organisation.assignment import Actor
from engine.reports import search
from engine.reports.filters import Filters
from engine.reports.inbox import InstanceRow, has_party, in_state, instance_rows, procedures, visible
from engine.reports.search import Hit
from engine.reports.units import Names, UnitName
from engine.runtime.step import Context

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    rows: list[InstanceRow]
    total: int
    page: int
    procedures: list[tuple[str, str]]
    units: list[UnitName]
    hits: dict[str, list[Hit]]
    """By the number of the instance: where the search hit."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def listing(tx: Connection, context: Context, actor: Actor | None, filters: Filters, page: int) -> Listing:
    """The instances that the actor may see (all of the city without one), the nearest due first, the ended last."""
    names = Names(tx)
    shown = visible(actor)
    reader = actor if shown else None
    wanted = [*shown, *_wanted(tx, context, filters, reader)]
    total = tx.scalar(select(func.count()).select_from(process_instance).where(*wanted)) or 0
    page = max(1, min(page, -(-total // PAGE_SIZE)))
    due_at = (
        select(func.min(deadline.c.due_at))
        .where(deadline.c.instance_id == process_instance.c.id, deadline.c.status.in_(OPEN), deadline.c.hard)
        .scalar_subquery()
    )
    statement = (
        select(process_instance)
        .where(*wanted)
        .order_by(
            process_instance.c.number != filters.text.upper(),
            process_instance.c.ended_at.is_not(None),
            due_at.is_(None),
            due_at,
            process_instance.c.started_at.desc(),
            process_instance.c.id,
        )
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = tx.execute(statement).all()
    seen = select(process_instance.c.id).where(*shown)
    told = [] if reader is None else [party.c.seen_at.is_not(None)]
    codes = tx.scalars(select(party.c.unit_code).where(party.c.instance_id.in_(seen), *told).distinct())
    found = search.hits(tx, reader, filters, [row.id for row in rows])
    return Listing(
        hits={row.number: found.get(row.id, []) for row in rows},
        rows=instance_rows(tx, context, names, rows, actor.unit_code if actor else ""),
        total=total,
        page=page,
        procedures=procedures(tx),
        units=sorted((unit for unit in map(names.unit, codes) if unit), key=lambda unit: unit.code),
    )


def _wanted(tx: Connection, context: Context, filters: Filters, reader: Actor | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    own = deadline.c.instance_id == process_instance.c.id

    def period(state: str) -> ColumnElement[bool]:
        return select(deadline.c.id).where(own, in_state(state, context.now, context.calendar)).exists()

    match filters.state:
        case "ended" | "incident":
            conditions.append(process_instance.c.status == filters.state)
        case "urgent":
            conditions += [process_instance.c.status != "ended", or_(period("over"), period("near"))]
        case "over" | "near" | "ok":
            conditions += [process_instance.c.status != "ended", period(filters.state)]
        case "ever_over" | "ended_over":
            conditions.append(period(filters.state))
        case "running":
            conditions.append(process_instance.c.status != "ended")
    if filters.key:
        conditions.append(process_instance.c.key == filters.key)
    if filters.unit_code:
        conditions.append(has_party(filters.unit_code, reader))
    if filters.text:
        conditions.append(search.condition(tx, reader, filters))
    return conditions

"""How many of what there is in the whole city: counted now where there is little, else as the worker has kept it.

Which period is near or over changes with the clock, so no step could keep these numbers up to date. Where there are many
cases the worker counts them, at most once a minute, and a page says as of when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
)

from engine.clock import local_date, midnight
from engine.db import ordering
from engine.db.tables import deadline, kept_count, process_instance, task
from engine.reports.parts.conditions import in_state
from engine.runtime.step.context import Context
from engine.states import InstanceStatus, PeriodStatus, TaskStatus

FEW = 3000
"""So many cases are counted anew for every page that shows their number."""
CITY, UNIT, PROCEDURE = "city", "unit", "procedure:"
Numbers = Mapping[str, int]
BY_UNIT = ("open", "near", "over", "met", "ended")
_ZERO: ColumnElement[int] = literal_column("0", Integer)


@dataclass(frozen=True)
class CityCounts:
    """Numbers by name: of the city, of each unit (its code) and of each element of one procedure; `made_at` is None when
    they are the present ones."""

    city: Numbers
    units: Mapping[str, Numbers]
    elements: Mapping[str, Numbers]
    running: int
    """How many instances of the procedure run."""
    made_at: datetime | None


def counts(tx: Connection, context: Context, key: str) -> CityCounts:
    """The numbers of the city and of one procedure, as they were kept last; the present ones when none are kept."""
    scopes = (CITY, UNIT, PROCEDURE + key)
    rows = tx.execute(select(kept_count).where(kept_count.c.scope.in_(scopes))).all()
    if not rows:
        return _present(tx, context, key)
    found = {(row.scope, row.code): row.counts for row in rows}
    return CityCounts(
        city=found.get((CITY, ""), {}),
        units={code: numbers for (scope, code), numbers in found.items() if scope == UNIT},
        elements={code: numbers for (scope, code), numbers in found.items() if scope == PROCEDURE + key and code},
        running=found.get((PROCEDURE + key, ""), {}).get("running", 0),
        made_at=min(row.made_at for row in rows),
    )


def many(tx: Connection) -> bool:
    """Whether there are so many cases that their numbers are kept."""
    some = select(literal_column("1")).select_from(process_instance).limit(FEW + 1).subquery()
    return (tx.scalar(select(func.count()).select_from(some)) or 0) > FEW


def made_at(tx: Connection) -> datetime | None:
    """As of when the kept numbers are."""
    return tx.scalar(select(kept_count.c.made_at).where(kept_count.c.scope == CITY))


def to_keep(tx: Connection, context: Context) -> list[dict[str, Any]]:
    """Every row of `kept_count`, counted now; none where there are few cases."""
    if not many(tx):
        return []
    found = {(CITY, ""): _city(tx, context), **{(UNIT, code): row for code, row in _units(tx, context).items()}}
    for row in tx.execute(_running().group_by(process_instance.c.key)):
        found[PROCEDURE + row.key, ""] = {"running": row.running}
    for row in tx.execute(_elements(context)):
        found[PROCEDURE + row.key, row.element_id] = {"running": row.running, "overdue": row.overdue}
    return [
        {"scope": scope, "code": code, "counts": dict(numbers), "made_at": context.now}
        for (scope, code), numbers in found.items()
    ]


def keep(tx: Connection, rows: list[dict[str, Any]]) -> None:
    """These are the kept numbers, and no others."""
    tx.execute(delete(kept_count))
    if rows:
        tx.execute(insert(kept_count), rows)


def _present(tx: Connection, context: Context, key: str) -> CityCounts:
    own = process_instance.c.key == key
    running = _running().where(own).with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()
    city = _city(tx, context, running.label("of_procedure"))
    elements = {
        row.element_id: {"running": row.running, "overdue": row.overdue}
        for row in tx.execute(_elements(context).where(own))
    }
    return CityCounts(city, _units(tx, context), elements, city["of_procedure"], None)


def _city(tx: Connection, context: Context, *more: Any) -> Numbers:
    """The numbers of the tiles, in one statement."""

    def instances(*conditions: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(process_instance).where(*conditions).scalar_subquery()

    def with_period(state: str) -> Any:
        own = in_state(state, context.now, context.calendar)
        return select(func.count(deadline.c.instance_id.distinct())).where(own).scalar_subquery()

    asked = {
        "running": instances(process_instance.c.next_due < ordering.ENDED_FROM),
        "started_today": instances(process_instance.c.started_at >= midnight(local_date(context.now))),
        "near": with_period("near"),
        "over": with_period("over"),
        "ever_over": instances(process_instance.c.ever_over),
        "incidents": instances(process_instance.c.status == InstanceStatus.INCIDENT),
    }
    return dict(tx.execute(select(*(one.label(name) for name, one in asked.items()), *more)).one()._mapping)


def _units(tx: Connection, context: Context) -> dict[str, Numbers]:
    """By unit (empty: nobody's in particular), the legal periods that are open, near and over, and of those that ended
    this month, or ran out, how many were met in time."""
    found: dict[str, dict[str, int]] = {}
    open_ones, paused, met, run_out = _by_unit(context)
    for row in tx.execute(open_ones.union_all(paused, met, run_out)):
        numbers = found.setdefault(row.unit_code or "", dict.fromkeys(BY_UNIT, 0))
        for name in BY_UNIT:
            numbers[name] += row._mapping[name]
    return dict(found)


def _by_unit(context: Context) -> tuple[Select[Any], ...]:
    now, since = context.now, _month_begins(context.now)

    def counted(**numbers: Any) -> Select[Any]:
        columns = (numbers.get(name, _ZERO).label(name) for name in BY_UNIT)
        return select(deadline.c.unit_code, *columns).group_by(deadline.c.unit_code)

    near, over = (in_state(state, now, context.calendar) for state in ("near", "over"))
    ended = deadline.c.status.in_([literal_column("'met'"), literal_column("'met_late'")])
    return (
        counted(open=func.count(), near=_sum(near), over=_sum(over)).where(ordering.open_and_hard()),
        counted(open=func.count()).where(deadline.c.hard, deadline.c.status == literal_column("'paused'")),
        counted(met=_sum(deadline.c.status == PeriodStatus.MET), ended=func.count()).where(
            and_(deadline.c.hard, ended, deadline.c.ended_at >= since)
        ),
        counted(ended=func.count()).where(
            and_(ordering.open_and_hard(), deadline.c.status == PeriodStatus.OVERDUE, deadline.c.overdue_at >= since)
        ),
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, literal(1)), else_=literal(0)))


def _running() -> Select[Any]:
    running = process_instance.c.status == InstanceStatus.RUNNING
    return select(process_instance.c.key, func.count().label("running")).where(running)


def _elements(context: Context) -> Select[Any]:
    """At which elements the running instances of each procedure wait, and how many of them are over their period there."""
    own = and_(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key)
    over = select(deadline.c.id).where(own, in_state("over", context.now, context.calendar)).exists()
    columns = (process_instance.c.key, task.c.element_id)
    return (
        select(*columns, func.count().label("running"), _sum(over).label("overdue"))
        .join(process_instance, process_instance.c.id == task.c.instance_id)
        .where(task.c.status == TaskStatus.OPEN, process_instance.c.status == InstanceStatus.RUNNING)
        .group_by(*columns)
    )


def _month_begins(now: datetime) -> datetime:
    today = local_date(now)
    return midnight(today - timedelta(days=today.day - 1))

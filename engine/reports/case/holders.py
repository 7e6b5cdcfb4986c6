"""With whom an instance lies now: what is said to whoever has just moved it, without looking at all of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from engine.db.case import case_of
from engine.db.rows import InstanceRow, TaskRow
from engine.db.tables import task
from engine.deadlines import deadlines
from engine.organisation.assignment import Actor
from engine.reports.case.calls import running_calls
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.periods import Period, period_of
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.states import TaskStatus


@dataclass(frozen=True)
class Holder:
    """Who has an open task; `who` is empty while nobody has claimed it."""

    unit: UnitName | None
    who: str
    step: str
    period: Period | None


@dataclass(frozen=True)
class Holders:
    """The open tasks of an instance, the most urgent first, and the numbers of the instances that it waits for."""

    title: str
    number: str
    tasks: list[Holder]
    called: list[str]


def holders(tx: Connection, context: Context, actor: Actor, number: str) -> Holders:
    """Who has the instance. Raises NotFound when this person may not see it."""
    row = instances.find(tx, number, actor)
    rows = [found for found in case_of(tx, row.id).rows(task) if found.status == TaskStatus.OPEN]
    periods = _periods(tx, context, row, Names(tx)) if any(found.deadline_key for found in rows) else {}
    found = [_holder(one, Names(tx), periods.get(one.deadline_key or "")) for one in rows]
    called = [] if rows else [call.number for call in running_calls(instances.look(tx, context, row, actor))]
    return Holders(
        title=row.title,
        number=row.number,
        tasks=sorted(found, key=lambda one: (one.period is None, one.period.due_at if one.period else None)),
        called=called,
    )


def _holder(row: TaskRow, names: Names, period: Period | None) -> Holder:
    return Holder(names.unit(row.unit_code), names.person(row.assignee_id), row.name, period)


def _periods(tx: Connection, context: Context, row: InstanceRow, names: Names) -> dict[str, Period]:
    """The open periods by key; of several with one key the last."""
    records = deadlines.open_of_instance(tx, row.id)
    return {record.key: period_of(tx, record, names, context, row.key) for record in records}

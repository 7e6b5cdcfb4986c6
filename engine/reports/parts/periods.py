"""Legal periods as people read them: how they stand now, and how the days were counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, select

from engine.db.english import english_of
from engine.db.tables import deadline, process_instance
from engine.deadlines import years
from engine.deadlines.deadlines import OF_TASK, OPEN, Deadline
from engine.deadlines.standing import Cell, Standing, standing_of, strip_of
from engine.messages import Name, Text
from engine.reports.parts.names import Names, UnitName
from engine.runtime.step.context import Context


@dataclass(frozen=True)
class Period:
    """A deadline record with its standing at one instant and the cells of its strip."""

    record: Deadline
    name: Text
    """What it is called; that of a task alone is called after the task, in quotation marks."""
    unit: UnitName | None
    standing: Standing
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        return self.record.key

    @property
    def due_at(self) -> datetime:
        return self.record.due_at


def period_of(tx: Connection, record: Deadline, names: Names, context: Context, procedure: str) -> Period:
    """The period of an instance of the procedure now; one that has ended is shown by the days with which it was judged."""
    counted_with = None if record.is_open else years.find(tx, record.calendar_version)
    calendar = counted_with or context.calendar
    return Period(
        record=record,
        name=name_of(tx, record, procedure),
        unit=names.unit(record.unit_code),
        standing=standing_of(record, context.now, calendar),
        cells=tuple(strip_of(record, context.now, calendar)),
    )


class Called(Protocol):
    """What is asked of a record of a period, or of its row."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def element_id(self) -> str: ...


def name_of(tx: Connection, record: Called, procedure: str) -> Name:
    """What a period of an instance of the procedure is called."""
    english = english_of(tx)
    if not record.key.startswith(OF_TASK):
        return english.titled(procedure, record.element_id, record.name)
    found = english.element(procedure, record.element_id, record.name)
    return Name(record.name, f"'{found.english}'" if found.english else "")


def open_periods(
    tx: Connection, instance_ids: Iterable[str], names: Names, context: Context
) -> Mapping[str, list[Period]]:
    """The open periods of each of these instances."""
    joined = select(deadline, process_instance.c.key.label("procedure")).join(process_instance)
    statement = joined.where(deadline.c.instance_id.in_(list(instance_ids)), deadline.c.status.in_(OPEN))
    found: dict[str, list[Period]] = {}
    for row in tx.execute(statement.order_by(deadline.c.due_at)):
        record = Deadline(**{name: value for name, value in row._mapping.items() if name != "procedure"})
        found.setdefault(row.instance_id, []).append(period_of(tx, record, names, context, row.procedure))
    return found


def nearest(periods: Iterable[Period]) -> Period | None:
    """The open period that is due first; among those, one that the law sets goes before a recommended one.

    What is recommended for one task alone is the nearest only where nothing is drawn.
    """
    open_ones = [period for period in periods if period.record.is_open]
    return min(
        open_ones, key=lambda period: (period.record.of_task, period.due_at, not period.record.hard), default=None
    )

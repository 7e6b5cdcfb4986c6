"""Legal periods as people read them: how they stand now, and how the days were counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from engine.deadlines.calendar import Calendar
from engine.deadlines.deadlines import Deadline
from engine.deadlines.standing import Cell, Standing, standing_of, strip_of
from engine.reports.units import Names, UnitName


@dataclass(frozen=True)
class Period:
    """A deadline record with its standing at one instant and the cells of its strip."""

    record: Deadline
    unit: UnitName | None
    standing: Standing
    cells: tuple[Cell, ...]

    @property
    def key(self) -> str:
        return self.record.key

    @property
    def due_at(self) -> datetime:
        return self.record.due_at


def period_of(record: Deadline, names: Names, now: datetime, calendar: Calendar) -> Period:
    return Period(
        record=record,
        unit=names.unit(record.unit_code),
        standing=standing_of(record, now, calendar),
        cells=tuple(strip_of(record, now, calendar)),
    )


def nearest(periods: Iterable[Period]) -> Period | None:
    """The open period that is due first; among those, one that the law sets goes before a recommended one."""
    open_ones = [period for period in periods if period.record.is_open]
    return min(open_ones, key=lambda period: (period.due_at, not period.record.hard), default=None)

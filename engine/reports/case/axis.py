"""The deadline axis: one row a period, one column a day, from the first start to the last end. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.clock import local_date
from engine.deadlines.calendar import MAKE_UP, Calendar
from engine.deadlines.counting import is_paused
from engine.deadlines.day_words import day_words
from engine.deadlines.deadlines import Deadline
from engine.messages import WEEKDAYS, Text, pgettext
from engine.reports.parts.periods import Period
from engine.states import PeriodStatus

DAYS_AT_MOST = 26
"""Longer axes are shown as bars only."""


@dataclass(frozen=True)
class AxisDay:
    date: date
    weekday: Text
    off: bool
    make_up: bool
    today: bool


@dataclass(frozen=True)
class AxisCell:
    """`kind` is empty, from, did, met, day, last, off or late; `mark` stands in it."""

    kind: str = ""
    mark: Text = ""


@dataclass(frozen=True)
class AxisRow:
    period: Period
    cells: tuple[AxisCell, ...]


@dataclass(frozen=True)
class Axis:
    days: tuple[AxisDay, ...]
    rows: tuple[AxisRow, ...]


@dataclass(frozen=True)
class Bar:
    """A period as segments: `used` of `total` days are over, and `late` more."""

    period: Period
    used: int
    total: int
    late: int


def axis_of(periods: Iterable[Period], now: datetime, calendar: Calendar) -> Axis | None:
    """The axis, or None when there is no period in days, or too many days for a table."""
    counted = [period for period in periods if period.record.last_day is not None]
    if not counted:
        return None
    today = local_date(now)
    first = min(local_date(period.record.start_at) for period in counted)
    last = max(_end(period.record, today) for period in counted)
    if any(period.record.is_open for period in counted):
        last = max(last, today)
    if (last - first).days >= DAYS_AT_MOST:
        return None
    dates = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    kinds = {day: calendar.kind(day) for day in dates}
    days = tuple(
        AxisDay(
            day, day_words(WEEKDAYS[day.weekday()]), not kinds[day].working, kinds[day].reason == MAKE_UP, day == today
        )
        for day in dates
    )
    return Axis(days, tuple(AxisRow(period, _cells(period.record, dates, today, calendar)) for period in counted))


def bar_of(period: Period, now: datetime, calendar: Calendar) -> Bar:
    record = period.record
    until = local_date(record.ended_at or now)
    if record.last_day is None:
        length = (record.due_at - record.start_at).total_seconds() or 1
        gone = ((record.ended_at or now) - record.start_at).total_seconds()
        return Bar(period, max(0, min(4, int(4 * gone / length))), 4, 0)
    start = local_date(record.start_at)
    counted = [date.fromisoformat(day) for day, _ in record.trace["counted"]]
    late = calendar.working_days_between(record.last_day, until) if until > record.last_day else 0
    return Bar(
        period, sum(start < day <= until and not is_paused(day, record.pauses) for day in counted), len(counted), late
    )


def _end(record: Deadline, today: date) -> date:
    assert record.last_day is not None
    until = local_date(record.ended_at) if record.ended_at else today
    return (
        max(record.last_day, until)
        if record.status in (PeriodStatus.OVERDUE, PeriodStatus.MET_LATE)
        else record.last_day
    )


def _cells(record: Deadline, dates: list[date], today: date, calendar: Calendar) -> tuple[AxisCell, ...]:
    assert record.last_day is not None
    start = local_date(record.start_at)
    until = local_date(record.ended_at) if record.ended_at else None
    counted = {date.fromisoformat(day): number for number, (day, _) in enumerate(record.trace["counted"], 1)}

    def cell(day: date) -> AxisCell:
        if day == start:
            return AxisCell("from", pgettext("strip", "from"))
        if day < start or (until is not None and day > max(until, start) and record.status != PeriodStatus.RUNNING):
            return AxisCell()
        if day > record.last_day:  # type: ignore[operator]
            over = (
                record.status in (PeriodStatus.OVERDUE, PeriodStatus.MET_LATE)
                and day <= (until or today)
                and calendar.is_working_day(day)
            )
            late = calendar.working_days_between(record.last_day, day)  # type: ignore[arg-type]
            return AxisCell("late", f"+{late}") if over else AxisCell()
        if day not in counted or is_paused(day, record.pauses):
            return AxisCell("off")
        mark = str(counted[day])
        if until is not None:
            return AxisCell("met", mark)
        if day == record.last_day and day >= today:
            return AxisCell("last", mark)
        return AxisCell("did" if day <= today else "day", mark)

    return tuple(cell(day) for day in dates)

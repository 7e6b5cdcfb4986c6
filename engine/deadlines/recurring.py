"""When something comes next that comes again and again: by the working calendar, or by an ISO 8601 cycle. Pure.

What hangs on working days is provisional as long as no official notice covers the days that were looked at: it is counted
anew with every calendar and never settled before.
"""

from __future__ import annotations

import calendar as gregorian
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.bpmn.reading.events import TimerText
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.clock import SHANGHAI, local, local_date
from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.deadlines.functions import as_instant
from engine.errors import ExpressionError
from engine.messages import Message, listed
from engine.messages import gettext as _

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
"""Part of a year -> its months."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST = timedelta(hours=1)
"""Between two starts of one procedure."""
MORNING = "09:00"
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/]+)/)?(?P<step>P[^/]+)")
_MONTHLY = re.compile(r"P(?=\d)(?:(?P<years>\d{1,2})Y)?(?:(?P<months>\d{1,3})M)?")


@dataclass(frozen=True)
class Planned:
    """An instant, in UTC, and whether an official notice may still move it."""

    at: datetime
    provisional: bool


@dataclass(frozen=True)
class Cycle:
    """An ISO 8601 cycle. It steps by a duration, or by months of the calendar; `times` is None when it has no end."""

    times: int | None
    start: datetime | None
    duration: timedelta | None
    months: int

    def at(self, anchor: datetime, number: int) -> datetime:
        """The instant that lies so many steps behind the anchor."""
        if self.duration is not None:
            return anchor + self.duration * number
        there = local(anchor)
        month = there.month - 1 + self.months * number
        year, month = there.year + month // 12, month % 12 + 1
        day = min(there.day, gregorian.monthrange(year, month)[1])
        return there.replace(year=year, month=month, day=day).astimezone(UTC)


def read_cycle(text: str) -> Cycle | None:
    """The cycle that a text such as P7D, R/P1M or R4/2026-01-05T09:00:00+08:00/P3M gives; None when it is none.

    Raises ExpressionError for one that is out of bounds.
    """
    found = _CYCLE.fullmatch(text.strip())
    step = found["step"] if found else text.strip()
    monthly = _MONTHLY.fullmatch(step)
    months = int(monthly["years"] or 0) * 12 + int(monthly["months"] or 0) if monthly else 0
    duration = None if monthly else read_duration(step)
    if not months and duration is None:
        return None
    if duration is not None and duration < LEAST:
        raise ExpressionError(_("The cycle %(text)s would begin a case more often than once an hour.", text=text))
    start = None
    if found and found["start"] and (start := read_instant(found["start"])) is None:
        return None
    return Cycle(int(found["times"]) if found and found["times"] else None, start, duration, months)


def next_time(
    timer: TimerText,
    calendar: Calendar,
    after: datetime,
    since: datetime,
    last: datetime | None = None,
    functions: dict[str, Callable[..., Any]] | None = None,
) -> Planned | None:
    """The first time after this instant; None when it comes no more. `since` is when it began to count.

    `last` is when it came last: of that quarter, month or week there is no second time, even if a new calendar has moved the
    day. Raises ExpressionError.
    """
    if timer.kind == "date" and (instant := read_instant(timer.text)) is not None:
        return Planned(instant.astimezone(UTC), False) if instant > after else None
    if timer.kind == "cycle" and (cycle := read_cycle(timer.text)) is not None:
        return _of_cycle(cycle, after, since)
    made: list[Planned] = []
    value = evaluate(timer.text, {}, {**(functions or {}), **recurring_functions(calendar, after, made, last)})
    if value is None:
        return None
    at = as_instant(value)
    if at <= after:
        return None
    return next((one for one in reversed(made) if one.at == at), Planned(at, False))


def _of_cycle(cycle: Cycle, after: datetime, since: datetime) -> Planned | None:
    anchor = (cycle.start or since).astimezone(UTC)
    first = 0 if cycle.start is not None else 1
    number = first
    if cycle.duration is not None and after > anchor:
        number = max(first, (after - anchor) // cycle.duration)
    while (at := cycle.at(anchor, number)) <= after:
        number += 1
        if at.year > LAST_YEAR:
            return None
    return None if cycle.times is not None and number - first >= cycle.times else Planned(at, False)


def no_rule(key: str) -> Message:
    return _("There is no city rule called %(key)s.", key=key)


def recurring_functions(
    calendar: Calendar, after: datetime, made: list[Planned], last: datetime | None = None
) -> dict[str, Callable[..., Any]]:
    """What the expression of a start may call: each gives the first instant of its kind after `after`.

    None of them gives one in the part of the year, or the week, in which `last` lies.
    """
    taken = local_date(last) if last is not None else None

    def first(candidates: Iterator[tuple[Planned, date, date]]) -> datetime | None:
        found = None
        for one, beginning, following in candidates:
            if one.at > after and not (taken is not None and beginning <= taken < following):
                found = one
                break
        if found is not None:
            made.append(found)
        return found.at if found else None

    def first_working_day(part: str, at: str = MORNING, number: int = 1) -> datetime | None:
        return first(_working_days(calendar, after, part, at, number))

    def last_working_day(part: str, at: str = MORNING) -> datetime | None:
        return first(_working_days(calendar, after, part, at, -1))

    def weekly(weekday: str, at: str = MORNING) -> datetime | None:
        return first(_weekly(calendar, after, weekday, at))

    return {"first_working_day": first_working_day, "last_working_day": last_working_day, "weekly": weekly}


FUNCTIONS = frozenset({"first_working_day", "last_working_day", "weekly"})


def _working_days(
    calendar: Calendar, after: datetime, part: str, at: str, number: int
) -> Iterator[tuple[Planned, date, date]]:
    """The n-th working day of each month, quarter, half year or year; -1 is the last. Each with the part in which it lies."""
    if part not in MONTHS:
        raise ExpressionError(
            _("'%(part)s' is not a part of the year. Write one of: %(known)s.", part=part, known=listed(MONTHS))
        )
    if isinstance(number, bool) or not isinstance(number, int) or not (number == -1 or 1 <= number <= 15):
        raise ExpressionError(_("The number of the working day has to be a whole number from 1 to 15."))
    clock, length = _time(at), MONTHS[part]
    today = local_date(after)
    beginning = date(today.year, (today.month - 1) // length * length + 1, 1)
    while FIRST_YEAR <= beginning.year <= LAST_YEAR:
        following = _months_later(beginning, length)
        day = _nth(calendar, beginning, number) if number > 0 else calendar.working_day_before(following)
        span = (beginning, day) if number > 0 else (day, following - timedelta(days=1))
        yield Planned(_instant(day, clock), not _is_official(calendar, *span)), beginning, following
        beginning = following


def _weekly(calendar: Calendar, after: datetime, weekday: str, at: str) -> Iterator[tuple[Planned, date, date]]:
    """That day of each week, or the next working day when it is off. Each with the seven days from the day on."""
    if weekday not in WEEKDAYS:
        raise ExpressionError(
            _("'%(day)s' is not a day of the week. Write one of: %(known)s.", day=weekday, known=listed(WEEKDAYS))
        )
    clock = _time(at)
    today = local_date(after) - timedelta(days=14)  # what a long holiday has put off may be still to come
    day = today + timedelta(days=(WEEKDAYS.index(weekday) - today.weekday()) % 7)
    while day.year <= LAST_YEAR:
        worked = day if calendar.is_working_day(day) else calendar.next_working_day(day)
        following = day + timedelta(days=7)
        yield Planned(_instant(worked, clock), not _is_official(calendar, day, worked)), day, following
        day = following


def _nth(calendar: Calendar, beginning: date, number: int) -> date:
    day = beginning - timedelta(days=1)
    for _each in range(number):
        day = calendar.next_working_day(day)
    return day


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)


def _is_official(calendar: Calendar, first: date, last: date) -> bool:
    return {first.year, last.year} <= calendar.official_years


def _time(text: str) -> time:
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ExpressionError(_("'%(text)s' is not a time of day. Write it as in 09:00.", text=str(text)[:40]))
    return time(int(found[1]), int(found[2]))


def _instant(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI).astimezone(UTC)

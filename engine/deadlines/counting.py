"""Counting a period: pure, with a trace that says of every day why it counts or not.

The day of the start is never counted. A period in days ends at 24:00 of its last day in Asia/Shanghai, or at the close of
business where the calendar has one (A25); `due_at` is that instant, exclusive: done before it is in time. Working days
count working days; natural days and months roll forward to a working day; periods counted back roll to an earlier one;
hours run through nights, weekends and holidays and never roll.
(行政处罚法第八十五条、行政强制法第六十九条、民法典第二百条至第二百零四条)
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.clock import local_date, require_aware
from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.errors import ExpressionError
from engine.messages import gettext as _

NUMBER_LIMIT = 10_000
OUT_OF_YEARS = _(
    "The date is outside the years %(first)s to %(last)s, so nothing can be counted.",
    first=FIRST_YEAR,
    last=LAST_YEAR,
)
PAUSED = "暂停"
"""The kind of a day on which the period stood still; kept with it, and told by `day_words`."""
"""The reason why a working day on which the period stood still is not counted."""
Pauses = Sequence[tuple[date, date]]
"""First and last day, both included, of each time that a period stood still."""


@dataclass(frozen=True)
class CountedDay:
    date: date
    reason: str


@dataclass(frozen=True)
class Count:
    """A period as it was counted. Instants are aware, in UTC; `due_at` is exclusive; `last_day` is None for hours."""

    kind: str
    number: int | None
    start_at: datetime
    due_at: datetime
    last_day: date | None
    provisional: bool
    counted: tuple[CountedDay, ...] = ()
    skipped: tuple[CountedDay, ...] = ()
    calendar_version: str = ""


def working_days(calendar: Calendar, number: int, start: datetime, pauses: Pauses = ()) -> Count:
    """WD(n): the n-th working day after the day of the start is the last day; paused days do not count."""
    first = _require(number, start)
    counted: list[date] = []
    walked = [first]
    for day in calendar.days_after(first):
        walked.append(day)
        if calendar.is_working_day(day) and not is_paused(day, pauses):
            counted.append(day)
        if len(counted) >= number:
            break
    return _count(calendar, "working_days", number, start, walked[-1] if number else first, counted, pauses)


def natural_days(calendar: Calendar, number: int, start: datetime) -> Count:
    """ND(n): n days after the day of the start, rolled forward to a working day."""
    first = _require(number, start)
    counted = [first + timedelta(days=offset) for offset in range(1, number + 1)]
    last = _roll_forward(calendar, first + timedelta(days=number))
    return _count(calendar, "natural_days", number, start, last, counted)


def months(calendar: Calendar, number: int, start: datetime) -> Count:
    """MO(n): the same day of the n-th month after, or the last of that month; rolled forward to a working day."""
    first = _require(number, start)
    year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
    if year > LAST_YEAR:
        raise ExpressionError(_("The period goes beyond %(year)s, so it cannot be counted.", year=LAST_YEAR))
    day = min(first.day, gregorian.monthrange(year, month + 1)[1])
    meant = date(year, month + 1, day)
    counted = [first + timedelta(days=offset) for offset in range(1, (meant - first).days + 1)]
    return _count(calendar, "months", number, start, _roll_forward(calendar, meant), counted)


def hours(calendar: Calendar, number: int, start: datetime) -> Count:
    """H(n): exactly n hours after the start."""
    _require(number, start)
    due_at = require_aware(start).astimezone(UTC) + timedelta(hours=number)
    return Count("hours", number, start.astimezone(UTC), due_at, None, False, calendar_version=calendar.version)


def working_days_before(calendar: Calendar, number: int, at: datetime) -> Count:
    """The n-th working day before the day of an event is the latest day."""
    event = _require(number, at)
    counted: list[date] = []
    day = event
    while len(counted) < number:
        day = calendar.working_day_before(day)
        counted.append(day)
    return _count_back(calendar, "working_days_before", number, at, day, counted)


def natural_days_before(calendar: Calendar, number: int, at: datetime) -> Count:
    """n days before the day of an event, rolled to an earlier working day."""
    event = _require(number, at)
    counted = [event - timedelta(days=offset) for offset in range(1, number + 1)]
    latest = event - timedelta(days=number)
    if not calendar.is_working_day(latest):
        latest = calendar.working_day_before(latest)
    return _count_back(calendar, "natural_days_before", number, at, latest, counted)


def until(
    calendar: Calendar, start: datetime, due_at: datetime, pauses: Pauses = (), kind: str = "working_days"
) -> Count:
    """A period whose end was chosen (an extension), counted from the original start as `kind` says.

    What was counted in natural days or months is told in natural days, anything else in working days.
    """
    first, last = _require(0, start), local_date(due_at - timedelta(microseconds=1))
    days = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    counted = [day for day in days if calendar.is_working_day(day) and not is_paused(day, pauses)]
    if kind in ("natural_days", "months"):
        kind, counted = "natural_days", days
    else:
        kind = "working_days"
    count = _count(calendar, kind, len(counted), start, max(first, last), counted, pauses)
    return Count(**{**vars(count), "due_at": due_at.astimezone(UTC)})


def is_paused(day: date, pauses: Pauses) -> bool:
    """Whether the period stood still on that day; one that was resumed on the day of its pause lost no day by it."""
    return any(first <= day <= last and first != last for first, last in pauses)


def bare(due_at: datetime, start_at: datetime | None = None) -> Count:
    """An instant that was not counted."""
    due_at = require_aware(due_at).astimezone(UTC)
    return Count("instant", None, start_at or due_at, due_at, None, False)


def _require(number: int, start: datetime) -> date:
    if isinstance(number, bool) or not 0 <= number <= NUMBER_LIMIT:
        raise ExpressionError(
            _("The days or hours of a period have to be a number from 0 to %(most)s.", most=NUMBER_LIMIT)
        )
    day = local_date(start)
    if not FIRST_YEAR <= day.year < LAST_YEAR - number // 200:
        raise ExpressionError(OUT_OF_YEARS)
    return day


def _roll_forward(calendar: Calendar, day: date) -> date:
    return day if calendar.is_working_day(day) else calendar.next_working_day(day)


def _count(
    calendar: Calendar,
    kind: str,
    number: int,
    start: datetime,
    last: date,
    counted: list[date],
    pauses: Pauses = (),
) -> Count:
    first = local_date(start)
    walked = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    return _traced(calendar, kind, number, start, calendar.close_of(last), last, walked, counted, pauses)


def _count_back(calendar: Calendar, kind: str, number: int, at: datetime, latest: date, counted: list[date]) -> Count:
    event = local_date(at)
    walked = [latest + timedelta(days=offset) for offset in range((event - latest).days)]
    return _traced(calendar, kind, number, at, calendar.close_of(latest), latest, walked, sorted(counted))


def _traced(
    calendar: Calendar,
    kind: str,
    number: int,
    start: datetime,
    due_at: datetime,
    last: date,
    walked: list[date],
    counted: list[date],
    pauses: Pauses = (),
) -> Count:
    """The count with a reason for each day walked over; provisional when any of them has no official notice."""
    chosen = set(counted)
    kinds = {day: calendar.kind(day) for day in walked}
    return Count(
        kind=kind,
        number=number,
        start_at=start.astimezone(UTC),
        due_at=due_at,
        last_day=last,
        provisional=any(not kinds[day].official for day in walked),
        counted=tuple(CountedDay(day, kinds[day].reason) for day in counted if day in kinds),
        skipped=tuple(
            CountedDay(day, PAUSED if kinds[day].working and is_paused(day, pauses) else kinds[day].reason)
            for day in walked
            if day not in chosen
        ),
        calendar_version=calendar.version,
    )

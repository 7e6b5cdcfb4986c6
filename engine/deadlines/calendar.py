"""Which days are working days, and why.

The official arrangements of the State Council are data: days off and make-up working days of each year. A year without
an official notice is computed from weekends and New Year's Day alone, and says that it is provisional: make-up days are
never invented, and neither is a festival whose days depend on a notice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from engine.clock import SHANGHAI, local, midnight
from engine.messages import WEEKDAYS

FIRST_YEAR, LAST_YEAR = 1990, 2100
WORKING_DAY, MAKE_UP, NEW_YEAR = "工作日", "调休上班", "元旦"
"""What a day is called where the notice has no name for it: kept with every period, and told by `day_words`."""
END_OF_DAY = time(0, 0)
"""The cut-off 24:00; another time of day is a close of business (A25)."""


@dataclass(frozen=True)
class CalendarDay:
    """A day that the notice names: off, or a weekend day that is worked."""

    date: date
    off: bool
    name: str


@dataclass(frozen=True)
class CalendarYear:
    year: int
    official: bool
    days: Mapping[date, CalendarDay]
    notice: str = ""


@dataclass(frozen=True)
class DayKind:
    """Whether a day is worked, in one word why, and whether an official notice says so."""

    working: bool
    reason: str
    official: bool


@dataclass(frozen=True)
class Calendar:
    years: Mapping[int, CalendarYear]
    version: str
    """Names the content: the first twelve digits of its SHA-256."""
    cutoff: time = END_OF_DAY
    """When the last day of a period is over; a rule of the city, not part of the content."""

    @cached_property
    def official_years(self) -> frozenset[int]:
        return frozenset(year for year, content in self.years.items() if content.official)

    @cached_property
    def _named(self) -> Mapping[date, CalendarDay]:
        """Every day that an official notice names; the notice of a year may name days of the December before."""
        official = [self.years[year].days for year in sorted(self.official_years)]
        return {day: named for days in official for day, named in days.items()}

    def kind(self, day: date) -> DayKind:
        """What kind of day it is; `reason` is 工作日, 调休上班, 周六, 周日 or the holiday's name."""
        official = day.year in self.official_years
        named = self._named.get(day) if official else None
        if named is not None and named.off:
            return DayKind(False, named.name, official)
        if named is not None:
            return DayKind(True, MAKE_UP if day.weekday() >= 5 else WORKING_DAY, official)
        if not official and (day.month, day.day) == (1, 1):
            return DayKind(False, NEW_YEAR, official)
        if day.weekday() >= 5:
            return DayKind(False, WEEKDAYS[day.weekday()], official)
        return DayKind(True, WORKING_DAY, official)

    def is_working_day(self, day: date) -> bool:
        return self.kind(day).working

    def close_of(self, day: date) -> datetime:
        """The instant, exclusive, at which a period ends whose last day this is."""
        if self.cutoff == END_OF_DAY:
            return midnight(day + timedelta(days=1))
        return datetime.combine(day, self.cutoff, SHANGHAI).astimezone(UTC)

    def in_hours(self, instant: datetime, closes: time) -> datetime:
        """The instant, or, outside office hours, the beginning of the next working day (A26)."""
        there = local(instant)
        if self.is_working_day(there.date()) and there.time() < closes:
            return instant
        return midnight(self.next_working_day(there.date()))

    def days_after(self, day: date) -> Iterator[date]:
        """The following days, without end within the years that are computed."""
        while day.year <= LAST_YEAR:
            day += timedelta(days=1)
            yield day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after one day and up to another, that one included; 0 when it is not later."""
        days = (after + timedelta(days=offset) for offset in range(1, (until - after).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def next_working_day(self, day: date) -> date:
        return next(later for later in self.days_after(day) if self.is_working_day(later))

    def working_day_before(self, day: date) -> date:
        day -= timedelta(days=1)
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day


def load_calendar(content: bytes) -> Calendar:
    """The calendar in our own format: per year its status and days. Raises ValueError when it is not that."""
    try:
        years = [_year(entry) for entry in json.loads(content)["years"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a calendar: {error!r}") from None
    return Calendar({year.year: year for year in years}, hashlib.sha256(content).hexdigest()[:12])


def _year(entry: Any) -> CalendarYear:
    days = [CalendarDay(date.fromisoformat(day["date"]), day["off"], day["name"]) for day in entry["days"]]
    return CalendarYear(
        year=entry["year"],
        official=entry["status"] == "official",
        days={day.date: day for day in days},
        notice=entry.get("notice_no") or "",
    )

"""Reminders before a period ends and escalations after it: from the record, by the city's rules, never drawn.

A recommended period that is over is escalated once, and never called overdue. That of a task alone is not reminded of, since
the task itself has been told; nothing is drawn for it, so its end is a mark as well.

Days: 09:00 of the last day and, for three days or more (months always), 09:00 of the working day before it. Hours: at one
half and at five sixths (12 h and 20 h of 24). After the end: every so many working days, at their 24:00, counted from the
last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from engine.clock import SHANGHAI, local_date
from engine.deadlines import counting
from engine.deadlines.calendar import Calendar

REMINDED_AT = time(9, 0)
ESCALATIONS_AT_MOST = 500
SUPERVISED_FROM = 2
"""The escalation with which a period that is over becomes an item of supervision."""


class Due(Protocol):
    """What is asked of a deadline record."""

    @property
    def kind(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def hard(self) -> bool: ...
    @property
    def start_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def last_day(self) -> date | None: ...
    @property
    def of_task(self) -> bool: ...


@dataclass(frozen=True)
class Mark:
    """The n-th reminder or escalation of a period, or the end of a task's own; `at` is aware."""

    kind: str
    number: int
    at: datetime


def next_mark(record: Due, after: datetime, calendar: Calendar, repeat_working_days: int) -> Mark | None:
    """The first reminder, end or escalation later than `after`; a recommended period has the one that is supervised."""
    if record.of_task and after < record.due_at:
        return Mark("end", 1, record.due_at)
    for number, at in enumerate(sorted(_reminders(record, calendar)), 1):
        if after < at < record.due_at:
            return Mark("remind", number, at)
    base = record.due_at - timedelta(microseconds=1)
    for number in range(1, ESCALATIONS_AT_MOST + 1) if record.hard else (SUPERVISED_FROM,):
        at = counting.working_days(calendar, repeat_working_days * number, base).due_at
        if at > after:
            return Mark("escalate", number, at)
    return None


def _reminders(record: Due, calendar: Calendar) -> list[datetime]:
    if record.kind == "hours":
        length = record.due_at - record.start_at
        return [record.start_at + length / 2, record.start_at + length * 5 / 6]
    last = record.last_day or local_date(record.due_at - timedelta(microseconds=1))
    days = [last]
    if (record.number or 0) >= 3 or record.kind == "months":
        days.append(calendar.working_day_before(last))
    return [datetime.combine(day, REMINDED_AT, SHANGHAI) for day in days]

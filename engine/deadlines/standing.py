"""How a period stands at one instant, and the strip of days that explains it. Pure; the words are the pages' business.

Near means: the last day is today or the next working day, or a period in hours has less than 24 of them left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from engine.clock import local, local_date
from engine.deadlines.calendar import MAKE_UP, Calendar
from engine.deadlines.counting import PAUSED, Pauses, is_paused
from engine.deadlines.day_words import WEEKDAY_NAMES, day_words
from engine.messages import WEEKDAYS, Text, When, pgettext
from engine.messages import gettext as _
from engine.states import PeriodStatus

STRIP_LIMIT = 11
"""Cells that a strip may have; a longer period is folded in the middle."""
LATE_LIMIT = 3


class Running(Protocol):
    """What is asked of a deadline record."""

    @property
    def kind(self) -> str: ...
    @property
    def hard(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def start_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def last_day(self) -> date | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def pauses(self) -> Pauses: ...


@dataclass(frozen=True)
class Standing:
    """`state` is over, near, ok, soft (a recommended period), paused, met, late (done, but late) or cancelled.

    `days` are working days left or, when over or late, working days too many; natural days where the period counts
    those. `minutes` are given instead for a period in hours. `passed`: a recommended period has run out, and they are
    too many.
    """

    state: str
    days: int | None = None
    minutes: int | None = None
    natural: bool = False
    today: bool = False
    passed: bool = False


@dataclass(frozen=True)
class Cell:
    """One day of a strip, or a run of days: what stands above, the day, and the mark below."""

    kind: str
    top: Text
    day: str
    mark: Text
    make_up: bool = False
    today: bool = False
    last: bool = False


def standing_of(record: Running, now: datetime, calendar: Calendar) -> Standing:
    if record.status in (PeriodStatus.MET, PeriodStatus.CANCELLED, PeriodStatus.PAUSED):
        return Standing(record.status)
    until = record.ended_at if record.status == PeriodStatus.MET_LATE and record.ended_at else now
    state = "late" if record.status == PeriodStatus.MET_LATE else "over" if record.hard else "soft"
    passed = until >= record.due_at or record.status in (PeriodStatus.OVERDUE, PeriodStatus.MET_LATE)
    if record.last_day is None:
        length = until - record.due_at if passed else record.due_at - until
        minutes = max(0, int(length.total_seconds()) // 60)
        if passed:
            return Standing(state, minutes=minutes, passed=state == "soft")
        near = record.hard and minutes < 24 * 60
        return Standing("near" if near else "ok" if record.hard else "soft", minutes=minutes)
    today = local_date(until)
    if passed:
        return Standing(state, days=calendar.working_days_between(record.last_day, today), passed=state == "soft")
    left = calendar.working_days_between(today, record.last_day)
    natural = not record.kind.startswith("working") and left > 1
    near = record.last_day == today or left <= 1
    return Standing(
        state="soft" if not record.hard else "near" if near else "ok",
        days=(record.last_day - today).days if natural else left,
        natural=natural,
        today=record.last_day == today,
    )


def strip_of(record: Running, now: datetime, calendar: Calendar) -> list[Cell]:
    """The days of a period from its start to its last day, and the working days it is late, one cell each.

    Days off run together; a period in hours has its first and its last day.
    """
    start, today = local_date(record.start_at), local_date(now)
    if record.last_day is None:
        return _strip_of_hours(record, start, today)
    cells = [Cell("from", _weekday(start, today), str(start.day), pgettext("strip", "from"), today=start == today)]
    natural = not record.kind.startswith("working")
    number, run = 0, list[date]()
    for offset in range(1, (record.last_day - start).days + 1):
        day = start + timedelta(days=offset)
        kind = calendar.kind(day)
        if is_paused(day, record.pauses):
            run.append(day)
            continue
        number += natural or kind.working
        if not kind.working and not (natural and day == record.last_day):
            run.append(day)
            continue
        cells += _off(run, calendar, record.pauses)
        run = []
        cells.append(
            Cell(
                kind="done" if day < today else "day",
                top=pgettext("strip", "make-up") if kind.reason == MAKE_UP else _weekday(day, today),
                day=str(day.day),
                mark=str(number),
                make_up=kind.reason == MAKE_UP,
                today=day == today,
                last=day == record.last_day,
            )
        )
    return _folded(cells) + _late(record, now, calendar)


def _strip_of_hours(record: Running, start: date, today: date) -> list[Cell]:
    due, began = local(record.due_at), f"{local(record.start_at):%H:%M}"
    if due.date() == start:
        return [
            Cell(
                "from", _weekday(start, today), str(start.day), f"{began}–{due:%H:%M}", today=start == today, last=True
            )
        ]
    return [
        Cell("from", _weekday(start, today), str(start.day), began, today=start == today),
        Cell("hour", _weekday(due.date(), today), str(due.day), f"{due:%H:%M}", today=due.date() == today, last=True),
    ]


def _late(record: Running, now: datetime, calendar: Calendar) -> list[Cell]:
    """The working days after the last day on which the duty was still not done, the latest ones."""
    until = local_date(record.ended_at or now)
    if (
        record.last_day is None
        or record.status not in (PeriodStatus.RUNNING, PeriodStatus.OVERDUE, PeriodStatus.MET_LATE)
        or until <= record.last_day
    ):
        return []
    days = [record.last_day + timedelta(days=offset) for offset in range(1, (until - record.last_day).days + 1)]
    late = [(number, day) for number, day in enumerate((day for day in days if calendar.is_working_day(day)), 1)]
    today = local_date(now)
    return [
        Cell("late", _weekday(day, today), str(day.day), f"+{number}", today=day == today)
        for number, day in late[-LATE_LIMIT:]
    ]


def _off(run: list[date], calendar: Calendar, pauses: Pauses) -> list[Cell]:
    if not run:
        return []
    if any(is_paused(day, pauses) for day in run):
        return [
            Cell(
                "off",
                day_words(PAUSED),
                str(run[0].day) if len(run) == 1 else f"{run[0].day}–{run[-1].day}",
                pgettext("strip", "paused"),
            )
        ]
    names = [reason for reason in (calendar.kind(day).reason for day in run) if reason not in WEEKDAYS]
    off = pgettext("strip", "weekend") if len(run) > 1 else day_words(calendar.kind(run[0]).reason)
    top = day_words(names[0]) if names else off
    day = str(run[0].day) if len(run) == 1 else f"{run[0].day}–{run[-1].day}"
    return [Cell("off", top, day, pgettext("strip", "off"))]


def _folded(cells: list[Cell]) -> list[Cell]:
    if len(cells) <= STRIP_LIMIT:
        return cells
    head, tail = cells[:3], cells[-4:]
    middle = [cell for cell in cells[3:-4] if cell.kind != "off"]
    marks = f"{middle[0].mark}–{middle[-1].mark}" if middle else ""
    return [*head, Cell("fold", "…", "…", marks, today=any(cell.today for cell in cells[3:-4])), *tail]


def _weekday(day: date, today: date) -> Text:
    return pgettext("strip", "today") if day == today else WEEKDAY_NAMES[day.weekday()]


def last_moment_of(due_at: datetime, in_days: bool, provisional: bool) -> Text:
    """10月13日 24:00, Tue 13 Oct for a period in days (its end is the next midnight), with the time for one in hours."""
    at = local(due_at)
    if in_days and at.hour == 0 and at.minute == 0:
        day = When((at - timedelta(days=1)).date(), "last_day")
        return _("%(day)s (provisional)", day=day) if provisional else day
    return When(due_at, "last_minute")

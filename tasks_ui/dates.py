"""Dates and times as each language writes them: 10-13 周二 and Tue 13 Oct. Every instant is read in Asia/Shanghai."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from engine.clock import local, local_date
from engine.messages import DAYS, MONTHS, WEEKDAYS
from tasks_ui.language import language
from tasks_ui.messages import gettext as _
from tasks_ui.messages import pgettext


def day(value: date | datetime, this_year: int) -> str:
    """10-13 周二; Tue 13 Oct, with the year when it is another one."""
    found = local_date(value) if isinstance(value, datetime) else value
    if language() == "zh":
        return f"{found:%m-%d} {WEEKDAYS[found.weekday()]}"
    year = "" if found.year == this_year else f" {found.year}"
    return f"{DAYS[found.weekday()]} {found.day} {MONTHS[found.month - 1]}{year}"


def short_day(value: datetime, this_year: int) -> str:
    """10-12; Mon 12 Oct."""
    return f"{local(value):%m-%d}" if language() == "zh" else day(value, this_year)


def moment(value: datetime, this_year: int) -> str:
    """10-08 14:20; 8 Oct 14:20; with the year when it is another one."""
    found = local(value)
    if language() == "zh":
        return f"{found:%m-%d %H:%M}" if found.year == this_year else f"{found:%Y-%m-%d %H:%M}"
    year = "" if found.year == this_year else f" {found.year}"
    return f"{found.day} {MONTHS[found.month - 1]}{year} {found:%H:%M}"


def end_moment(value: datetime, this_year: int) -> str:
    """An exclusive end: the midnight that begins a day is 10-13 24:00, and "on Tue 13 Oct", of the day before."""
    found = local(value)
    if (found.hour, found.minute) != (0, 0):
        return moment(value, this_year)
    before = found - timedelta(days=1)
    return f"{before:%m-%d} 24:00" if language() == "zh" else f"on {day(before.date(), this_year)}"


def instant(value: datetime) -> str:
    """2026-10-09 周五 10:12; Fri 9 Oct 2026 10:12."""
    found = local(value)
    if language() == "zh":
        return f"{found:%Y-%m-%d} {WEEKDAYS[found.weekday()]} {found:%H:%M}"
    return f"{DAYS[found.weekday()]} {found.day} {MONTHS[found.month - 1]} {found.year} {found:%H:%M}"


def month(value: date) -> str:
    """2026 年 9 月; Sep 2026."""
    return _(
        "%(month)s %(year)s", month=MONTHS[value.month - 1] if language() == "en" else value.month, year=value.year
    )


def weekday(value: date) -> str:
    """周二; Tue."""
    return (WEEKDAYS if language() == "zh" else DAYS)[value.weekday()]


def initial(value: date, made_up: bool) -> str:
    """The one sign over a day of a calendar; a make-up working day has its own."""
    if made_up:
        return pgettext("make-up working day", "+")
    return WEEKDAYS[value.weekday()][1] if language() == "zh" else DAYS[value.weekday()][0]

"""Files with the days off of a year, as the office gets them, made part of the calendar. Pure.

Read are our own format, whole or one year of it, and that of holiday-cn, which is made from the notices of the State
Council. What cannot be right is refused; what is unusual but has happened is said, so that a person looks twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR, Calendar, load_calendar
from engine.deadlines.day_words import WEEKDAY_NAMES
from engine.errors import Refused
from engine.messages import Text, When, listed, pgettext
from engine.messages import gettext as _

SIZE_LIMIT = 1024 * 1024
STATUTORY = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Days that are off in every year, whatever the notice arranges (全国年节及纪念日放假办法)."""
FESTIVALS = {
    "元旦": pgettext("day", "New Year"),
    "春节": pgettext("day", "Spring Festival"),
    "清明": pgettext("festival", "Qingming"),
    "劳动节": pgettext("day", "Labour Day"),
    "端午": pgettext("festival", "Dragon Boat"),
    "中秋": pgettext("festival", "Mid-Autumn"),
    "国庆": pgettext("festival", "National Day"),
}
"""What names of days off hold in every year."""
USUAL = range(245, 254)
"""Working days of a year."""


@dataclass(frozen=True)
class DayChange:
    """A day that is another kind of day with the new calendar; the reasons are those of `Calendar.kind`."""

    date: date
    before: str
    after: str


def merged(current: bytes, given: bytes, now: datetime) -> bytes:
    """The calendar in force with the years of the file in the place of its own, as it is imported now.

    Raises Refused with what is wrong.
    """
    if len(given) > SIZE_LIMIT:
        raise Refused(_("The file is too large to be a holiday arrangement. Nothing was imported."))
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        raise Refused(
            _("The file is not complete JSON. Nothing was imported. The format is in docs/reference/running.md.")
        ) from None
    years = {year["year"]: year for year in _years(found)}
    whole = json.loads(current)
    kept = [year for year in whole["years"] if year["year"] not in years]
    whole["years"] = sorted([*kept, *years.values()], key=lambda year: int(year["year"]))
    whole["imported_at"] = now.isoformat()  # so that an arrangement that comes back is a version of its own
    content = (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()
    load_calendar(content)
    return content


def changes(before: Calendar, after: Calendar) -> list[DayChange]:
    """Every day that one calendar counts otherwise than the other, or knows as official otherwise."""
    found = []
    for year in sorted({*before.years, *after.years}):
        day = date(year, 1, 1)
        while day.year == year:
            old, new = before.kind(day), after.kind(day)
            if old.working != new.working:
                found.append(DayChange(day, old.reason, new.reason))
            day += timedelta(days=1)
    return found


def doubts(calendar: Calendar, years: Iterable[int]) -> list[Text]:
    """What is unusual in these years, a sentence each."""
    found: list[Text] = []
    for year in years:
        content = calendar.years[year]
        names = "".join(day.name for day in content.days.values() if day.off)
        if missing := [name for name in FESTIVALS if name not in names]:
            found.append(
                _(
                    "%(year)s has no days off for: %(festivals)s.",
                    year=year,
                    festivals=listed(FESTIVALS[name] for name in missing),
                )
            )
        for day in content.days.values():
            if not day.off and day.date.weekday() < 5:
                weekday = WEEKDAY_NAMES[day.date.weekday()]
                found.append(
                    _(
                        "%(date)s is a %(weekday)s, but is given as a make-up working day.",
                        date=When(day.date, "day"),
                        weekday=weekday,
                    )
                )
        working = calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
        if working not in USUAL:
            found.append(
                _(
                    "%(year)s has %(days)s working days; usually there are %(least)s to %(most)s.",
                    year=year,
                    days=working,
                    least=USUAL[0],
                    most=USUAL[-1],
                )
            )
    return found


def _years(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict) and isinstance(found.get("years"), list):
        entries = [_year(entry) for entry in found["years"]]
    else:
        entries = [_year(found)]
    numbers = [entry["year"] for entry in entries]
    if not entries or len(set(numbers)) != len(numbers):
        raise Refused(_("The file contains no year, or one year twice. Nothing was imported."))
    return entries


def _year(found: Any) -> dict[str, Any]:
    year = found.get("year") if isinstance(found, dict) else None
    if type(year) is not int or not FIRST_YEAR < year < LAST_YEAR or not isinstance(found.get("days"), list):
        raise Refused(
            _(
                "The file has no year (year) or no days (days). Nothing was imported. The format is in "
                "docs/reference/running.md."
            )
        )
    days = [_day(year, entry) for entry in found["days"]]
    if len({day["date"] for day in days}) != len(days):
        raise Refused(_("%(year)s contains a day twice. Nothing was imported.", year=year))
    papers = found.get("sources") or found.get("papers") or []
    entry = {
        "year": year,
        "status": "official" if "isOffDay" in str(found["days"][:1]) else found.get("status"),
        "notice_no": found.get("notice_no"),
        "notice_date": found.get("notice_date"),
        "sources": papers,
        "days": sorted(days, key=lambda day: str(day["date"])),
    }
    if entry["status"] not in ("official", "missing"):
        raise Refused(
            _(
                "The status of %(year)s has to be official (announced) or missing (not announced yet). Nothing was "
                "imported.",
                year=year,
            )
        )
    texts = (entry["notice_no"], entry["notice_date"])
    if any(not isinstance(text, str | None) for text in texts) or not isinstance(papers, list):
        raise Refused(
            _(
                "The number, the date or the sources of %(year)s are not written correctly. Nothing was imported.",
                year=year,
            )
        )
    off = {day["date"] for day in days if day["off"]}
    for month, number in STATUTORY if entry["status"] == "official" else ():
        if date(year, month, number).isoformat() not in off:
            raise Refused(
                _(
                    "%(day)s is a public holiday by law, but the file does not have it as a day off. Nothing was "
                    "imported. Check it against the notice.",
                    day=When(date(year, month, number), "written"),
                )
            )
    return entry


def _day(year: int, found: Any) -> dict[str, Any]:
    """One day in our own format; a notice may name days of the December before."""
    try:
        day = date.fromisoformat(found["date"])
        off = found["isOffDay"] if "isOffDay" in found else found["off"]
        name = found["name"]
    except (ValueError, TypeError, KeyError):
        raise Refused(
            _(
                "A day of %(year)s has no date, no name, or does not say whether it is off. Nothing was imported.",
                year=year,
            )
        ) from None
    if type(off) is not bool or not isinstance(name, str) or not 0 < len(name.strip()) <= 20:
        raise Refused(
            _(
                "The name of %(day)s, or whether it is off, is not written correctly. Nothing was imported.",
                day=When(day, "day"),
            )
        )
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise Refused(_("%(day)s is not in %(year)s. Nothing was imported.", day=When(day, "day"), year=year))
    return {"date": day.isoformat(), "off": off, "name": name.strip()}

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
from engine.errors import Refused
from engine.messages import WEEKDAYS

SIZE_LIMIT = 1024 * 1024
STATUTORY = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Days that are off in every year, whatever the notice arranges (全国年节及纪念日放假办法)."""
FESTIVALS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
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
        raise Refused("文件太大，不是放假安排。没有导入。")
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        raise Refused("文件不是完整的 JSON，没有导入。格式见 docs/reference/running.md。") from None
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


def doubts(calendar: Calendar, years: Iterable[int]) -> list[str]:
    """What is unusual in these years, a sentence each."""
    found = []
    for year in years:
        content = calendar.years[year]
        names = "".join(day.name for day in content.days.values() if day.off)
        if missing := [name for name in FESTIVALS if name not in names]:
            found.append(f"{year} 年没有写 {'、'.join(missing)} 的放假日。")
        for day in content.days.values():
            if not day.off and day.date.weekday() < 5:
                found.append(f"{day.date} 是{WEEKDAYS[day.date.weekday()]}，写成了调休上班。")
        working = calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
        if working not in USUAL:
            found.append(f"{year} 年有 {working} 个工作日，往年都在 {USUAL[0]} 到 {USUAL[-1]} 之间。")
    return found


def _years(found: Any) -> list[dict[str, Any]]:
    if isinstance(found, dict) and isinstance(found.get("years"), list):
        entries = [_year(entry) for entry in found["years"]]
    else:
        entries = [_year(found)]
    numbers = [entry["year"] for entry in entries]
    if not entries or len(set(numbers)) != len(numbers):
        raise Refused("文件里没有年份，或者同一年写了两次，没有导入。")
    return entries


def _year(found: Any) -> dict[str, Any]:
    year = found.get("year") if isinstance(found, dict) else None
    if type(year) is not int or not FIRST_YEAR < year < LAST_YEAR or not isinstance(found.get("days"), list):
        raise Refused("文件里没有年份（year）或日子（days），没有导入。格式见 docs/reference/running.md。")
    days = [_day(year, entry) for entry in found["days"]]
    if len({day["date"] for day in days}) != len(days):
        raise Refused(f"{year} 年有的日子写了两次，没有导入。")
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
        raise Refused(f"{year} 年的 status 应当是 official（已公布）或 missing（还没有公布），没有导入。")
    texts = (entry["notice_no"], entry["notice_date"])
    if any(not isinstance(text, str | None) for text in texts) or not isinstance(papers, list):
        raise Refused(f"{year} 年的文号、日期或来源写法不对，没有导入。")
    off = {day["date"] for day in days if day["off"]}
    for month, number in STATUTORY if entry["status"] == "official" else ():
        if date(year, month, number).isoformat() not in off:
            raise Refused(f"{year} 年 {month} 月 {number} 日是法定节日，文件里没有写成放假，没有导入。请核对通知原文。")
    return entry


def _day(year: int, found: Any) -> dict[str, Any]:
    """One day in our own format; a notice may name days of the December before."""
    try:
        day = date.fromisoformat(found["date"])
        off = found["isOffDay"] if "isOffDay" in found else found["off"]
        name = found["name"]
    except (ValueError, TypeError, KeyError):
        raise Refused(f"{year} 年有的日子没有写清日期、名称或是否放假，没有导入。") from None
    if type(off) is not bool or not isinstance(name, str) or not 0 < len(name.strip()) <= 20:
        raise Refused(f"{day} 的名称或是否放假写法不对，没有导入。")
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise Refused(f"{day} 不在 {year} 年，没有导入。")
    return {"date": day.isoformat(), "off": off, "name": name.strip()}

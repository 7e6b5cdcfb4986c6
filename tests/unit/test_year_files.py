"""Files with the days off of a year: read in three formats, refused with a sentence, doubted where they are unusual."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.deadlines.calendar import Calendar, load_calendar
from engine.deadlines.year_files import DayChange, changes, doubts, merged
from engine.errors import Refused
from tests.unit.builders import CALENDAR, CALENDAR_FILE, at, calendar_with, day

SHIPPED = CALENDAR_FILE.read_bytes()
NATIONAL = {date: "国庆节" for date in ("2027-10-01", "2027-10-02", "2027-10-03")}
OFF = {"2027-01-01": "元旦", "2027-05-01": "劳动节", **NATIONAL}
NOW = at("2026-11-26 10:00")


def of_2027(**changed: Any) -> dict[str, Any]:
    """The year with its statutory days, in our own format."""
    days = [{"date": date, "off": True, "name": name} for date, name in OFF.items()]
    return {"year": 2027, "status": "official", "days": days, **changed}


def imported(found: Any) -> Calendar:
    return load_calendar(merged(SHIPPED, json.dumps(found).encode(), NOW))


def test_one_year_takes_the_place_of_the_calendar_s_own_and_the_others_stay() -> None:
    calendar = imported(of_2027())

    assert calendar.official_years == CALENDAR.official_years | {2027}
    assert {year: calendar.years[year] for year in CALENDAR.official_years} == {
        year: CALENDAR.years[year] for year in CALENDAR.official_years
    }


def test_the_format_of_holiday_cn_is_read_and_is_official() -> None:
    days = [{"name": name, "date": date, "isOffDay": True} for date, name in OFF.items()]
    made_up = {"name": "国庆节", "date": "2027-10-09", "isOffDay": False}
    calendar = imported({"year": 2027, "papers": ["https://example.gov.cn/1"], "days": [*days, made_up]})

    assert 2027 in calendar.official_years
    assert calendar.kind(day("2027-10-09")).reason == "调休上班"


def test_a_whole_calendar_is_read() -> None:
    assert imported(json.loads(SHIPPED)).years == CALENDAR.years


def test_a_notice_may_name_days_of_the_december_before() -> None:
    eve = {"date": "2026-12-31", "off": True, "name": "元旦"}
    assert not imported(of_2027(days=[*of_2027()["days"], eve])).is_working_day(day("2026-12-31"))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ([], "没有年份"),
        ({}, "没有年份"),
        ({"years": []}, "没有年份"),
        ({"years": [of_2027(), of_2027()]}, "同一年写了两次"),
        (of_2027(year="2027"), "没有年份"),
        (of_2027(year=True), "没有年份"),
        (of_2027(year=9999), "没有年份"),
        (of_2027(days={}), "没有年份"),
        (of_2027(days=[{"date": "2027-1-1", "off": True, "name": "元旦"}]), "没有写清日期"),
        (of_2027(days=["2027-01-01"]), "没有写清日期"),
        (of_2027(days=[{"date": "2027-01-01", "name": "元旦"}]), "没有写清日期"),
        (of_2027(days=[{"date": "2027-01-01", "off": "yes", "name": "元旦"}]), "写法不对"),
        (of_2027(days=[{"date": "2027-01-01", "off": True, "name": ""}]), "写法不对"),
        (of_2027(days=[{"date": "2028-01-01", "off": True, "name": "元旦"}]), "不在 2027 年"),
        (of_2027(days=of_2027()["days"] * 2), "写了两次"),
        (of_2027(status="maybe"), "status"),
        (of_2027(notice_no=7), "写法不对"),
        (of_2027(days=[]), "1 月 1 日是法定节日"),
        (of_2027(days=[entry for entry in of_2027()["days"] if entry["date"] != "2027-10-03"]), "10 月 3 日"),
    ],
)
def test_what_cannot_be_right_is_refused_with_a_sentence(found: Any, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        imported(found)


@pytest.mark.parametrize("given", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b" " * 2_000_000])
def test_what_is_no_json_is_refused(given: bytes) -> None:
    with pytest.raises(Refused, match="没有导入"):
        merged(SHIPPED, given, NOW)


def test_every_day_that_is_counted_otherwise_is_named() -> None:
    after = calendar_with(("2026-10-10", True, "台风停工"), ("2026-10-17", False, "调休"))

    assert changes(CALENDAR, after) == [
        DayChange(day("2026-10-10"), "调休上班", "台风停工"),
        DayChange(day("2026-10-17"), "周六", "调休上班"),
    ]


def test_what_is_unusual_is_doubted_and_the_official_years_are_not() -> None:
    assert list(map(str, doubts(CALENDAR, range(2020, 2027)))) == ["2020-02-03 是周一，写成了调休上班。"], (
        "as the notice had it"
    )
    assert list(map(str, doubts(calendar_with(("2026-10-12", False, "国庆节")), [2026]))) == [
        "2026-10-12 是周一，写成了调休上班。"
    ]
    assert list(map(str, doubts(imported(of_2027()), [2027]))) == [
        "2027 年没有写 春节、清明、端午、中秋 的放假日。",
        "2027 年有 259 个工作日，往年都在 245 到 253 之间。",
    ]

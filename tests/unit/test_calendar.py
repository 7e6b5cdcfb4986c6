"""Which days are worked: the official years against two independent packages, and years without a notice."""

from __future__ import annotations

import json
from datetime import date, timedelta

import chinese_calendar  # type: ignore[import-untyped]
import holidays
import pytest

from engine.deadlines.calendar import CalendarYear, load_calendar
from tests.unit.builders import CALENDAR, CALENDAR_FILE, OFFICIAL_YEARS, calendar_with, day

WORKING_DAYS_OF_YEAR = {2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", OFFICIAL_YEARS)
def test_an_official_year_agrees_with_chinesecalendar_on_every_day(year: int) -> None:
    ours = {day: CALENDAR.is_working_day(day) for day in days_of(year)}
    theirs = {day: chinese_calendar.is_workday(day) for day in days_of(year)}

    assert ours == theirs


@pytest.mark.parametrize("year", OFFICIAL_YEARS)
def test_an_official_year_agrees_with_holidays_on_every_day(year: int) -> None:
    china = holidays.country_holidays("CN", years=(year - 1, year, year + 1))

    ours = {day: CALENDAR.is_working_day(day) for day in days_of(year)}
    theirs = {day: china.is_working_day(day) for day in days_of(year)}

    assert ours == theirs


@pytest.mark.parametrize(("year", "number"), WORKING_DAYS_OF_YEAR.items())
def test_an_official_year_has_the_number_of_working_days_counted_from_its_notice(year: int, number: int) -> None:
    assert sum(CALENDAR.is_working_day(day) for day in days_of(year)) == number


def test_the_official_years_are_those_with_a_notice() -> None:
    assert CALENDAR.official_years == frozenset(OFFICIAL_YEARS)


@pytest.mark.parametrize(
    ("text", "working", "reason"),
    [
        ("2026-09-30", True, "工作日"),
        ("2026-10-01", False, "国庆节"),
        ("2026-10-10", True, "调休上班"),
        ("2026-09-20", True, "调休上班"),
        ("2026-10-17", False, "周六"),
        ("2026-10-18", False, "周日"),
        ("2026-02-16", False, "春节"),
        ("2026-01-01", False, "元旦"),
        ("2024-02-09", True, "工作日"),
        ("2020-02-03", True, "工作日"),
    ],
)
def test_a_day_says_whether_it_is_worked_and_why(text: str, working: bool, reason: str) -> None:
    kind = CALENDAR.kind(day(text))

    assert (kind.working, kind.reason, kind.official) == (working, reason, True)


def test_a_year_without_a_notice_is_never_official() -> None:
    assert not any(CALENDAR.kind(day).official for day in days_of(2027))


def test_a_year_without_a_notice_invents_no_make_up_day() -> None:
    assert not any(CALENDAR.is_working_day(day) for day in days_of(2027) if day.weekday() >= 5)


def test_a_year_without_a_notice_knows_no_holiday_but_the_first_of_january() -> None:
    off_on_weekdays = [day for day in days_of(2027) if day.weekday() < 5 and not CALENDAR.is_working_day(day)]

    assert off_on_weekdays == [date(2027, 1, 1)]
    assert CALENDAR.kind(date(2027, 1, 1)).reason == "元旦"


def test_a_year_that_the_file_does_not_name_is_computed_like_one_without_a_notice() -> None:
    assert CALENDAR.kind(date(2031, 5, 1)) == CALENDAR.kind(date(2027, 5, 6))


def test_days_of_a_year_whose_notice_is_not_official_yet_do_not_count() -> None:
    draft = calendar_with(("2027-01-04", True, "元旦"), year=2027, status="provisional")

    assert draft.is_working_day(date(2027, 1, 4))
    assert not draft.kind(date(2027, 1, 4)).official


def test_a_notice_that_is_imported_makes_its_year_official() -> None:
    imported = calendar_with(("2027-01-03", False, "元旦"), year=2027)

    assert imported.kind(date(2027, 1, 3)).reason == "调休上班"
    assert imported.kind(date(2027, 1, 3)).official


def test_a_notice_may_name_days_of_the_december_before() -> None:
    imported = calendar_with(("2026-12-31", True, "元旦"), ("2026-12-26", False, "元旦"), year=2027)

    assert imported.kind(date(2026, 12, 31)).reason == "元旦"
    assert not imported.is_working_day(date(2026, 12, 31))
    assert imported.is_working_day(date(2026, 12, 26))


def test_the_new_year_notice_of_2023_gives_its_last_day_of_2022_a_name() -> None:
    assert CALENDAR.kind(date(2022, 12, 31)).reason == "元旦"


def test_a_draft_notice_changes_no_day_of_the_december_before() -> None:
    draft = calendar_with(("2026-12-31", True, "元旦"), year=2027, status="provisional")

    assert draft.is_working_day(date(2026, 12, 31))


def test_the_next_working_day_after_a_holiday_eve_is_the_day_after_the_holiday() -> None:
    assert CALENDAR.next_working_day(day("2026-09-30")) == day("2026-10-08")


def test_the_working_day_before_a_make_up_saturday_is_the_friday() -> None:
    assert CALENDAR.working_day_before(day("2026-10-10")) == day("2026-10-09")


@pytest.mark.parametrize(
    ("after", "until", "number"),
    [
        ("2026-09-30", "2026-10-10", 3),
        ("2026-09-30", "2026-10-07", 0),
        ("2026-10-10", "2026-10-10", 0),
        ("2026-10-12", "2026-10-10", 0),
    ],
)
def test_working_days_between_leaves_out_the_first_day_and_counts_the_last(after: str, until: str, number: int) -> None:
    assert CALENDAR.working_days_between(day(after), day(until)) == number


def test_the_version_names_the_content() -> None:
    content = CALENDAR_FILE.read_bytes()

    assert load_calendar(content).version == CALENDAR.version
    assert load_calendar(content + b"\n").version != CALENDAR.version
    assert len(CALENDAR.version) == 12


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'"2026"',
        b'{"years": [2026]}',
        b'{"years": [{"year": 2026}]}',
        b'{"years": [{"year": 2026, "status": "official", "days": [{"date": "2026-13-01", "off": true, "name": "x"}]}]}',
        b'{"years": [{"year": 2026, "status": "official", "days": [{"date": 20260101, "off": true, "name": "x"}]}]}',
        b'{"years": null}',
        b"\xff\xfe\xfd",
    ],
)
def test_what_is_no_calendar_is_refused_as_a_wrong_value(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a calendar"):
        load_calendar(content)


def test_the_shipped_file_repeats_no_day() -> None:
    days = [entry["date"] for year in json.loads(CALENDAR_FILE.read_bytes())["years"] for entry in year["days"]]

    assert len(days) == len(set(days))


def test_every_make_up_day_of_the_official_years_but_one_is_a_weekend_day() -> None:
    worked = [named.date for year in CALENDAR.years.values() for named in year.days.values() if not named.off]

    assert [day for day in worked if day.weekday() < 5] == [date(2020, 2, 3)]


def test_a_calendar_year_keeps_the_number_of_its_notice() -> None:
    year: CalendarYear = CALENDAR.years[2025]

    assert year.notice == "国办发明电〔2024〕12号"

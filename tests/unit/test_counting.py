"""Counting a period: the worked examples of the specification, its boundaries, and what holds for every count."""

from __future__ import annotations

import json
import time as host_time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import SHANGHAI, local_date, midnight
from engine.deadlines import counting
from engine.deadlines.calendar import LAST_YEAR
from engine.deadlines.counting import Count
from engine.deadlines.functions import KINDS
from engine.errors import ExpressionError
from tests.unit.builders import CALENDAR, ROOT, at, calendar_with, day

VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "deadline_vectors.json").read_bytes())
FORWARD = ("working_days", "natural_days", "months")
BACKWARD = ("working_days_before", "natural_days_before")
V03 = "2026-09-30 09:30"


def wd(number: int, start: str) -> Count:
    return counting.working_days(CALENDAR, number, at(start))


def nd(number: int, start: str) -> Count:
    return counting.natural_days(CALENDAR, number, at(start))


def mo(number: int, start: str) -> Count:
    return counting.months(CALENDAR, number, at(start))


def dates(days: tuple[counting.CountedDay, ...]) -> list[date]:
    return [counted.date for counted in days]


# --- the worked examples ---


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_the_worked_example_is_due_when_the_specification_says(vector: dict[str, Any]) -> None:
    count = KINDS[vector["unit"]](CALENDAR, vector["n"], datetime.fromisoformat(vector["start"]))

    assert count.due_at == datetime.fromisoformat(vector["due_exclusive"])
    assert count.last_day == (date.fromisoformat(vector["last_day"]) if vector["last_day"] else None)
    assert count.provisional is vector["provisional"]


def test_the_worked_examples_are_all_there() -> None:
    assert len(VECTORS) == 18
    assert {vector["unit"] for vector in VECTORS} >= {"working_days", "natural_days", "months", "hours"}


# --- the day of the start ---


def test_r55_the_day_of_the_finding_is_not_counted() -> None:
    assert dates(wd(3, "2026-03-10 10:00").counted) == [day("2026-03-11"), day("2026-03-12"), day("2026-03-13")]


@pytest.mark.parametrize("hour", ["00:00", "08:29", "17:31", "23:59:59.999999"])
def test_the_hour_of_the_start_changes_nothing(hour: str) -> None:
    assert wd(3, f"2026-03-10 {hour}").due_at == at("2026-03-14 00:00")


@pytest.mark.parametrize("start", ["2026-09-30 09:30", "2026-10-01 09:30", "2026-10-04 23:59", "2026-10-07 00:00"])
def test_a_start_on_a_day_off_counts_from_the_next_working_day(start: str) -> None:
    assert wd(3, start).last_day == day("2026-10-10")


def test_a_start_on_a_make_up_saturday_does_not_count_that_saturday() -> None:
    assert dates(wd(1, "2026-10-10 10:00").counted) == [day("2026-10-12")]


def test_the_day_of_the_start_is_the_day_in_shanghai() -> None:
    late_evening_in_utc = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # 2026-03-10 00:00 in Shanghai

    count = counting.working_days(CALENDAR, 3, late_evening_in_utc)

    assert count.last_day == day("2026-03-13")


def test_one_microsecond_before_midnight_belongs_to_the_day_that_ends() -> None:
    assert wd(3, "2026-03-09 23:59:59.999999").last_day == day("2026-03-12")
    assert wd(3, "2026-03-10 00:00").last_day == day("2026-03-13")


# --- the end of the last day ---


@pytest.mark.parametrize(
    ("done", "in_time"),
    [
        ("2026-10-10 23:59:59.999", True),
        ("2026-10-10 23:59:59.999999", True),
        ("2026-10-11 00:00", False),
        ("2026-10-11 00:00:00.000001", False),
    ],
)
def test_b1_in_time_means_before_24_00_of_the_last_day(done: str, in_time: bool) -> None:
    assert (at(done) < wd(3, V03).due_at) is in_time


def test_b2_a_close_of_business_ends_the_last_day_at_that_time() -> None:
    count = counting.working_days(replace(CALENDAR, cutoff=time(17, 30)), 3, at(V03))

    assert count.due_at == at("2026-10-10 17:30")
    assert count.last_day == day("2026-10-10")


@pytest.mark.parametrize("count", [counting.natural_days, counting.months])
def test_a_close_of_business_ends_other_periods_in_days_too(count: Callable[..., Count]) -> None:
    closing = replace(CALENDAR, cutoff=time(12, 0))

    assert count(closing, 1, at("2026-03-10 10:00")).due_at.astimezone(SHANGHAI).hour == 12


def test_b4_three_months_that_end_in_a_holiday_end_after_it() -> None:
    assert mo(6, "2026-01-05 10:00").last_day == day("2026-07-06")
    assert mo(3, "2026-07-06 10:00").last_day == day("2026-10-08")


def test_b5_an_import_that_turns_the_last_day_into_a_day_off_moves_the_period() -> None:
    imported = calendar_with(("2026-10-10", True, "国庆节"))

    assert counting.working_days(imported, 3, at(V03)).last_day == day("2026-10-12")
    assert counting.working_days(imported, 10, at(V03)).last_day == day("2026-10-21")


def test_b3_an_urgency_raised_later_is_due_before_the_normal_period() -> None:
    raised = counting.hours(CALENDAR, 24, at("2026-09-29 15:00"))

    assert min(wd(3, "2026-09-24 10:00").due_at, raised.due_at) == at("2026-09-30 15:00")


# --- natural days and months ---


def test_natural_days_count_days_off_as_well() -> None:
    assert nd(5, "2026-03-05 10:00").last_day == day("2026-03-10")


def test_natural_days_that_end_on_a_sunday_end_on_the_monday() -> None:
    assert nd(5, "2026-03-10 10:00").last_day == day("2026-03-16")


def test_natural_days_that_end_on_a_make_up_saturday_do_not_roll() -> None:
    assert nd(10, "2026-09-30 10:00").last_day == day("2026-10-10")


def test_natural_days_that_end_on_a_weekday_inside_a_holiday_roll_to_its_end() -> None:
    assert nd(6, "2026-09-30 10:00").last_day == day("2026-10-08")


@pytest.mark.parametrize(
    ("start", "number", "last"),
    [
        ("2026-01-30 10:00", 1, "2026-02-28"),  # a Saturday that is worked
        ("2025-01-31 10:00", 1, "2025-02-28"),
        ("2024-01-31 10:00", 1, "2024-02-29"),
        ("2024-02-29 10:00", 12, "2025-02-28"),
        ("2026-03-31 10:00", 1, "2026-04-30"),
        ("2026-08-31 10:00", 1, "2026-09-30"),
        ("2025-11-30 10:00", 3, "2026-02-28"),
        ("2025-12-15 10:00", 1, "2026-01-15"),
        ("2025-12-31 10:00", 12, "2026-12-31"),
    ],
)
def test_months_end_on_the_same_day_or_on_the_last_of_the_month(start: str, number: int, last: str) -> None:
    assert mo(number, start).last_day == day(last)


def test_a_month_that_ends_on_a_weekend_rolls_forward() -> None:
    assert mo(1, "2026-02-14 10:00").last_day == day("2026-03-16")  # 14 March is a Saturday


def test_what_is_rolled_over_is_skipped_with_its_reason() -> None:
    count = nd(6, "2026-09-30 10:00")

    assert [(rolled.date.day, rolled.reason) for rolled in count.skipped] == [(7, "国庆节"), (8, "工作日")]


# --- hours ---


def test_r57_hours_run_through_nights_and_holidays() -> None:
    assert counting.hours(CALENDAR, 24, at("2026-09-30 17:00")).due_at == at("2026-10-01 17:00")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 1000))
def test_hours_never_roll_and_keep_the_microsecond(start: datetime, number: int) -> None:
    begun = start.replace(tzinfo=SHANGHAI)

    count = counting.hours(CALENDAR, number, begun)

    assert count.due_at - begun == timedelta(hours=number)
    assert (count.last_day, count.counted, count.skipped, count.provisional) == (None, (), (), False)


# --- counting back ---


def test_r43_ten_days_before_leave_out_the_day_of_the_meeting() -> None:
    count = counting.natural_days_before(CALENDAR, 10, at("2026-03-20 09:00"))

    assert count.last_day == day("2026-03-10")
    assert day("2026-03-20") not in dates(count.counted)


def test_r43_counting_back_rolls_to_an_earlier_working_day() -> None:
    count = counting.natural_days_before(CALENDAR, 10, at("2026-10-15 09:00"))

    assert count.due_at == at("2026-10-01 00:00")
    assert dates(count.skipped) == [day("2026-09-30"), *(date(2026, 10, number) for number in range(1, 5))]


def test_working_days_before_count_working_days_only() -> None:
    count = counting.working_days_before(CALENDAR, 5, at("2026-10-15 09:00"))

    assert dates(count.counted) == [date(2026, 10, number) for number in (9, 10, 12, 13, 14)]
    assert count.last_day == day("2026-10-09")


# --- an end that was chosen ---


def test_r56_an_extension_is_told_apart_from_its_original_start() -> None:
    count = counting.until(CALENDAR, at("2026-09-24 10:00"), at("2026-10-16 00:00"))

    assert count.due_at == wd(10, "2026-09-24 10:00").due_at
    assert (count.number, count.last_day) == (10, day("2026-10-15"))
    assert count.counted == wd(10, "2026-09-24 10:00").counted


def test_an_end_that_was_chosen_within_a_day_keeps_its_time() -> None:
    count = counting.until(CALENDAR, at("2026-09-24 10:00"), at("2026-09-30 15:00"))

    assert (count.due_at, count.last_day) == (at("2026-09-30 15:00"), day("2026-09-30"))


def test_a_bare_instant_has_no_trace() -> None:
    count = counting.bare(at("2026-09-30 15:00"))

    assert (count.kind, count.number, count.counted, count.start_at) == ("instant", None, (), count.due_at)


# --- years without a notice ---


def test_v32_a_count_that_needs_a_day_without_a_notice_is_provisional() -> None:
    assert wd(2, "2026-12-29 10:00").provisional is False
    assert wd(3, "2026-12-29 10:00").provisional is True


def test_a_natural_period_that_ends_within_the_official_years_is_final() -> None:
    assert nd(2, "2026-12-29 10:00").provisional is False
    assert nd(3, "2026-12-29 10:00").provisional is True


def test_counting_back_into_a_year_without_a_notice_is_provisional() -> None:
    assert counting.working_days_before(CALENDAR, 2, at("2020-01-02 09:00")).provisional is True


def test_an_import_of_the_notice_makes_the_count_final() -> None:
    imported = calendar_with(("2027-01-01", True, "元旦"), ("2027-01-04", True, "元旦"), year=2027)

    count = counting.working_days(imported, 3, at("2026-12-29 10:00"))

    assert (count.provisional, count.last_day) == (False, day("2027-01-05"))


# --- what is refused ---


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [-1, 10_001, True, False, 10**30])
def test_a_number_out_of_range_is_refused(kind: str, number: int) -> None:
    with pytest.raises(ExpressionError, match="应在 0 到 10000 之间"):
        KINDS[kind](CALENDAR, number, at(V03))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("year", [1, 1989, LAST_YEAR, 9999])
def test_a_start_out_of_range_is_refused(kind: str, year: int) -> None:
    with pytest.raises(ExpressionError, match="日期超出"):
        KINDS[kind](CALENDAR, 3, datetime(year, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_period_is_counted_or_refused_but_never_breaks(kind: str) -> None:
    if kind == "months":
        with pytest.raises(ExpressionError, match="期限超出"):
            KINDS[kind](CALENDAR, 10_000, at(V03))
    else:
        assert KINDS[kind](CALENDAR, 10_000, at(V03)).number == 10_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_without_an_offset_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match="offset from UTC"):
        KINDS[kind](CALENDAR, 3, datetime(2026, 9, 30, 9, 30))


# --- what holds for every count ---

instants = st.datetimes(datetime(2019, 12, 1), datetime(2027, 6, 1)).map(lambda naive: naive.replace(tzinfo=SHANGHAI))
numbers = st.integers(1, 60)


@given(instants, numbers)
def test_the_nth_counted_day_is_a_working_day_and_the_last(start: datetime, number: int) -> None:
    count = counting.working_days(CALENDAR, number, start)

    assert len(count.counted) == number
    assert all(CALENDAR.is_working_day(counted.date) for counted in count.counted)
    assert count.counted[-1].date == count.last_day


@given(instants, st.integers(0, 59))
def test_one_working_day_more_is_always_later(start: datetime, number: int) -> None:
    fewer = counting.working_days(CALENDAR, number, start)
    more = counting.working_days(CALENDAR, number + 1, start)

    assert more.due_at > fewer.due_at
    assert more.counted[:-1] == fewer.counted


@pytest.mark.parametrize("kind", FORWARD)
@given(instants, numbers, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_later_start_is_never_due_earlier(kind: str, start: datetime, number: int, delay: timedelta) -> None:
    assert KINDS[kind](CALENDAR, number, start + delay).due_at >= KINDS[kind](CALENDAR, number, start).due_at


@pytest.mark.parametrize("kind", FORWARD)
@given(instants, numbers)
def test_the_trace_is_every_day_after_the_start_once(kind: str, start: datetime, number: int) -> None:
    count = KINDS[kind](CALENDAR, number, start)
    assert count.last_day is not None

    walked = sorted(dates(count.counted) + dates(count.skipped))

    first = local_date(start)
    assert walked == [first + timedelta(days=offset) for offset in range(1, (count.last_day - first).days + 1)]


@pytest.mark.parametrize("kind", BACKWARD)
@given(instants, numbers)
def test_the_trace_back_is_every_day_before_the_event_once(kind: str, event: datetime, number: int) -> None:
    count = KINDS[kind](CALENDAR, number, event)
    assert count.last_day is not None

    walked = sorted(dates(count.counted) + dates(count.skipped))

    assert walked == [count.last_day + timedelta(days=offset) for offset in range(len(walked))]
    assert walked[-1] == local_date(event) - timedelta(days=1)


@pytest.mark.parametrize("kind", [*FORWARD, *BACKWARD])
@given(instants, numbers)
def test_every_period_in_days_ends_with_a_working_day_at_midnight(kind: str, start: datetime, number: int) -> None:
    count = KINDS[kind](CALENDAR, number, start)
    assert count.last_day is not None

    assert CALENDAR.is_working_day(count.last_day)
    assert count.due_at == midnight(count.last_day + timedelta(days=1))


@given(instants, numbers)
def test_every_day_of_the_trace_says_why(start: datetime, number: int) -> None:
    count = counting.working_days(CALENDAR, number, start)

    for told in (*count.counted, *count.skipped):
        assert told.reason == CALENDAR.kind(told.date).reason


@given(instants, numbers)
def test_a_count_is_provisional_just_when_its_trace_has_a_day_without_a_notice(start: datetime, number: int) -> None:
    count = counting.working_days(CALENDAR, number, start)

    days = (*count.counted, *count.skipped)
    assert count.provisional is any(told.date.year not in CALENDAR.official_years for told in days)


@pytest.mark.parametrize("kind", KINDS)
@given(instants, numbers, st.integers(-12 * 60, 14 * 60))
def test_the_offset_in_which_a_start_is_written_changes_nothing(
    kind: str, start: datetime, number: int, minutes: int
) -> None:
    written_elsewhere = start.astimezone(timezone(timedelta(minutes=minutes)))

    assert KINDS[kind](CALENDAR, number, written_elsewhere) == KINDS[kind](CALENDAR, number, start)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Shanghai", "Pacific/Kiritimati"])
def test_the_zone_of_the_host_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with host_zone(zone, monkeypatch):
        count = wd(3, V03)

    assert count.due_at == datetime(2026, 10, 10, 16, 0, tzinfo=UTC)
    assert count.due_at.utcoffset() == count.start_at.utcoffset() == timedelta(0)


@given(instants, numbers)
def test_working_days_back_and_forth_meet(event: datetime, number: int) -> None:
    back = counting.working_days_before(CALENDAR, number, event)
    assert back.last_day is not None

    assert (
        CALENDAR.working_days_between(back.last_day - timedelta(days=1), local_date(event) - timedelta(days=1))
        == number
    )


@contextmanager
def host_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as environment:
        environment.setenv("TZ", zone)
        host_time.tzset()
        yield
    host_time.tzset()

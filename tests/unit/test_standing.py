"""How a period stands at one instant, and the strip of days that explains it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.deadlines import counting
from engine.deadlines.standing import LATE_LIMIT, STRIP_LIMIT, Cell, Standing, standing_of, strip_of
from tests.unit.builders import CALENDAR, Period, at, day, period, referral, urgent_referral

LAST_DAY = "2026-10-10"  # of referral(): three working days from 2026-09-30


def standing(record: Period, now: str) -> Standing:
    return standing_of(record, at(now), CALENDAR)


def strip(record: Period, now: str) -> list[Cell]:
    return strip_of(record, at(now), CALENDAR)


def tops_days_marks(cells: list[Cell]) -> list[tuple[str, str, str]]:
    return [(str(cell.top), cell.day, str(cell.mark)) for cell in cells]


# --- standing ---


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-09-30 09:30", Standing("ok", days=3)),
        ("2026-10-07 23:59", Standing("ok", days=3)),
        ("2026-10-08 00:00", Standing("ok", days=2)),
        ("2026-10-09 09:00", Standing("near", days=1)),
        ("2026-10-10 09:00", Standing("near", days=0, today=True)),
        ("2026-10-10 23:59:59.999999", Standing("near", days=0, today=True)),
        ("2026-10-11 00:00", Standing("over", days=0)),
        ("2026-10-12 08:00", Standing("over", days=1)),
        ("2026-10-19 08:00", Standing("over", days=6)),
    ],
)
def test_r55_a_running_referral_stands(now: str, expected: Standing) -> None:
    assert standing(referral(), now) == expected


def test_near_is_when_the_last_day_is_the_next_working_day_however_long_the_holiday_between() -> None:
    record = referral("2026-09-24 10:00")  # last day 2026-09-30
    over_the_holiday = period(counting.working_days(CALENDAR, 1, at("2026-09-30 09:30")))

    assert standing(record, "2026-09-28 10:00").state == "ok"
    assert standing(record, "2026-09-29 10:00").state == "near"
    assert standing(over_the_holiday, "2026-10-02 10:00") == Standing("near", days=1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-09-30 17:00", Standing("ok", minutes=24 * 60)),
        ("2026-09-30 17:01", Standing("near", minutes=24 * 60 - 1)),
        ("2026-10-01 16:59:30", Standing("near", minutes=0)),
        ("2026-10-01 17:00", Standing("over", minutes=0)),
        ("2026-10-01 18:30", Standing("over", minutes=90)),
    ],
)
def test_r57_an_urgent_referral_stands_in_minutes(now: str, expected: Standing) -> None:
    assert standing(urgent_referral(), now) == expected


def test_a_recommended_period_is_never_near_and_never_over() -> None:
    record = referral(hard=False)

    states = {standing(record, f"2026-10-{number:02} 10:00").state for number in range(1, 31)}

    assert states == {"soft"}


def test_a_recommended_period_says_whether_its_days_are_left_or_too_many() -> None:
    record = referral(hard=False)

    assert standing(record, "2026-10-08 10:00") == Standing("soft", days=2)
    assert standing(record, "2026-10-13 10:00") == Standing("soft", days=2, passed=True)


def test_a_recommended_period_in_hours_says_whether_its_minutes_are_left_or_too_many() -> None:
    record = urgent_referral(hard=False)

    assert standing(record, "2026-10-01 16:00") == Standing("soft", minutes=60)
    assert standing(record, "2026-10-01 18:00") == Standing("soft", minutes=60, passed=True)


def test_natural_days_are_told_as_natural_days() -> None:
    record = period(counting.natural_days(CALENDAR, 15, at("2026-09-01 10:00")))

    assert standing(record, "2026-09-01 12:00") == Standing("ok", days=15, natural=True)


def test_natural_days_are_near_by_working_days() -> None:
    record = period(counting.natural_days(CALENDAR, 15, at("2026-09-16 10:00")))  # rolled to 2026-10-08

    assert standing(record, "2026-09-30 10:00") == Standing("near", days=1)


def test_a_period_that_was_met_stays_met_whatever_the_time() -> None:
    assert standing(referral(status="met", ended="2026-10-10 20:00"), "2027-01-01 00:00") == Standing("met")


def test_a_period_that_fell_away_is_cancelled() -> None:
    assert standing(referral(status="cancelled", ended="2026-10-20 20:00"), "2026-10-21 00:00") == Standing("cancelled")


def test_done_late_tells_how_late_it_was_done_not_how_long_ago() -> None:
    record = referral(status="met_late", ended="2026-10-13 10:00")

    assert standing(record, "2027-01-01 00:00") == Standing("late", days=2)


def test_hours_done_late_tell_how_many_minutes() -> None:
    record = urgent_referral(status="met_late", ended="2026-10-01 17:45")

    assert standing(record, "2027-01-01 00:00") == Standing("late", minutes=45)


def test_an_overdue_whose_due_instant_was_moved_later_still_stands_as_over() -> None:
    moved = referral("2026-10-12 09:30", status="overdue")

    assert standing(moved, "2026-10-12 10:00") == Standing("over", days=0)


def test_overdue_hours_whose_due_instant_was_moved_later_still_stand_as_over() -> None:
    moved = urgent_referral("2026-10-12 09:30", status="overdue")

    assert standing(moved, "2026-10-12 10:00") == Standing("over", minutes=0)


@given(st.integers(0, 60 * 24 * 30), st.sampled_from([True, False]))
def test_a_running_hard_period_is_over_just_when_its_due_instant_is_reached(minutes: int, urgent: bool) -> None:
    record = urgent_referral() if urgent else referral()
    now = record.start_at + timedelta(minutes=minutes)

    assert (standing_of(record, now, CALENDAR).state == "over") is (now >= record.due_at)


# --- the strip ---


def test_the_strip_of_a_referral_over_the_holiday() -> None:
    cells = strip(referral(), "2026-10-09 10:00")

    assert tops_days_marks(cells) == [
        ("周三", "30", "起"),
        ("国庆节", "1–7", "休"),
        ("周四", "8", "1"),
        ("今天", "9", "2"),
        ("补班", "10", "3"),
    ]
    assert [cell.kind for cell in cells] == ["from", "off", "done", "day", "day"]


def test_the_strip_marks_today_the_last_day_and_the_make_up_day() -> None:
    cells = strip(referral(), "2026-10-09 10:00")

    assert [cell.day for cell in cells if cell.today] == ["9"]
    assert [cell.day for cell in cells if cell.last] == ["10"]
    assert [cell.day for cell in cells if cell.make_up] == ["10"]


def test_the_strip_of_an_acceptance_has_a_sunday_of_its_own() -> None:
    acceptance = period(counting.working_days(CALENDAR, 5, at("2026-09-30 09:30")))

    assert ("周日", "11", "休") in tops_days_marks(strip(acceptance, "2026-10-09 10:00"))


def test_the_strip_calls_two_days_off_a_weekend() -> None:
    record = referral("2026-03-12 10:00")

    assert tops_days_marks(strip(record, "2026-03-12 11:00")) == [
        ("今天", "12", "起"),
        ("周五", "13", "1"),
        ("周末", "14–15", "休"),
        ("周一", "16", "2"),
        ("周二", "17", "3"),
    ]


def test_the_strip_adds_the_working_days_it_is_late() -> None:
    cells = strip(referral("2026-09-24 10:00", status="overdue"), "2026-10-09 10:00")

    assert [(cell.day, cell.mark, cell.today) for cell in cells if cell.kind == "late"] == [
        ("8", "+1", False),
        ("9", "+2", True),
    ]


def test_the_strip_shows_the_latest_days_of_a_long_delay() -> None:
    cells = strip(referral(status="overdue"), "2026-10-30 10:00")

    late = [cell.mark for cell in cells if cell.kind == "late"]
    assert late == ["+13", "+14", "+15"]
    assert len(late) == LATE_LIMIT


def test_the_strip_of_what_was_done_late_ends_when_it_was_done() -> None:
    cells = strip(referral(status="met_late", ended="2026-10-13 10:00"), "2026-12-01 10:00")

    assert [cell.mark for cell in cells if cell.kind == "late"] == ["+1", "+2"]


@pytest.mark.parametrize("status", ["met", "cancelled"])
def test_the_strip_of_what_ended_in_time_has_no_late_days(status: str) -> None:
    cells = strip(referral(status=status, ended="2026-10-09 10:00"), "2026-12-01 10:00")

    assert all(cell.kind != "late" for cell in cells)


def test_a_long_strip_is_folded_in_the_middle() -> None:
    record = period(counting.working_days(CALENDAR, 20, at("2026-09-01 10:00")))

    cells = strip(record, "2026-09-02 10:00")

    assert len(cells) <= STRIP_LIMIT
    assert [cell.mark for cell in cells if cell.kind == "fold"] == ["3–17"]
    assert cells[-1].last
    assert cells[-1].mark == "20"


def test_a_fold_says_when_today_is_inside_it() -> None:
    record = period(counting.working_days(CALENDAR, 20, at("2026-09-01 10:00")))

    cells = strip(record, "2026-09-15 10:00")

    assert [cell.kind for cell in cells if cell.today] == ["fold"]


def test_the_strip_of_hours_has_its_first_and_its_last_day() -> None:
    cells = strip(urgent_referral(), "2026-10-01 09:00")

    assert tops_days_marks(cells) == [("周三", "30", "17:00"), ("今天", "1", "17:00")]
    assert cells[-1].last


def test_the_strip_of_hours_within_one_day_has_one_cell() -> None:
    record = period(counting.hours(CALENDAR, 4, at("2026-10-12 09:00")))

    assert tops_days_marks(strip(record, "2026-10-12 10:00")) == [("今天", "12", "09:00–13:00")]


@given(st.integers(0, 400), st.integers(1, 40))
def test_the_last_number_of_a_strip_is_the_number_of_the_period(offset: int, number: int) -> None:
    start = at("2025-06-01 10:00") + timedelta(days=offset)
    record = period(counting.working_days(CALENDAR, number, start))

    cells = strip_of(record, start, CALENDAR)

    assert (cells[-1].mark, cells[-1].last) == (str(number), True)
    assert sum(cell.last for cell in cells) == 1


def test_the_last_day_of_the_examples_is_the_one_of_v03() -> None:
    assert referral().last_day == day(LAST_DAY)


# --- a period that stands still ---


def test_a_paused_period_is_neither_near_nor_over() -> None:
    record = period(counting.working_days(CALENDAR, 3, at("2026-09-30 09:30")), status="paused")

    assert standing(record, "2026-12-01 09:00") == Standing("paused")


def test_the_days_on_which_a_period_stood_still_are_one_cell_of_its_strip() -> None:
    pauses = [(day("2026-10-12"), day("2026-10-14"))]
    count = counting.working_days(CALENDAR, 3, at("2026-10-09 09:30"), pauses=pauses)
    record = replace(period(count), pauses=pauses)

    assert tops_days_marks(strip(record, "2026-10-09 10:00"))[1:] == [
        ("补班", "10", "1"), ("暂停", "11–14", "停"), ("周四", "15", "2"), ("周五", "16", "3"),
    ]  # fmt: skip

"""Reminders before a period ends and escalations after it, as the city's rules want them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clock import local
from engine.deadlines import counting
from engine.deadlines.marks import Mark, next_mark
from tests.unit.builders import CALENDAR, Period, at, period, referral, urgent_referral

REPEAT_WD = 2


def marks_of(record: Period, until: str | None = None) -> list[Mark]:
    """Every mark that comes, one after the other, from the start on; up to ten days after the end, or until then."""
    end = at(until) if until else record.due_at + timedelta(days=10)
    found: list[Mark] = []
    mark = next_mark(record, record.start_at, CALENDAR, REPEAT_WD)
    while mark is not None and mark.at < end:
        assert len(found) < 100, "the next mark is no later than the last"
        found.append(mark)
        mark = next_mark(record, mark.at, CALENDAR, REPEAT_WD)
    return found


def reminders(record: Period) -> list[datetime]:
    return [mark.at for mark in marks_of(record) if mark.kind == "remind"]


def escalations(record: Period, until: str) -> list[datetime]:
    return [mark.at for mark in marks_of(record, until=until) if mark.kind == "escalate"]


# --- reminders ---


def test_three_working_days_are_reminded_of_at_nine_on_the_last_day_and_one_working_day_earlier() -> None:
    assert reminders(referral()) == [at("2026-10-09 09:00"), at("2026-10-10 09:00")]


def test_the_earlier_reminder_skips_a_holiday() -> None:
    record = referral("2026-09-28 10:00")  # last day 2026-10-08

    assert reminders(record) == [at("2026-09-30 09:00"), at("2026-10-08 09:00")]


@pytest.mark.parametrize("number", [1, 2])
def test_fewer_than_three_working_days_are_reminded_of_on_the_last_day_only(number: int) -> None:
    record = period(counting.working_days(CALENDAR, number, at("2026-03-10 10:00")))

    assert [local(at).day for at in reminders(record)] == [10 + number]


def test_natural_days_are_reminded_of_like_working_days() -> None:
    record = period(counting.natural_days(CALENDAR, 15, at("2026-09-16 10:00")))

    assert reminders(record) == [at("2026-09-30 09:00"), at("2026-10-08 09:00")]


def test_a_single_month_is_reminded_of_a_working_day_earlier_too() -> None:
    record = period(counting.months(CALENDAR, 1, at("2026-09-10 10:00")))  # last day Saturday 2026-10-10, worked

    assert reminders(record) == [at("2026-10-09 09:00"), at("2026-10-10 09:00")]


def test_a_make_up_saturday_is_the_day_before_a_monday() -> None:
    record = referral("2026-10-08 10:00")  # 9, 10 (a Saturday that is worked) and Monday 12

    assert reminders(record) == [at("2026-10-10 09:00"), at("2026-10-12 09:00")]


def test_a_weekend_that_is_off_is_no_day_to_remind_on() -> None:
    record = referral("2026-10-14 10:00")  # 15, 16 and Monday 19

    assert reminders(record) == [at("2026-10-16 09:00"), at("2026-10-19 09:00")]


@pytest.mark.parametrize("number", [1, 2])
def test_few_natural_days_are_reminded_of_on_the_last_day_only(number: int) -> None:
    record = period(counting.natural_days(CALENDAR, number, at("2026-03-10 10:00")))

    assert [local(at).day for at in reminders(record)] == [10 + number]


def test_escalations_count_a_make_up_saturday() -> None:
    record = referral(
        "2026-09-28 10:00", status="overdue"
    )  # last day Thursday 2026-10-08; 9 and Saturday 10 are worked

    assert escalations(record, "2026-10-12 00:00") == [at("2026-10-11 00:00")]


def test_r57_twenty_four_hours_are_reminded_of_after_twelve_and_after_twenty() -> None:
    assert reminders(urgent_referral()) == [at("2026-10-01 05:00"), at("2026-10-01 13:00")]


def test_an_instant_that_was_not_counted_is_reminded_of_on_its_day() -> None:
    record = period(counting.bare(at("2026-10-12 15:00"), at("2026-10-09 10:00")))

    assert reminders(record) == [at("2026-10-12 09:00")]


def test_no_reminder_comes_when_the_period_has_ended_by_then() -> None:
    record = period(counting.bare(at("2026-10-12 08:00"), at("2026-10-09 10:00")))

    assert reminders(record) == []


def test_reminders_that_lie_before_the_start_are_left_out() -> None:
    assert next_mark(referral(), at("2026-10-09 09:00"), CALENDAR, REPEAT_WD) == Mark(
        "remind", 2, at("2026-10-10 09:00")
    )


def test_reminders_are_numbered_in_their_order() -> None:
    assert [mark.number for mark in marks_of(referral()) if mark.kind == "remind"] == [1, 2]


def test_r56_an_extended_period_is_reminded_of_before_its_new_end() -> None:
    extended = period(counting.until(CALENDAR, at("2026-09-24 10:00"), at("2026-10-16 00:00")))

    assert reminders(extended) == [at("2026-10-14 09:00"), at("2026-10-15 09:00")]


# --- escalations ---


def test_an_overdue_period_is_escalated_every_two_working_days() -> None:
    assert escalations(referral(status="overdue"), "2026-10-21 00:00") == [
        at("2026-10-14 00:00"),  # the working days 12 and 13 have passed
        at("2026-10-16 00:00"),
        at("2026-10-20 00:00"),
    ]


def test_escalations_skip_the_holiday() -> None:
    record = referral("2026-09-24 10:00", status="overdue")  # last day 2026-09-30

    assert escalations(record, "2026-10-11 00:00") == [at("2026-10-10 00:00")]


def test_escalations_of_hours_count_working_days_too() -> None:
    assert escalations(urgent_referral(status="overdue"), "2026-10-14 00:00") == [
        at("2026-10-10 00:00"),
        at("2026-10-13 00:00"),
    ]


def test_escalations_are_numbered_from_one() -> None:
    marks = [mark for mark in marks_of(referral(), until="2026-10-21 00:00") if mark.kind == "escalate"]

    assert [mark.number for mark in marks] == [1, 2, 3]


def test_the_city_chooses_how_many_working_days_lie_between() -> None:
    assert next_mark(referral(), at("2026-10-11 00:00"), CALENDAR, 3) == Mark("escalate", 1, at("2026-10-15 00:00"))


def test_escalations_missed_by_a_stop_are_not_made_up_one_by_one() -> None:
    after_a_long_stop = next_mark(referral(), at("2026-10-19 10:00"), CALENDAR, REPEAT_WD)

    assert after_a_long_stop == Mark("escalate", 3, at("2026-10-20 00:00"))


def test_a_recommended_period_is_reminded_of_and_escalated_once_for_supervision() -> None:
    """2.0.2: nobody is urged again and again, and nobody's silence stays unnoticed; last day 2026-10-10, then 4 days."""
    record = referral(hard=False)

    assert [mark.kind for mark in marks_of(record)] == ["remind", "remind", "escalate"]
    assert next_mark(record, record.due_at, CALENDAR, REPEAT_WD) == Mark("escalate", 2, at("2026-10-16 00:00"))
    assert next_mark(record, at("2026-10-16 00:00"), CALENDAR, REPEAT_WD) is None


def test_the_own_time_of_a_task_is_not_reminded_of_and_ends_with_a_mark() -> None:
    """The task itself has been told, and no timer is drawn for it."""
    record = period(counting.working_days(CALENDAR, 3, at("2026-09-30 10:00")), hard=False, of_task=True)

    assert [(mark.kind, mark.at) for mark in marks_of(record)] == [
        ("end", record.due_at),
        ("escalate", at("2026-10-16 00:00")),
    ]


def test_the_due_instant_itself_is_no_mark() -> None:
    assert all(mark.at != referral().due_at for mark in marks_of(referral()))


# --- what holds for every period ---


@given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 10, 1)), st.integers(1, 20), st.sampled_from(["wd", "h"]))
def test_marks_come_one_after_the_other_reminders_before_the_end_and_escalations_after(
    start: datetime, number: int, kind: str
) -> None:
    begun = at(start.isoformat())
    count = counting.hours if kind == "h" else counting.working_days
    record = period(count(CALENDAR, number, begun))

    marks = marks_of(record, until=(record.due_at + timedelta(days=30)).isoformat())

    instants = [mark.at for mark in marks]
    assert instants == sorted(set(instants))
    assert all(record.start_at < mark.at < record.due_at for mark in marks if mark.kind == "remind")
    assert all(mark.at > record.due_at for mark in marks if mark.kind == "escalate")
    assert any(mark.kind == "escalate" for mark in marks)

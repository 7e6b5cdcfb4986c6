"""The record of a legal period: it starts, it moves, it runs out or is met; that it ran out is never erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.db.session import Database
from engine.deadlines import counting, deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from tests.store.builders import NOW, a_city, an_instance, at
from tests.unit.builders import CALENDAR

START, DUE = at("2026-09-30 09:30"), at("2026-10-11 00:00")  # V03
IN_TIME, TOO_LATE = at("2026-10-10 23:59:59.999999"), DUE


def wd(number: int, start: datetime = START) -> Count:
    return counting.working_days(CALENDAR, number, start)


def started(tx: Connection, key: str = "referral", count: Count | None = None, now: datetime = NOW) -> Deadline:
    return deadlines.start(
        tx,
        instance_id="i1",
        key=key,
        element_id="timer_referral",
        name="移送期限",
        rule="R55",
        basis="应在3个工作日内移送有管辖权的一方处理",
        hard=True,
        unit_code="town_a",
        count=count or wd(3),
        now=now,
    )


def read(database: Database) -> Deadline:
    """The one record, as another reader finds it."""
    with database.reading() as tx:
        [record] = deadlines.of_instance(tx, "i1")
    return record


@pytest.fixture
def case(database: Database) -> Database:
    """A city with one running instance."""
    with database.transaction() as tx:
        a_city(tx)
        an_instance(tx)
    return database


def after(case: Database, *steps: Callable[[Connection, Deadline], Deadline]) -> Deadline:
    """The record as it is stored when these steps have been taken, each in its own transaction."""
    record = case.run(started)
    for step in steps:
        record = case.run(lambda tx, step=step, record=record: step(tx, record))  # type: ignore[misc]
        assert record == read(case)
    return read(case)


def overdue(when: datetime = TOO_LATE) -> Callable[[Connection, Deadline], Deadline]:
    return lambda tx, record: deadlines.mark_overdue(tx, record, when)


def met(when: datetime) -> Callable[[Connection, Deadline], Deadline]:
    return lambda tx, record: deadlines.meet(tx, record, when)


def cancelled(when: datetime) -> Callable[[Connection, Deadline], Deadline]:
    return lambda tx, record: deadlines.cancel(tx, record, when)


def moved(count: Count, why: str, when: datetime = NOW) -> Callable[[Connection, Deadline], Deadline]:
    return lambda tx, record: deadlines.move(tx, record, count, why, when)


def state(record: Deadline) -> tuple[Any, ...]:
    return record.status, record.ended_at, record.overdue_at


# --- starting ---


def test_a_period_that_has_started_is_read_as_it_was_written(case: Database) -> None:
    record = case.run(started)

    assert read(case) == record
    assert (record.status, record.due_at, record.last_day, record.is_open) == ("running", DUE, date(2026, 10, 10), True)
    assert (record.start_at, record.armed_at, record.original_due_at, record.moves) == (START, NOW, DUE, [])


def test_a_period_keeps_every_day_that_was_counted_and_skipped(case: Database) -> None:
    trace = after(case).trace

    assert trace["counted"] == [["2026-10-08", "工作日"], ["2026-10-09", "工作日"], ["2026-10-10", "调休上班"]]
    assert trace["skipped"] == [[f"2026-10-0{number}", "国庆节"] for number in range(1, 8)]


def test_a_period_keeps_the_calendar_it_was_counted_with(case: Database) -> None:
    assert after(case).calendar_version == CALENDAR.version


def test_hours_have_no_last_day_and_no_trace(case: Database) -> None:
    case.run(lambda tx: started(tx, count=counting.hours(CALENDAR, 24, START)))

    assert (read(case).last_day, read(case).trace) == (None, {"counted": [], "skipped": []})


def test_a_provisional_period_says_so(case: Database) -> None:
    case.run(lambda tx: started(tx, count=wd(3, at("2026-12-29 10:00"))))

    assert read(case).provisional


def test_the_periods_of_an_instance_come_oldest_first(case: Database) -> None:
    for key, armed in (("b", NOW), ("c", TOO_LATE), ("a", IN_TIME)):
        case.run(lambda tx, key=key, armed=armed: started(tx, key, now=armed))  # type: ignore[misc]

    with case.reading() as tx:
        keys = [record.key for record in deadlines.of_instance(tx, "i1")]

    assert keys == ["b", "a", "c"]


def test_the_periods_of_another_instance_are_not_its_own(case: Database) -> None:
    case.run(lambda tx: [started(tx), an_instance(tx, "i2")])

    with case.reading() as tx:
        assert deadlines.of_instance(tx, "i2") == []


# --- meeting ---


def test_done_before_the_due_instant_is_in_time(case: Database) -> None:
    assert state(after(case, met(IN_TIME))) == ("met", IN_TIME, None)


def test_done_at_the_due_instant_is_late(case: Database) -> None:
    assert state(after(case, met(TOO_LATE))) == ("met_late", TOO_LATE, DUE)


def test_what_was_done_late_was_overdue_since_its_due_instant_not_since_it_was_noticed(case: Database) -> None:
    noticed, done = at("2026-10-12 03:00"), at("2026-10-13 10:00")

    assert state(after(case, overdue(noticed), met(done))) == ("met_late", done, DUE)


def test_a_period_is_met_once(case: Database) -> None:
    assert state(after(case, met(IN_TIME), met(TOO_LATE))) == ("met", IN_TIME, None)


def test_a_period_that_was_met_does_not_run_out(case: Database) -> None:
    record = after(case, met(IN_TIME), overdue())

    assert (state(record), record.is_open) == (("met", IN_TIME, None), False)


# --- running out ---


def test_a_period_runs_out_at_its_due_instant(case: Database) -> None:
    record = after(case, overdue(at("2026-10-14 08:00")))

    assert (state(record), record.is_open) == (("overdue", None, DUE), True)


def test_a_period_does_not_run_out_before_its_due_instant(case: Database) -> None:
    assert state(after(case, overdue(IN_TIME))) == ("running", None, None)


def test_running_out_twice_is_running_out_once(case: Database) -> None:
    assert state(after(case, overdue(), overdue(at("2026-10-20 00:00")))) == ("overdue", None, DUE)


# --- an overdue is never erased ---


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([met(at("2026-10-20 10:00"))], "met_late"),
        ([cancelled(at("2026-10-20 10:00"))], "cancelled"),
        ([moved(wd(10), "corrected")], "overdue"),
        ([moved(wd(10), "corrected"), overdue(IN_TIME)], "overdue"),
        ([moved(wd(10), "corrected"), met(at("2026-10-12 10:00"))], "met_late"),
        ([moved(wd(10), "corrected"), cancelled(at("2026-10-12 10:00"))], "cancelled"),
    ],
    ids=["done", "fallen away", "moved", "moved and looked at", "moved and done", "moved and fallen away"],
)
def test_r85_an_overdue_stays_recorded_whatever_comes_after(case: Database, steps: Any, status: str) -> None:
    record = after(case, overdue(), *steps)

    assert (record.status, record.overdue_at) == (status, DUE)


def test_what_falls_away_after_its_end_was_overdue_even_if_nobody_noticed(case: Database) -> None:
    assert state(after(case, cancelled(TOO_LATE))) == ("cancelled", TOO_LATE, DUE)


def test_what_falls_away_before_its_end_was_never_overdue(case: Database) -> None:
    assert state(after(case, cancelled(IN_TIME))) == ("cancelled", IN_TIME, None)


def test_what_has_fallen_away_is_not_met_and_does_not_run_out(case: Database) -> None:
    assert state(after(case, cancelled(IN_TIME), met(TOO_LATE), overdue())) == ("cancelled", IN_TIME, None)


# --- moving ---


def test_r56_an_extension_moves_the_due_instant_and_keeps_the_first(case: Database) -> None:
    record = after(case, moved(wd(10), "extended", at("2026-10-09 16:00")))

    assert (record.due_at, record.last_day, record.number) == (at("2026-10-21 00:00"), date(2026, 10, 20), 10)
    assert (record.original_due_at, record.start_at, record.extended) == (DUE, START, True)
    assert len(record.trace["counted"]) == 10


def test_every_move_says_when_from_where_to_where_and_why(case: Database) -> None:
    record = after(case, moved(wd(10), "extended"), moved(wd(5), "shortened", at("2026-10-12 10:00")))

    assert record.moves == [
        {
            "at": NOW.isoformat(),
            "from": DUE.isoformat(),
            "to": at("2026-10-21 00:00").isoformat(),
            "why": "extended",
        },
        {
            "at": at("2026-10-12 10:00").isoformat(),
            "from": at("2026-10-21 00:00").isoformat(),
            "to": at("2026-10-14 00:00").isoformat(),
            "why": "shortened",
        },
    ]


def test_only_an_extension_counts_as_one(case: Database) -> None:
    assert not after(case, moved(wd(2), "shortened")).extended


def test_an_extended_period_is_in_time_until_its_new_due_instant(case: Database) -> None:
    assert after(case, moved(wd(10), "extended"), overdue(TOO_LATE), met(at("2026-10-20 23:59"))).status == "met"


def test_a_shortened_period_runs_out_at_its_new_due_instant(case: Database) -> None:
    urgent = counting.hours(CALENDAR, 24, at("2026-10-08 10:00"))

    record = after(case, moved(urgent, "shortened"), overdue(at("2026-10-09 10:00")))

    assert (record.status, record.overdue_at, record.kind) == ("overdue", at("2026-10-09 10:00"), "hours")


def test_a_period_that_has_ended_is_not_moved(case: Database) -> None:
    record = after(case, met(IN_TIME), moved(wd(10), "extended"))

    assert (record.due_at, record.moves, record.status) == (DUE, [], "met")


def test_a_step_that_fails_leaves_the_record_as_it_was(case: Database) -> None:
    record = case.run(started)

    def fail(tx: Connection) -> None:
        deadlines.meet(tx, record, IN_TIME)
        raise KeyError("half way")

    with pytest.raises(KeyError):
        case.run(fail)

    assert read(case) == record


# --- a period that stands still ---

PAUSED_AT, RESUMED_AT = at("2026-10-08 15:00"), at("2026-10-20 09:00")


def paused(tx: Connection, record: Deadline) -> Deadline:
    return deadlines.pause(tx, record, PAUSED_AT, "appraisal", PAUSED_AT)


def resumed(tx: Connection, record: Deadline) -> Deadline:
    return deadlines.resume(tx, record, RESUMED_AT, "appraisal", RESUMED_AT, CALENDAR)


def test_a_paused_period_is_open_and_does_not_run_out(case: Database) -> None:
    record = after(case, paused, lambda tx, record: deadlines.mark_overdue(tx, record, at("2026-12-01 00:00")))

    assert (record.status, record.paused, record.is_open, record.overdue_at) == ("paused", "appraisal", True, None)


def test_a_resumed_period_has_the_working_days_that_were_left(case: Database) -> None:
    """No day was over when it was paused on the first; so three are left, from the day after the resume."""
    record = after(case, paused, resumed)

    assert (record.status, record.number, record.due_at) == ("running", 3, at("2026-10-24 00:00"))
    assert record.last_day == date(2026, 10, 23)
    assert record.original_due_at == DUE
    assert [day for day, reason in record.trace["skipped"] if reason == counting.PAUSED] == [
        "2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13", "2026-10-14",
        "2026-10-15", "2026-10-16", "2026-10-19", "2026-10-20",
    ]  # fmt: skip
    assert [move["why"] for move in record.moves] == ["paused", "resumed"]


def test_days_that_were_over_before_the_pause_stay_counted(case: Database) -> None:
    late_pause = at("2026-10-10 10:00")
    record = after(case, lambda tx, record: deadlines.pause(tx, record, late_pause, "appraisal", late_pause), resumed)

    assert [day for day, _ in record.trace["counted"]] == ["2026-10-08", "2026-10-09", "2026-10-21"]
    assert record.due_at == at("2026-10-22 00:00")


def test_a_period_may_stand_still_twice(case: Database) -> None:
    again, end = at("2026-10-22 09:00"), at("2026-10-26 09:00")
    record = after(
        case,
        paused,
        resumed,
        lambda tx, record: deadlines.pause(tx, record, again, "material", again),
        lambda tx, record: deadlines.resume(tx, record, end, "material", end, CALENDAR),
    )

    assert [day for day, _ in record.trace["counted"]] == ["2026-10-21", "2026-10-27", "2026-10-28"]


@pytest.mark.parametrize("hours", ["09:00 11:00", "00:00 23:59", "15:00 15:00"])
def test_a_pause_that_ends_on_its_own_day_takes_no_day_away(case: Database, hours: str) -> None:
    """民法典第二百条: a period of days is counted in days; an appraisal that is back on the same day needed none."""
    begin, end = (at(f"2026-10-09 {hour}") for hour in hours.split())
    record = after(
        case,
        lambda tx, record: deadlines.pause(tx, record, begin, "appraisal", begin),
        lambda tx, record: deadlines.resume(tx, record, end, "appraisal", end, CALENDAR),
    )

    assert (record.status, record.due_at, record.number) == ("running", DUE, 3)
    assert [day for day, _ in record.trace["counted"]] == ["2026-10-08", "2026-10-09", "2026-10-10"]
    assert [move["why"] for move in record.moves] == ["paused", "resumed"], "that it stood still is kept"


def test_a_pause_every_day_puts_nothing_off(case: Database) -> None:
    turns = []
    for day in ("2026-10-08", "2026-10-09", "2026-10-10"):
        begin, end = at(f"{day} 09:00"), at(f"{day} 12:00")
        turns += [
            lambda tx, record, begin=begin: deadlines.pause(tx, record, begin, "appraisal", begin),
            lambda tx, record, end=end: deadlines.resume(tx, record, end, "appraisal", end, CALENDAR),
        ]

    assert after(case, *turns).due_at == DUE


def test_a_pause_of_one_night_takes_both_its_days_away(case: Database) -> None:
    """Both the day of the pause and the day of the resume are left out, whatever the hours."""
    begin, end = at("2026-10-08 23:00"), at("2026-10-09 08:00")
    record = after(
        case,
        lambda tx, record: deadlines.pause(tx, record, begin, "appraisal", begin),
        lambda tx, record: deadlines.resume(tx, record, end, "appraisal", end, CALENDAR),
    )

    assert [day for day, _ in record.trace["counted"]] == ["2026-10-10", "2026-10-12", "2026-10-13"]


def test_a_day_that_two_pauses_share_is_left_out_once(case: Database) -> None:
    """Resumed in the morning, paused again in the afternoon: the day is the end of one and the beginning of the other."""
    moments = [at(text) for text in ("2026-10-08 09:00", "2026-10-09 09:00", "2026-10-09 15:00", "2026-10-10 09:00")]
    pause, resume = deadlines.pause, deadlines.resume
    record = after(
        case,
        lambda tx, record: pause(tx, record, moments[0], "appraisal", moments[0]),
        lambda tx, record: resume(tx, record, moments[1], "appraisal", moments[1], CALENDAR),
        lambda tx, record: pause(tx, record, moments[2], "material", moments[2]),
        lambda tx, record: resume(tx, record, moments[3], "material", moments[3], CALENDAR),
    )

    assert [day for day, _ in record.trace["counted"]] == ["2026-10-12", "2026-10-13", "2026-10-14"]


def test_a_period_is_resumed_only_for_the_reason_it_was_paused_for(case: Database) -> None:
    record = after(
        case, paused, lambda tx, record: deadlines.resume(tx, record, RESUMED_AT, "material", RESUMED_AT, CALENDAR)
    )

    assert record.paused == "appraisal"


def test_a_paused_period_is_not_paused_again(case: Database) -> None:
    record = after(case, paused, lambda tx, record: deadlines.pause(tx, record, RESUMED_AT, "material", RESUMED_AT))

    assert (record.paused, len(record.moves)) == ("appraisal", 1)


@pytest.mark.parametrize("end", [deadlines.meet, deadlines.cancel])
def test_what_ends_while_it_stands_still_was_never_overdue(case: Database, end: Any) -> None:
    record = after(case, paused, lambda tx, record: end(tx, record, at("2026-12-01 00:00")))

    assert (record.status, record.overdue_at) == ({deadlines.meet: "met", deadlines.cancel: "cancelled"}[end], None)


def test_r85_a_period_that_has_run_out_is_not_paused(case: Database) -> None:
    record = after(case, lambda tx, record: deadlines.pause(tx, record, IN_TIME, "appraisal", TOO_LATE))

    assert (record.status, record.moves) == ("running", [])

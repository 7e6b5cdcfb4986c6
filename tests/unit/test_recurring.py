"""When what begins by itself begins next: by the working calendar, in cycles, and never twice in one quarter."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.bpmn.reading.events import TimerText
from engine.clock import parse_local
from engine.deadlines import recurring
from engine.deadlines.calendar import Calendar, load_calendar
from engine.errors import ExpressionError

CALENDAR = load_calendar((Path(__file__).parents[2] / "processes" / "calendar_cn.json").read_bytes())


def following(text: str, after: str, kind: str = "cycle", since: str = "", last: str = "") -> tuple[str, bool] | None:
    begun = parse_local(since or after)
    found = recurring.next_time(
        TimerText(kind, text), CALENDAR, parse_local(after), begun, parse_local(last) if last else None
    )
    return (f"{_local(found.at):%Y-%m-%dT%H:%M}", found.provisional) if found else None


def _local(instant: datetime) -> datetime:
    return instant.astimezone(recurring.SHANGHAI)


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("first_working_day('quarter')", "2026-09-30T12:00", "2026-10-08T09:00"),
        ("first_working_day('quarter')", "2026-10-08T08:59", "2026-10-08T09:00"),
        ("first_working_day('month', '10:30')", "2026-10-08T10:30", "2026-11-02T10:30"),
        ("first_working_day('month', '09:00', 2)", "2026-10-01T00:00", "2026-10-09T09:00"),
        ("last_working_day('month')", "2026-10-08T00:00", "2026-10-30T09:00"),
        ("first_working_day('half_year')", "2026-03-01T00:00", "2026-07-01T09:00"),
        ("weekly('monday')", "2026-09-29T00:00", "2026-10-08T09:00"),
        ("weekly('friday', '16:00')", "2026-10-08T12:00", "2026-10-08T16:00"),
        ("weekly('friday', '16:00')", "2026-10-08T17:00", "2026-10-09T16:00"),
    ],
)
def test_the_next_working_day_of_its_kind(text: str, after: str, expected: str) -> None:
    """The holidays of 2026 last from the first to the seventh of October; the tenth is worked."""
    assert following(text, after) == (expected, False)


def test_a_year_without_an_official_notice_is_provisional() -> None:
    assert following("first_working_day('year')", "2026-03-01T00:00") == ("2027-01-04T09:00", True)
    assert following("last_working_day('year')", "2026-03-01T00:00") == ("2026-12-31T09:00", False)


def test_of_a_quarter_there_is_no_second_time_when_the_day_has_moved() -> None:
    moved = following("first_working_day('quarter')", "2026-10-07T12:00", last="2026-10-05T09:00")
    assert moved == ("2027-01-04T09:00", True)
    assert following("weekly('monday')", "2026-10-08T08:00", last="2026-10-06T09:00") == ("2026-10-12T09:00", False)


@pytest.mark.parametrize(
    ("text", "after", "since", "expected"),
    [
        ("P7D", "2026-10-01T00:00", "2026-09-30T08:00", "2026-10-07T08:00"),
        ("R/2026-01-31T09:00:00+08:00/P1M", "2026-02-01T00:00", "2026-01-01T00:00", "2026-02-28T09:00"),
        ("R/2026-01-31T09:00:00+08:00/P1M", "2026-02-28T09:00", "2026-01-01T00:00", "2026-03-31T09:00"),
        ("R3/2026-01-05T09:00:00+08:00/P1Y", "2026-06-01T00:00", "2026-01-01T00:00", "2027-01-05T09:00"),
        ("R/2030-01-01T00:00:00+08:00/PT1H", "2026-01-01T00:00", "2026-01-01T00:00", "2030-01-01T00:00"),
    ],
)
def test_a_cycle_steps_from_its_beginning(text: str, after: str, since: str, expected: str) -> None:
    assert following(text, after, since=since) == (expected, False)


def test_a_cycle_that_comes_three_times_is_over_then() -> None:
    assert following("R3/2026-01-05T09:00:00+08:00/P1Y", "2028-01-05T09:00") is None
    assert following("R2/P1D", "2026-10-02T08:00", since="2026-10-01T08:00") == ("2026-10-03T08:00", False)
    assert following("R2/P1D", "2026-10-03T08:00", since="2026-10-01T08:00") is None


def test_an_instant_comes_once_and_a_past_one_never() -> None:
    assert following("2027-01-05T09:00:00+08:00", "2026-10-01T00:00", "date") == ("2027-01-05T09:00", False)
    assert following("2026-01-05T09:00:00+08:00", "2026-10-01T00:00", "date") is None


@pytest.mark.parametrize("text", ["first_working_day('x')", "weekly('x')", "first_working_day('month', 'x')", "PT5M"])
def test_what_means_no_day_is_told(text: str) -> None:
    with pytest.raises(ExpressionError):
        following(text, "2026-10-01T00:00")


def test_without_any_notice_days_are_provisional_and_still_there() -> None:
    found = recurring.next_time(
        TimerText("cycle", "first_working_day('month')"),
        Calendar({}, ""),
        parse_local("2026-10-01T12:00"),
        parse_local("2026-10-01T12:00"),
    )
    assert found is not None
    assert (f"{_local(found.at):%m-%d}", found.provisional) == ("11-02", True)

"""The day counting that expressions may call, and a period's expression turned into a count with its trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.bpmn.reading.expressions import evaluate
from engine.deadlines.counting import Count
from engine.deadlines.functions import KINDS, as_instant, counting_functions, evaluate_period
from engine.errors import ExpressionError
from tests.unit.builders import CALENDAR, at

FOUND = at("2026-09-30 09:30")
FACTS: Mapping[str, object] = {"found_at": FOUND, "meeting_on": date(2026, 10, 15), "unknown_at": None, "urgent": False}


def period(expression: str, facts: Mapping[str, object] = FACTS, **functions: Any) -> Count | None:
    return evaluate_period(expression, facts, CALENDAR, functions)


def due(expression: str, facts: Mapping[str, object] = FACTS, **functions: Any) -> datetime | None:
    count = period(expression, facts, **functions)
    return count.due_at if count else None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("working_days(3, found_at)", "2026-10-11 00:00"),
        ("natural_days(15, found_at)", "2026-10-16 00:00"),
        ("months(3, found_at)", "2026-12-31 00:00"),
        ("hours(24, found_at)", "2026-10-01 09:30"),
        ("working_days_before(5, meeting_on)", "2026-10-10 00:00"),
        ("natural_days_before(10, meeting_on)", "2026-10-01 00:00"),
        ("hours(24, found_at) if urgent else working_days(10, found_at)", "2026-10-21 00:00"),
        ('working_days(config("referral.normal_wd"), found_at)', "2026-10-11 00:00"),
    ],
)
def test_an_expression_gives_the_due_instant(expression: str, expected: str) -> None:
    assert due(expression, config={"referral.normal_wd": 3}.get) == at(expected)


def test_every_way_of_counting_has_its_function() -> None:
    assert set(counting_functions(CALENDAR)) == set(KINDS)


def test_a_period_keeps_the_trace_of_the_instant_that_was_chosen() -> None:
    count = period("min(working_days(3, found_at), hours(24, found_at))")

    assert count is not None
    assert (count.kind, count.number, count.start_at) == ("hours", 24, FOUND)


def test_an_instant_that_was_not_counted_is_a_bare_instant() -> None:
    count = period("found_at")

    assert count is not None
    assert (count.kind, count.due_at, count.last_day) == ("instant", FOUND, None)


def test_the_running_due_instant_wins_without_a_trace() -> None:
    earlier = at("2026-09-30 15:00")

    count = period('min(due("referral"), hours(24, found_at))', due=lambda key: earlier)

    assert count is not None
    assert (count.kind, count.due_at) == ("instant", earlier)


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_is_not_known_yet_gives_no_instant(kind: str) -> None:
    assert period(f"{kind}(3, unknown_at)") is None


def test_a_day_means_its_beginning() -> None:
    assert due("working_days(1, meeting_on)") == at("2026-10-17 00:00")
    assert as_instant(date(2026, 10, 15)) == at("2026-10-15 00:00")


def test_an_iso_text_with_its_offset_is_an_instant() -> None:
    assert due('hours(1, "2026-09-30T09:30:00+08:00")') == at("2026-09-30 10:30")
    assert as_instant("2026-09-30T01:30:00Z") == FOUND


def test_an_instant_is_given_in_utc() -> None:
    value = as_instant("2026-09-30T09:30:00+08:00")

    assert value.tzinfo is UTC


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ('working_days(3, "2026-09-30T09:30:00")', "没有写时区"),
        ('working_days(3, "昨天")', "不是时间"),
        ("working_days(3, 5)", "从一个时间起算"),
        ("working_days(3, True)", "从一个时间起算"),
        ('working_days("3", found_at)', "第一个参数应当是整数"),
        ("working_days(1.5, found_at)", "第一个参数应当是整数"),
        ("working_days(None, found_at)", "第一个参数应当是整数"),
        ("working_days(True, found_at)", "应在 0 到 10000 之间"),
        ("hours(True, found_at)", "应在 0 到 10000 之间"),
        ("working_days(-1, found_at)", "应在 0 到 10000 之间"),
        ("hours(99999, found_at)", "应在 0 到 10000 之间"),
        ("working_days(3)", "working_days 的参数不对"),
        ('working_days(3, "0001-01-01T00:00:00+08:00")', "日期超出"),
        ('working_days(3, "9999-12-31T23:59:59-08:00")', "日期超出"),
        ('"0001-01-01T00:00:00+08:00"', "日期超出"),
        ("1 + 1", "从一个时间起算"),
        ('"2026-09-30"', "没有写时区"),
        ("[found_at]", "从一个时间起算"),
    ],
)
def test_what_is_no_period_is_refused_with_a_sentence(expression: str, sentence: str) -> None:
    with pytest.raises(ExpressionError, match=sentence):
        period(expression)


@pytest.mark.parametrize("first", [date.min, date.max, datetime.min, datetime.max])
def test_a_day_at_the_edge_of_the_calendar_is_refused_with_a_sentence(first: date) -> None:
    with pytest.raises(ExpressionError):
        evaluate("working_days(3, start)", {"start": first}, counting_functions(CALENDAR))


def test_a_function_of_the_host_cannot_replace_the_counting() -> None:
    assert due("working_days(3, found_at)", working_days=lambda number, start: start) == at("2026-10-11 00:00")

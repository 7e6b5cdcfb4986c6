"""How a period is told in words: a suggested time is never called late as a duty is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g

from engine.clock import parse_local
from engine.deadlines import counting
from engine.deadlines.standing import Standing
from engine.reports.parts import counted_days
from tasks_ui import language
from tasks_ui.widgets import due_class, due_words
from tests.unit.test_counting import CALENDAR


@pytest.fixture(autouse=True)
def _a_page_in_chinese() -> Iterator[None]:
    """Words of pages are those of the page that is made: this one is for somebody who has chosen nothing."""
    app = Flask("tests")
    language.register(app)
    with app.test_request_context():
        g.visitor = None
        yield


def period(standing: Standing, hard: bool, overdue_at: datetime | None = None) -> Any:
    return SimpleNamespace(standing=standing, record=SimpleNamespace(hard=hard, overdue_at=overdue_at))


@pytest.mark.parametrize(
    ("standing", "hard", "words", "shape"),
    [
        (Standing("over", days=2), True, "已超期 2 个工作日", "over"),
        (Standing("late", days=2), True, "超期 2 个工作日办结", "over"),
        (Standing("soft", days=2, passed=True), False, "已过建议时限 2 个工作日", "soft"),
        (Standing("soft", minutes=90, passed=True), False, "已过建议时限 1 小时 30 分", "soft"),
        (Standing("late", days=2), False, "过建议时限 2 个工作日办结", "soft"),
    ],
)
def test_a_suggested_time_that_has_passed_says_so_and_is_no_overdue(
    standing: Standing, hard: bool, words: str, shape: str
) -> None:
    """2.0.2: the label of a soft period is 建议时限, never 逾期."""
    assert due_words(period(standing, hard)) == words
    assert due_class(period(standing, hard)) == shape


@pytest.mark.parametrize(
    ("number", "start", "rule"),
    [
        (
            15,
            "2026-09-16T10:00",
            "09-16 起算，当日不计。按自然日连续计算，最后一日 10-01 是国庆节，顺延到之后的第一个工作日。",
        ),
        (15, "2026-02-12T15:00", "02-12 起算，当日不计。"),
    ],
    ids=["V25", "over a make-up day"],
)
def test_natural_days_are_told_as_such_with_the_holiday_that_moves_their_end(
    number: int, start: str, rule: str
) -> None:
    """民法典第二百零三条; working on a Saturday means nothing to them."""
    count = counting.natural_days(CALENDAR, number, parse_local(start))
    trace = {
        name: [(found.date.isoformat(), found.reason) for found in getattr(count, name)]
        for name in ("counted", "skipped")
    }
    record: Any = SimpleNamespace(**(vars(count) | {"trace": trace, "moves": []}))

    assert str(counted_days.rule(record, 2026)) == rule


@pytest.mark.parametrize(
    ("start", "skipped"),
    [
        ("2026-12-30T16:40", "01-01 元旦、01-02 至 01-03 周末不计。"),
        ("2026-09-30T09:30", "10-01 至 10-07 国庆节不计。"),
        ("2026-10-15T10:00", "10-17 至 10-18 周末不计。"),
    ],
    ids=["a weekend beside a holiday of a year without an arrangement", "an arrangement", "a weekend"],
)
def test_a_weekend_is_not_called_by_the_name_of_the_holiday_beside_it(start: str, skipped: str) -> None:
    count = counting.working_days(CALENDAR, 3, parse_local(start))
    trace = {
        name: [(found.date.isoformat(), found.reason) for found in getattr(count, name)]
        for name in ("counted", "skipped")
    }
    record: Any = SimpleNamespace(**(vars(count) | {"trace": trace, "moves": []}))

    assert skipped in str(counted_days.rule(record, 2026))


@pytest.mark.parametrize(
    ("hard", "overdue", "words", "shape"),
    [
        (False, False, "已不需要", "soft"),
        (False, True, "过建议时限没有办", "soft"),
        (True, False, "已不需要", "soft"),
        (True, True, "超期未办结", "over"),
    ],
)
def test_what_nobody_did_in_its_time_is_not_called_unneeded(hard: bool, overdue: bool, words: str, shape: str) -> None:
    """The other side did not reply, and its task closed: the duty has fallen away, but not as if it had never been."""
    told = period(Standing("cancelled"), hard, parse_local("2026-10-24T00:00") if overdue else None)

    assert due_words(told) == words
    assert due_class(told) == shape

"""How a period is told in words: a suggested time is never called late as a duty is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.deadlines.standing import Standing
from tasks_ui.widgets import due_class, due_words


def period(standing: Standing, hard: bool) -> Any:
    return SimpleNamespace(standing=standing, record=SimpleNamespace(hard=hard))


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

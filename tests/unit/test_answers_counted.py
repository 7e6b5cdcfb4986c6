"""What expressions make of a list of answers: how many, all, any."""

from __future__ import annotations

import pytest

from engine.bpmn.reading.expressions import evaluate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('count(opinions, "agree")', 2),
        ('count(opinions, "agree") >= 2', True),
        ("count(ticked)", 1),
        ('all_of(opinions, "agree")', False),
        ('any_of(opinions, "object")', True),
        ('all_of([], "agree")', False),
        ('count(nobody, "agree")', 0),
        ('any_of(nobody, "agree")', False),
        ('all_of(nobody, "agree")', False),
    ],
)
def test_answers_are_counted_and_where_nobody_has_answered_nothing_holds(expression: str, value: object) -> None:
    names = {"opinions": ["agree", "object", "agree"], "ticked": [True, False], "nobody": None}
    assert evaluate(expression, names, {}) == value

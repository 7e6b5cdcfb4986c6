"""Expressions in the spelling of other tools: what can mean one thing is read as that, a slip gets the line itself."""

from __future__ import annotations

from typing import Any

import pytest

from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.bpmn.reading.spelling import meant, suggested
from engine.errors import ExpressionError
from tests.unit.diagrams import broken, problems_of

AGREE = 'review_outcome == "agree"'


@pytest.mark.parametrize(
    ("written", "facts", "value"),
    [
        ("!accepted", {"accepted": False}, True),
        ("a && b", {"a": True, "b": False}, False),
        ("a || b && c", {"a": True, "b": False, "c": False}, True),
        ('${x == "agree"}', {"x": "agree"}, True),
        ("#{ x }", {"x": 3}, 3),
        ("x != null", {"x": None}, False),
        ("x == null", {"x": None}, True),
        ("y == true", {"y": True}, True),
        ("y == false", {"y": True}, False),
        ("!a == b", {"a": True, "b": False}, True),
        ("!(a && b) || c", {"a": True, "b": True, "c": False}, False),
        ("!!a", {"a": True}, True),
        ("a && !b == c", {"a": True, "b": True, "c": False}, True),
        ('x == "a && !b"', {"x": "a && !b"}, True),
        ('x == "two  blanks" && true', {"x": "two  blanks"}, True),
    ],
)
def test_what_can_mean_one_thing_is_read_as_that(written: str, facts: dict[str, Any], value: object) -> None:
    assert evaluate(written, facts, {}) == value


@pytest.mark.parametrize(
    "source", [AGREE, 'x == "${y}"', "not x", "x != 1", "x.null", "[a for a in b if a]", "nullable"]
)
def test_what_is_in_our_spelling_stays_as_it_is(source: str) -> None:
    assert meant(source) == source


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ('x = "agree"', 'x == "agree"'),
        ('= x = "agree"', 'x == "agree"'),
        ('x eq "agree"', 'x == "agree"'),
        ('x.equals("agree")', 'x == "agree"'),
        ("x == “agree”", 'x == "agree"'),
        ('x＝＝"agree"', 'x == "agree"'),
        ('x=="a"?true:false', 'x == "a"'),
        ("${amount ＞ １０００}", "amount > 1000"),
        ("{{x}}", "x"),
        ('x = “甲，乙”', 'x == "甲，乙"'),
        ('x = "a = b"', 'x == "a = b"'),
        ("${empty x}", "not x"),
        ("${!empty x && y > 1}", "x and y > 1"),
        ('${execution.getVariable("amount") gt 3}', "amount > 3"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_the_line_as_it_was_meant(written: str, line: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(written)

    assert suggested(written) == line
    compile_expression(line)


def test_the_gate_says_the_line() -> None:
    (found,) = problems_of(broken((AGREE, "review_outcome = “agree”")))

    assert (found.rule, found.rewrite) == ("expression-spelling", AGREE)
    assert f"改成：{AGREE}" in str(found)


def test_where_nothing_can_be_said_for_sure_nothing_is() -> None:
    (found,) = problems_of(broken((AGREE, "review_outcome agree or")))

    assert (found.rule, found.rewrite) == ("expression-spelling", "")


def test_the_nearest_name_stands_in_the_line() -> None:
    (found,) = problems_of(broken((AGREE, 'review_outcom == "agree"')))

    assert (found.rule, found.rewrite) == ("fact-unknown", AGREE)


def test_a_condition_of_another_tool_is_accepted() -> None:
    assert problems_of(broken((AGREE, '${review_outcome == "agree" &amp;&amp; !false}'))) == []

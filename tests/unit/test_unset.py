"""What a condition or a timer counts with is there and of the right kind; what is asked behind a condition is not read in it."""

from __future__ import annotations

from typing import Any

import pytest

from engine.problems import Problem
from tests.unit.diagrams import FORMS, PERMIT, broken, flow, forms_of, problems_of, text_field

AGREE = 'review_outcome == "agree"'
NUMBER = {"type": "number", "key": "amount", "label": "金额"}
DAY = {"type": "datetime", "key": "seen_at", "label": "看到的时间"}
REQUIRED = {"validate": {"required": True}}


def judged(condition: str, *fields: dict[str, Any], form: str = "read_a") -> list[Problem]:
    """What is said when the decision asks this, and one form asks for these fields, too."""
    written = condition.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return problems_of(broken((AGREE, written)), forms_of({form: [*FORMS[form], *fields]}))


@pytest.mark.parametrize(
    ("condition", "rewrite"),
    [
        ("amount > 1000", "(amount or 0) > 1000"),
        ("1000 < amount and True", "1000 < (amount or 0) and True"),
        ("amount + 1 == 3", "(amount or 0) + 1 == 3"),
        ("amount > 5 or amount is None", "(amount or 0) > 5 or amount is None"),
        ("${amount > 5}", "(amount or 0) > 5"),
    ],
)
@pytest.mark.rule("expression-unset")
def test_a_number_that_may_be_left_out_is_not_counted_with(condition: str, rewrite: str) -> None:
    (found,) = judged(condition, NUMBER)

    assert (found.rule, found.rewrite) == ("expression-unset", rewrite)
    assert judged(rewrite, NUMBER) == []


@pytest.mark.parametrize(
    "condition",
    [
        "(amount or 0) > 1000",
        "amount is not None and amount > 1000",
        "amount != None and amount > 1000",
        "amount and amount > 1000",
        "amount is None or amount > 1000",
        "not amount or amount > 1000",
        "amount > 1000 if amount is not None else False",
        "amount == 3 and amount < 5",
        "amount == 3",
        'amount in [1, 2] or review_outcome == "agree"',
    ],
)
def test_where_it_is_said_what_holds_then_it_may_be_left_out(condition: str) -> None:
    assert judged(condition, NUMBER) == []


def test_what_is_required_on_every_way_is_there() -> None:
    assert judged("amount > 1000", {**NUMBER, **REQUIRED}) == []


def test_what_is_required_but_shown_only_sometimes_may_be_left_out() -> None:
    (found,) = judged("amount > 1000", {**NUMBER, **REQUIRED, "properties": {"show": "facts_checked"}})

    assert found.rule == "expression-unset"


def test_what_is_required_on_another_way_may_not_be_there() -> None:
    (found,) = judged("amount > 1000", {**NUMBER, **REQUIRED}, form="withdraw")

    assert found.rule == "expression-unset"


def test_a_time_that_may_be_left_out_is_not_put_in_an_order() -> None:
    (found,) = judged("seen_at < asked_at", DAY, {**DAY, "key": "other_at"})[:1]

    assert (found.rule, found.rewrite) == ("expression-unset", "seen_at is not None and seen_at < asked_at")


@pytest.mark.rule("expression-type")
def test_a_text_is_no_time_to_count_from() -> None:
    found = problems_of(PERMIT.replace("working_days(3, asked_at)", "working_days(3, subject)", 1))

    assert [(one.rule, one.element_id, one.rewrite) for one in found] == [
        ("expression-type", "due", '"type": "datetime"')
    ]


def test_a_text_is_no_number_to_compare_with() -> None:
    found = judged("facts_checked > 3 and amount == 1", {**NUMBER, **REQUIRED})

    assert "expression-type" in {one.rule for one in found}


@pytest.mark.rule("condition-never")
def test_what_is_only_asked_behind_a_condition_is_not_read_in_it() -> None:
    """The step behind the decision asks it; before it nobody does."""
    later = [
        '<userTask id="later" name="补充" camunda:formRef="later" />',
        flow("g_review", "later"),
        flow("later", "refused"),
    ]
    text = broken(
        (AGREE, "seen_late"),
        (flow("g_review", "refused"), "".join(later)),
        ('default="g_review__refused"', 'default="g_review__later"'),
    )

    found = problems_of(text, forms_of({"later": [text_field("seen_late")]}))

    assert "condition-never" in {one.rule for one in found}


def test_what_one_of_two_branches_says_is_said_behind_the_join_and_not_before_it() -> None:
    assert judged("amount > 1000", {**NUMBER, **REQUIRED}, form="read_b") == []


WITHIN = (
    '<subProcess id="both"><startEvent id="s" />{inner}<endEvent id="e" />'
    '<sequenceFlow id="s__t" sourceRef="s" targetRef="t" /><sequenceFlow id="t__e" sourceRef="t" targetRef="e" />'
    "</subProcess>"
)


def test_what_a_sub_process_asks_is_said_behind_it() -> None:
    """The review lies in a sub-process; what it asks is there when the decision behind it is taken."""
    review = '<userTask id="review" name="审查" camunda:formRef="review" />'
    inner = '<userTask id="t" name="核对金额" camunda:formRef="t" />'
    text = broken((AGREE, "amount &gt; 3"), (review, review + WITHIN.format(inner=inner)),
                  (flow("review", "g_review"), flow("review", "both") + flow("both", "g_review")))  # fmt: skip
    forms = forms_of({"t": [{**NUMBER, **REQUIRED}]})

    assert "expression-unset" not in {one.rule for one in problems_of(text, forms)}
    left_out = forms_of({"t": [NUMBER]})
    assert "expression-unset" in {one.rule for one in problems_of(text, left_out)}

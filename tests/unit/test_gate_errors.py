"""What the gate asks of errors: each that is thrown is caught on a border, and each border that catches may be reached."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import END, REVIEW, flow, problems_of, properties, refused, the_problem
from tests.unit.test_gate_scopes import WAY, framed

ERROR = '<error id="failed" name="办不成" errorCode="failed" /><error id="other" name="另一种" errorCode="other" />'
THROWN = (
    '<exclusiveGateway id="g_in" name="办得成？" default="g_in__in_end" /><endEvent id="fails"><errorEventDefinition '
    'errorRef="failed" /></endEvent>' + flow("g_in", "in_end") + flow("g_in", "fails", "agreed")
)
INSIDE = (WAY, flow("in_start", "review") + flow("review", "g_in") + THROWN)
CAUGHT = (
    '<boundaryEvent id="caught" name="办不成" attachedToRef="frame"><errorEventDefinition errorRef="failed" />'
    "</boundaryEvent>"
)
ON_THE_BORDER = (END, CAUGHT + flow("caught", "refused") + END)
DEFINED = ('<message id="message_withdraw"', f'{ERROR}<message id="message_withdraw"')


def failing(*changes: tuple[str, str]) -> str:
    """The framed review, which may end with an error that is caught on the frame."""
    return framed(DEFINED, INSIDE, ON_THE_BORDER, *changes)


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


def test_an_error_that_is_caught_on_the_border_is_accepted() -> None:
    assert problems_of(failing()) == []


def test_a_border_without_an_error_catches_any() -> None:
    anything = (CAUGHT, CAUGHT.replace(' errorRef="failed"', ""))
    assert problems_of(failing(anything)) == []


@pytest.mark.rule("error-uncaught")
def test_an_error_that_nothing_catches_is_refused() -> None:
    refused(the_problem(framed(DEFINED, INSIDE)), "fails", "边框")


@pytest.mark.rule("error-uncaught")
@pytest.mark.rule("error-never")
def test_an_error_that_only_another_one_would_catch_is_refused() -> None:
    found = {problem.rule: problem for problem in problems_of(failing((CAUGHT, CAUGHT.replace('"failed"', '"other"'))))}
    refused(found["error-uncaught"], "fails", "边框")
    refused(found["error-never"], "caught", "错误结束事件")


@pytest.mark.rule("error-uncaught")
def test_an_error_at_the_end_of_the_case_itself_is_refused() -> None:
    in_the_case = (
        '<endEvent id="refused" name="不同意">',
        '<endEvent id="refused" name="不同意"><errorEventDefinition />',
    )
    assert "error-uncaught" in rules(framed(in_the_case))


@pytest.mark.rule("error-missing")
def test_an_error_that_is_defined_nowhere_is_refused() -> None:
    assert rules(framed(INSIDE, ON_THE_BORDER)) == {"error-missing"}


@pytest.mark.rule("error-interrupts")
def test_what_catches_an_error_beside_it_is_refused() -> None:
    beside = (CAUGHT, CAUGHT.replace('"frame"', '"frame" cancelActivity="false"'))
    assert "error-interrupts" in rules(failing(beside))


@pytest.mark.rule("error-never")
def test_what_catches_an_error_of_a_task_is_refused() -> None:
    assert "error-never" in rules(failing((CAUGHT, CAUGHT.replace('"frame"', '"review"'))))


@pytest.mark.rule("property-unknown")
def test_what_catches_an_error_has_no_properties() -> None:
    with_one = CAUGHT.replace("<errorEvent", properties(deadline="x") + "<errorEvent")
    assert "property-unknown" in rules(failing((CAUGHT, with_one)))


@pytest.mark.rule("loop-idle")
def test_an_error_that_leads_back_with_nobody_asked_turns_by_itself() -> None:
    nobody = (f"{REVIEW}", '<exclusiveGateway id="review" />')
    assert "loop-idle" in rules(failing((flow("caught", "refused"), flow("caught", "frame")), nobody))


def test_an_error_in_one_branch_leaves_no_join_waiting() -> None:
    """It ends the frame, with the join and all that would have come to it."""
    beside = (
        '<parallelGateway id="f_in" /><parallelGateway id="j_in" /><userTask id="more" name="另核" '
        'camunda:formRef="permit_more" camunda:candidateGroups="asked_unit:deputy_leader" />'
        + flow("in_start", "f_in") + flow("f_in", "review") + flow("f_in", "more") + flow("more", "j_in")
        + flow("g_in", "j_in") + flow("j_in", "in_end")
    )  # fmt: skip
    changes = ((flow("in_start", "review"), beside), (flow("g_in", "in_end"), ""), ("g_in__in_end", "g_in__j_in"))
    assert "branch-ends-early" not in rules(failing(*changes))

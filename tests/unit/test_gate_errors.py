"""What the gate asks of errors and escalations: what is thrown is defined, and each border that catches may be reached."""

from __future__ import annotations

import pytest

from engine.bpmn.gate.procedures import Signature
from engine.problems import Severity
from tests.unit.diagrams import END, REVIEW, broken, flow, problems_of, properties, refused, the_problem
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
def test_an_error_that_nothing_catches_is_told_of() -> None:
    found = the_problem(framed(DEFINED, INSIDE))
    refused(found, "fails", "边框")
    assert found.severity == "warning"


@pytest.mark.rule("error-uncaught")
@pytest.mark.rule("error-never")
def test_what_catches_only_another_error_is_refused() -> None:
    found = {problem.rule: problem for problem in problems_of(failing((CAUGHT, CAUGHT.replace('"failed"', '"other"'))))}
    refused(found["error-uncaught"], "fails", "边框")
    refused(found["error-never"], "caught", "同一个错误")


@pytest.mark.rule("error-uncaught")
def test_an_error_at_the_end_of_the_case_itself_is_told_of() -> None:
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


# --- operations, calls, escalations ---

WORK = f'<serviceTask id="work" name="续期">{properties(operation="record")}</serviceTask>'
ON_WORK = (
    '<boundaryEvent id="caught" name="办不成" attachedToRef="work"><errorEventDefinition errorRef="failed" />'
    "</boundaryEvent>"
)
EXTENDING = properties(operation="extend_deadline", deadline="answer", until="asked_at", cap="asked_at")


def worked(*changes: tuple[str, str]) -> str:
    """The procedure with a service task before its end, and an event that catches its error."""
    before_end = (flow("read_a", "join"), flow("read_a", "work") + flow("work", "join"))
    caught = (END, WORK + ON_WORK + flow("caught", "refused") + END)
    return broken(before_end, caught, DEFINED, *changes)


def test_an_operation_that_may_fail_throws_an_error_with_its_name() -> None:
    extends = (WORK, WORK.replace(properties(operation="record"), EXTENDING))
    named = ('errorCode="failed"', 'errorCode="extend_deadline"')
    assert not {"error-never", "boundary-service"} & rules(worked(extends, named))
    assert not {"error-never", "boundary-service"} & rules(worked(extends, (' errorRef="failed"', "")))


@pytest.mark.rule("error-code")
def test_an_operation_that_may_fail_throws_no_error_but_its_own() -> None:
    extends = (WORK, WORK.replace(properties(operation="record"), EXTENDING))
    found = {problem.rule: problem for problem in problems_of(worked(extends))}
    refused(found["error-code"], "caught", "extend_deadline")


@pytest.mark.rule("error-never")
def test_an_event_that_nothing_makes_happen_is_accepted_with_a_warning() -> None:
    """It runs as drawn: it never happens. An operation that cannot fail throws nothing."""
    for text in (worked(), worked((' errorRef="failed"', ""))):
        found = {problem.rule: problem for problem in problems_of(text)}
        assert found["error-never"].severity is Severity.WARNING
        assert "error-code" not in found


@pytest.mark.rule("boundary-service")
def test_nothing_but_an_error_is_attached_to_a_service_task() -> None:
    timed = (
        '<errorEventDefinition errorRef="failed" />',
        "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>",
    )
    assert "boundary-service" in rules(worked(timed))


CALLED = '<callActivity id="work" name="另办" calledElement="other" />'


def calling(*changes: tuple[str, str], throws: tuple[tuple[str, str], ...]) -> set[str]:
    other = Signature(frozenset({"subject"}), frozenset(), throws=frozenset(throws))
    text = worked((WORK, CALLED), *changes)
    return {problem.rule for problem in problems_of(text, procedures={"other": other})}


@pytest.mark.rule("error-never")
def test_an_event_on_a_call_catches_what_the_called_procedure_throws() -> None:
    assert "error-never" not in calling(throws=(("error", "failed"),))
    assert "error-never" in calling(throws=(("error", "other"),))
    assert "error-never" in calling(throws=(("escalation", "failed"),))


ESCALATES = (ON_WORK, ON_WORK.replace("error", "escalation").replace('"failed"', '"raised"'))
DEFINES = ('<error id="failed"', '<escalation id="raised" escalationCode="failed" /><error id="failed"')


@pytest.mark.rule("escalation-never")
def test_an_event_on_a_call_catches_what_the_called_procedure_escalates() -> None:
    assert "escalation-never" not in calling(ESCALATES, DEFINES, throws=(("escalation", "failed"),))
    assert "escalation-never" in calling(ESCALATES, DEFINES, throws=(("error", "failed"),))


@pytest.mark.rule("escalation-missing")
def test_an_escalation_that_is_defined_nowhere_is_refused() -> None:
    found = calling(ESCALATES, ('escalationRef="raised" />', 'escalationRef="nowhere" />'), throws=())
    assert "escalation-missing" in found


@pytest.mark.rule("escalation-uncaught")
def test_an_escalation_that_nothing_catches_is_told_of() -> None:
    throw = '<intermediateThrowEvent id="work" name="报告"><escalationEventDefinition escalationRef="raised" />'
    text = worked((WORK + ON_WORK, throw + "</intermediateThrowEvent>"), (flow("caught", "refused"), ""), DEFINES)
    found = the_problem(text)
    refused(found, "work", "边框")
    assert (found.rule, found.severity) == ("escalation-uncaught", "warning")

"""What the gate asks of messages and signals between cases: a name that is no button's, and a correlation where it means one."""

from __future__ import annotations

import pytest

from engine.bpmn.gate.procedures import Signature
from engine.problems import Severity
from tests.unit.diagrams import END, broken, flow, problems_of, properties, refused, the_problem

DEFINED = (
    '<message id="message_withdraw" name="withdraw" />',
    '<message id="message_withdraw" name="withdraw" /><message id="m" name="told" /><message id="n" />'
    '<signal id="s" name="stop" />',
)
TELLER = {"teller": Signature(frozenset(), frozenset(), tells=frozenset({("message", "told"), ("signal", "stop")}))}
"""Another procedure, which throws both."""
IN_LANE = "<flowNodeRef>read_a</flowNodeRef>"
MESSAGE, SIGNAL = '<messageEventDefinition messageRef="m" />', '<signalEventDefinition signalRef="s" />'


def between(kind: str, inner: str, **given: str) -> str:
    """Something between the join and the review."""
    own = properties(**given) if given else ""
    event = f'<{kind} id="told" name="告知">{own}{inner}</{kind}>'
    return broken(DEFINED, (flow("join", "review"), flow("join", "told") + flow("told", "review")), (END, event + END))


def on_the_review(inner: str, **given: str) -> str:
    own = properties(**given) if given else ""
    event = f'<boundaryEvent id="told" name="告知" attachedToRef="review">{own}{inner}</boundaryEvent>'
    return broken(DEFINED, (END, event + flow("told", "refused") + END))


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


@pytest.mark.parametrize("inner", [MESSAGE, SIGNAL])
@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "intermediateCatchEvent"])
def test_what_is_thrown_and_awaited_in_the_middle_of_the_way_is_accepted(kind: str, inner: str) -> None:
    assert problems_of(between(kind, inner), procedures=TELLER) == []


def test_what_is_awaited_on_a_border_and_thrown_at_an_end_is_accepted() -> None:
    assert problems_of(on_the_review(SIGNAL), procedures=TELLER) == []
    assert problems_of(on_the_review(MESSAGE, awaits="message", correlation="subject"), procedures=TELLER) == []
    end = ('<endEvent id="chase_end" />', f'<endEvent id="chase_end">{MESSAGE}</endEvent>')
    assert problems_of(broken(DEFINED, end)) == []


def test_a_send_task_throws_and_a_receive_task_waits() -> None:
    both = '<sendTask id="told" name="告知" messageRef="m" /><receiveTask id="wait" name="等" messageRef="m" />'
    ways = flow("join", "told") + flow("told", "wait") + flow("wait", "review")
    in_lane = (IN_LANE, IN_LANE + "<flowNodeRef>told</flowNodeRef><flowNodeRef>wait</flowNodeRef>")
    assert problems_of(broken(DEFINED, in_lane, (flow("join", "review"), ways), (END, both + END))) == []


@pytest.mark.rule("telling-name")
@pytest.mark.rule("property-unknown")
@pytest.mark.rule("telling-apart")
def test_a_send_task_with_a_message_does_nothing_else() -> None:
    ways = flow("join", "told") + flow("told", "review")

    def with_task(inner: str) -> set[str]:
        in_lane = (IN_LANE, IN_LANE + "<flowNodeRef>told</flowNodeRef>")
        return rules(broken(DEFINED, in_lane, (flow("join", "review"), ways), (END, inner + END)))

    assert with_task('<sendTask id="told" name="告知" messageRef="nowhere" />') == {"telling-name"}
    assert with_task('<sendTask id="told" name="告知" messageRef="message_withdraw" />') == {"telling-apart"}
    own = properties(operation="record")
    assert with_task(f'<sendTask id="told" name="告知" messageRef="m">{own}</sendTask>') == {"property-unknown"}


@pytest.mark.rule("telling-name")
@pytest.mark.parametrize(
    "inner",
    [
        "<messageEventDefinition />",
        '<messageEventDefinition messageRef="n" />',
        "<signalEventDefinition />",
        '<signalEventDefinition signalRef="nowhere" />',
    ],
)
def test_what_has_no_name_is_found_by_nobody(inner: str) -> None:
    refused(the_problem(between("intermediateThrowEvent", inner)), "told", "名称")


@pytest.mark.rule("telling-awaits")
def test_a_message_on_a_border_is_a_button_or_waits_for_another_case() -> None:
    refused(the_problem(on_the_review(MESSAGE, awaits="letter", unit="asked_unit", role="liaison")), "told", "message")
    pressed = on_the_review(MESSAGE, awaits="message", unit="asked_unit", role="liaison")
    refused(the_problem(pressed, procedures=TELLER), "told", "按钮")


@pytest.mark.rule("telling-correlation")
def test_only_a_message_is_found_by_something() -> None:
    refused(
        the_problem(on_the_review(MESSAGE, unit="asked_unit", role="liaison", correlation="subject")), "told", "删去"
    )
    assert "telling-correlation" in rules(between("intermediateThrowEvent", SIGNAL, correlation="subject"))


@pytest.mark.rule("telling-apart")
def test_a_message_presses_no_button_and_is_not_heard_at_home_when_it_is_for_another() -> None:
    button = '<messageEventDefinition messageRef="message_withdraw" />'
    refused(the_problem(between("intermediateThrowEvent", button)), "told", "另起名字")
    both = between("intermediateThrowEvent", MESSAGE, correlation="subject").replace(
        flow("told", "review"),
        flow("told", "wait")
        + flow("wait", "review")
        + f'<intermediateCatchEvent id="wait">{MESSAGE}</intermediateCatchEvent>',
    )
    refused(the_problem(both), "told", "另起名字")


@pytest.mark.rule("fact-unknown")
def test_what_a_message_is_found_by_reads_facts() -> None:
    assert "fact-unknown" in rules(between("intermediateThrowEvent", MESSAGE, correlation="nobody_says"))


@pytest.mark.rule("start-for-whom")
def test_a_start_that_is_told_is_for_a_unit() -> None:
    known = properties(fact_asked_unit="'ecology'")
    start = f'<startEvent id="told" name="收到通知">{known}{SIGNAL}</startEvent>'
    merged = (
        flow("start", "fork"),
        '<exclusiveGateway id="begin" />' + flow("start", "begin") + flow("told", "begin") + flow("begin", "fork"),
    )
    known = (properties(unit="asked_unit", role="deputy_leader"), properties(unit="ecology", role="deputy_leader"))
    refused(
        the_problem(broken(DEFINED, merged, known, (END, start + END)), procedures=TELLER), "told", "justice_bureau"
    )


@pytest.mark.rule("loop-idle")
def test_a_loop_that_only_throws_turns_without_end() -> None:
    looped = between("intermediateThrowEvent", SIGNAL).replace(
        flow("told", "review"),
        '<exclusiveGateway id="g_again" name="再来？" default="g_again__review" /><exclusiveGateway id="m" />'
        + flow("told", "g_again") + flow("g_again", "m", "agreed") + flow("g_again", "review"),
    ).replace(flow("join", "told"), flow("join", "m") + flow("m", "told"))  # fmt: skip
    assert "loop-idle" in rules(looped)


@pytest.mark.rule("telling-never")
@pytest.mark.parametrize("inner", [MESSAGE, SIGNAL])
def test_what_no_procedure_throws_may_be_waited_for_without_end(inner: str) -> None:
    """Only worth a look: what throws it may be deployed afterwards, as it may wait for this one itself."""
    found = the_problem(between("intermediateCatchEvent", inner))
    assert (found.rule, found.element_id, found.severity) == ("telling-never", "told", Severity.WARNING)
    own = ('<endEvent id="chase_end" />', f'<endEvent id="chase_end">{inner}</endEvent>')
    assert problems_of(between("intermediateCatchEvent", inner).replace(*own)) == []

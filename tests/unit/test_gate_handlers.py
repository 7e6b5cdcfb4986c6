"""What the gate asks of event sub-processes: they stand beside the steps of their scope and say when they begin."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import END, broken, flow, problems_of, properties, refused, the_problem

TIMED = "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition>"
WORK = f'<serviceTask id="note" name="记录">{properties(operation="record")}</serviceTask>'
ASKS = '<userTask id="note" name="另核" camunda:formRef="permit_more" camunda:candidateGroups="asked_unit:deputy_leader" />'


def with_handler(
    event: str = TIMED, start: str = "", frame: str = "", step: str = WORK, *changes: tuple[str, str], beside: str = ""
) -> str:
    """The permit with an event sub-process of one step; `start` and `frame` are more attributes, `beside` more elements."""
    inner = (
        f'<startEvent id="on" name="情况" {start}>{event}</startEvent>{step}<endEvent id="over" />'
        + flow("on", "note") + flow("note", "over")
    )  # fmt: skip
    drawn = f'<subProcess id="handle" name="应急" triggeredByEvent="true" {frame}>{inner}</subProcess>{beside}'
    in_lane = ("<flowNodeRef>withdrawn<", "<flowNodeRef>handle</flowNodeRef><flowNodeRef>withdrawn<")
    return broken((END, drawn + END), in_lane, *changes)


def rules(text: str) -> set[str]:
    return {problem.rule for problem in problems_of(text)}


PRESSER = properties(unit="asking_unit", role="case_officer")


@pytest.mark.parametrize("start", ["", 'isInterrupting="false"'])
@pytest.mark.parametrize(
    "event",
    [
        TIMED,
        f"{PRESSER}<messageEventDefinition />",
        "<conditionalEventDefinition><condition>told_at is not None</condition></conditionalEventDefinition>",
    ],
)
def test_what_begins_by_an_event_is_accepted_beside_the_steps_of_the_case(event: str, start: str) -> None:
    assert problems_of(with_handler(event, start)) == []


def test_a_cycle_may_begin_it_again_and_again() -> None:
    cycle = TIMED.replace("timeDuration>PT4H</timeDuration", "timeCycle>P1D</timeCycle")
    assert problems_of(with_handler(cycle, 'isInterrupting="false"')) == []
    assert "cycle-interrupting" in rules(with_handler(cycle))


@pytest.mark.rule("handler-start")
def test_an_event_sub_process_without_an_event_is_refused() -> None:
    refused(the_problem(with_handler("")), "on", "开始事件")


@pytest.mark.rule("handler-start")
def test_an_event_sub_process_has_one_start_event_without_a_form() -> None:
    twice = f'<startEvent id="on_two">{TIMED}</startEvent>' + WORK + flow("on_two", "note")
    assert "handler-start" in rules(with_handler(step=twice))
    assert "handler-start" in rules(with_handler(start='camunda:formRef="permit_more"'))


@pytest.mark.rule("handler-start")
def test_what_could_lapse_at_an_event_sub_process_is_refused() -> None:
    assert "handler-start" in rules(with_handler(properties(lapses="true") + TIMED))


@pytest.mark.rule("handler-start")
def test_a_start_that_leaves_nothing_open_does_not_say_that_it_interrupts() -> None:
    plain = ('<startEvent id="start" name="发函"', '<startEvent id="start" name="发函" isInterrupting="false"')
    refused(the_problem(broken(plain)), "start", "isInterrupting")


def test_any_other_start_has_no_trigger() -> None:
    """Of a sub-process that a flow leads to, and of the case itself."""
    assert rules(with_handler(TIMED, step=WORK).replace(' triggeredByEvent="true"', ""))
    timed = ('camunda:formRef="permit_start" />', f'camunda:formRef="permit_start">{TIMED}</startEvent>')
    assert rules(broken(timed))


@pytest.mark.rule("handler-flows")
def test_no_flow_leads_to_an_event_sub_process() -> None:
    assert "handler-flows" in rules(with_handler(beside=flow("handle", "refused")))


@pytest.mark.rule("handler-flows")
def test_no_event_is_attached_to_an_event_sub_process() -> None:
    border = f'<boundaryEvent id="late_on" name="限时" attachedToRef="handle">{TIMED}</boundaryEvent>'
    assert "handler-flows" in rules(with_handler(beside=border + flow("late_on", "refused")))


@pytest.mark.rule("handler-once")
def test_an_event_sub_process_has_no_marker() -> None:
    several = (
        "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    assert "handler-once" in rules(with_handler(step=several + WORK))


@pytest.mark.rule("error-never")
@pytest.mark.rule("error-interrupts")
def test_an_error_that_begins_it_is_thrown_by_something_and_interrupts() -> None:
    found = rules(with_handler('<errorEventDefinition errorRef="other" />', 'isInterrupting="false"'))
    assert {"error-never", "error-interrupts"} <= found


def test_an_error_of_the_case_is_caught_by_its_event_sub_process() -> None:
    thrown = ('<endEvent id="refused" name="不同意">', '<endEvent id="refused" name="不同意"><errorEventDefinition />')
    found = rules(with_handler("<errorEventDefinition />", "", "", WORK, thrown))
    assert not {"error-never", "error-uncaught"} & found


@pytest.mark.rule("form-side-by-side")
def test_what_goes_on_beside_the_case_asks_no_form_of_it() -> None:
    same = ASKS.replace("permit_more", "read_a")
    assert "form-side-by-side" in rules(with_handler(TIMED, 'isInterrupting="false"', step=same))


PERIOD = properties(deadline="whole", rule="R1", basis="试办规定第一条", hard="true", unit="asked_unit")


def test_a_period_may_run_over_the_whole_case() -> None:
    assert problems_of(with_handler(PERIOD + TIMED, 'isInterrupting="false"')) == []


@pytest.mark.rule("period-basis")
def test_a_period_that_runs_over_the_case_says_what_every_period_says() -> None:
    assert "period-basis" in rules(with_handler(properties(deadline="whole", hard="true") + TIMED))


@pytest.mark.rule("button-unnamed")
def test_a_button_that_begins_it_has_a_name() -> None:
    unnamed = with_handler(f"{PRESSER}<messageEventDefinition />").replace(
        '<startEvent id="on" name="情况"', '<startEvent id="on"'
    )
    assert "button-unnamed" in rules(unnamed)

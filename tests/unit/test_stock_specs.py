"""What SpiffWorkflow's own classes do where the engine has classes of its own (`engine.bpmn.spiff.specs`).

Should one of these tests fail with a new version of the library, its class there may be one too many.
"""

from __future__ import annotations

import time

import pytest
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"


def begun(*elements: str, flows: str, shapes: str = "", before: str = "") -> BpmnWorkflow:
    """A workflow at rest. `flows` is like "start>a a>end"."""
    drawn = "".join(
        f'<sequenceFlow id="{flow.replace(">", "_")}" sourceRef="{flow.split(">")[0]}" targetRef="{flow.split(">")[1]}" />'
        for flow in flows.split()
    )
    process = f'<process id="p" isExecutable="true">{"".join(elements)}{drawn}</process>'
    text = f'<definitions xmlns="{BPMN}">{before}{process}{shapes}</definitions>'
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.fromstring(text))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    return workflow


def start() -> str:
    return '<startEvent id="start" />'


def user(*names: str) -> str:
    return "".join(f'<userTask id="{name}" />' for name in names)


def end(name: str = "end") -> str:
    return f'<endEvent id="{name}" />'


def open_tasks(workflow: BpmnWorkflow, name: str = "") -> list[Task]:
    ready = workflow.get_tasks(state=TaskState.READY, manual=True)
    return [task for task in ready if name in ("", task.task_spec.bpmn_id)]


def complete(workflow: BpmnWorkflow, name: str) -> None:
    open_tasks(workflow, name)[0].run()
    workflow.do_engine_steps()


def test_process_a_path_without_an_end_event_is_never_completed():
    workflow = begun(start(), user("a"), flows="start>a")

    complete(workflow, "a")

    assert not workflow.completed


def test_parallel_gateway_a_second_token_through_a_join_throws_the_first_ones_open_task_away():
    gateways = "".join(f'<parallelGateway id="{name}" />' for name in ("both", "fork", "join"))
    workflow = begun(
        start(), gateways, '<exclusiveGateway id="merge" />', user("x", "y", "a", "b", "c"), end(),
        flows="start>both both>x both>y x>merge y>merge merge>fork fork>a fork>b a>join b>join join>c c>end",
    )  # fmt: skip
    complete(workflow, "x")
    complete(workflow, "a")
    complete(workflow, "b")
    assert len(open_tasks(workflow, "c")) == 1

    complete(workflow, "y")
    complete(workflow, "a")
    complete(workflow, "b")

    assert len(open_tasks(workflow, "c")) == 1, "two tokens came through, and each has its own task by BPMN"


@pytest.mark.parametrize(("above", "taken"), [("a", "a"), ("b", "b")])
def test_exclusive_gateway_the_flow_whose_target_is_drawn_higher_is_asked_first(above: str, taken: str):
    heights = {"start": 100, "g": 100, "end": 100, "a": 50 if above == "a" else 150, "b": 50 if above == "b" else 150}
    bounds = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{name}"><dc:Bounds x="0" y="{y}" width="1" height="1" /></bpmndi:BPMNShape>'
        for name, y in heights.items()
    )
    plane = f"<bpmndi:BPMNPlane>{bounds}</bpmndi:BPMNPlane>"
    shapes = f'<bpmndi:BPMNDiagram xmlns:bpmndi="{DI}" xmlns:dc="{DC}">{plane}</bpmndi:BPMNDiagram>'
    true = "<conditionExpression>True</conditionExpression>"
    ways = "".join(f'<sequenceFlow id="g_{to}" sourceRef="g" targetRef="{to}">{true}</sequenceFlow>' for to in "ab")
    gateway = '<exclusiveGateway id="g" default="g_end" />'

    workflow = begun(start(), gateway, user("a", "b"), end(), ways, flows="start>g g>end a>end b>end", shapes=shapes)

    assert [task.task_spec.bpmn_id for task in open_tasks(workflow)] == [taken]


def test_event_a_timers_text_is_evaluated_as_python():
    timer = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"

    with pytest.raises(WorkflowException, match="P3D"):
        begun(start(), f'<intermediateCatchEvent id="w">{timer}</intermediateCatchEvent>', end(), flows="start>w w>end")


def test_activity_an_event_on_its_border_makes_many_tasks_of_one():
    timer = '<timerEventDefinition><timeDuration>"P3D"</timeDuration></timerEventDefinition>'
    border = f'<boundaryEvent id="t" attachedToRef="a">{timer}</boundaryEvent>'

    workflow = begun(start(), user("a"), border, end(), end("late"), flows="start>a a>end t>late")

    assert len(workflow.tasks) > 8, "what is alive is one task and one event"


def test_border_event_what_a_repeating_event_has_begun_dies_with_its_activity():
    timer = '<timerEventDefinition><timeCycle>"R3/PT0.01S"</timeCycle></timerEventDefinition>'
    border = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    workflow = begun(
        start(), user("a", "b", "c"), border, end(), end("late"), flows="start>a a>c c>end t>b b>late"
    )  # fmt: skip
    time.sleep(0.02)
    workflow.refresh_timers()
    workflow.do_engine_steps()
    assert open_tasks(workflow, "b")

    complete(workflow, "a")

    assert open_tasks(workflow, "b") == [], "by BPMN it lives on (13.5.3)"


def test_node_what_was_passed_stays_and_what_may_come_is_foreseen():
    gateways = '<exclusiveGateway id="m" /><exclusiveGateway id="g" default="g_m" />'
    condition = "<conditionExpression>False</conditionExpression>"
    never = f'<sequenceFlow id="g_end" sourceRef="g" targetRef="end">{condition}</sequenceFlow>'
    workflow = begun(start(), gateways, user("a"), end(), never, flows="start>m m>a a>g g>m")
    first = len(workflow.tasks)

    for _ in range(20):
        complete(workflow, "a")

    assert len(workflow.tasks) > 3 * first, "one task is open, as it was at first"


def test_scope_a_sub_process_that_comes_to_no_end_event_hangs_for_ever():
    never = '<sequenceFlow id="g_e" sourceRef="g" targetRef="e"><conditionExpression>False</conditionExpression></sequenceFlow>'
    gateway = f'<exclusiveGateway id="g" default="g_x" />{never}<sequenceFlow id="g_x" sourceRef="g" targetRef="x" />'
    inner = f'<startEvent id="s" />{gateway}{user("x")}{end("e")}<sequenceFlow id="s_g" sourceRef="s" targetRef="g" />'
    workflow = begun(start(), f'<subProcess id="S">{inner}</subProcess>', user("a"), end(), flows="start>S S>a a>end")

    complete(workflow, "x")

    assert open_tasks(workflow) == [], "by BPMN it is over, and a is open"
    assert not workflow.completed


def several(kind: str, *inner: str) -> str:
    return f'<userTask id="x"><{kind}>{"".join(inner)}</{kind}></userTask>'


def test_many_the_list_is_looked_for_in_the_data_of_the_task():
    collection = "<loopDataInputRef>units</loopDataInputRef>"

    with pytest.raises(TypeError):
        begun(start(), several("multiInstanceLoopCharacteristics", collection), end(), flows="start>x x>end")


def test_many_a_completion_condition_cannot_read_how_many_are_done():
    drawn = "<loopCardinality>3</loopCardinality><completionCondition>nrOfCompletedInstances == 1</completionCondition>"
    workflow = begun(start(), several("multiInstanceLoopCharacteristics", drawn), end(), flows="start>x x>end")

    with pytest.raises(WorkflowException, match="nrOfCompletedInstances"):
        complete(workflow, "x")


def test_again_every_time_stays_in_the_tree():
    drawn = "<loopCondition>True</loopCondition>"
    workflow = begun(start(), several("standardLoopCharacteristics", drawn), end(), flows="start>x x>end")
    first = len(workflow.tasks)

    for _ in range(20):
        complete(workflow, "x")

    assert len(workflow.tasks) >= first + 20, "one task is open, as it was at first"


def event(kind: str, inner: str = "") -> str:
    return f"<{kind}EventDefinition>{inner}</{kind}EventDefinition>"


def test_operation_an_exception_in_its_work_leaves_the_task_in_an_error_that_no_event_catches():
    border = f'<boundaryEvent id="b" attachedToRef="v">{event("error")}</boundaryEvent>'
    work = '<scriptTask id="v"><script>1 / 0</script></scriptTask>'

    with pytest.raises(WorkflowException):
        begun(start(), work, border, user("caught"), end(), flows="start>v v>end b>caught")


def test_clock_a_receive_task_without_a_message_is_passed_at_once():
    assert begun(start(), '<receiveTask id="k" />', end(), flows="start>k k>end").completed


def test_call_what_is_called_is_looked_for_in_the_same_file_and_runs_in_the_same_workflow():
    with pytest.raises(Exception, match="another"):
        begun(start(), '<callActivity id="c" calledElement="another" />', end(), flows="start>c c>end")


def test_terminate_end_what_it_cancels_stays_in_the_tree():
    workflow = begun(
        start(), '<parallelGateway id="f" />', user("a", "b"), f'<endEvent id="stop">{event("terminate")}</endEvent>', end(),
        flows="start>f f>a f>b a>stop b>end",
    )  # fmt: skip

    complete(workflow, "a")

    assert workflow.completed
    assert any(task.state == TaskState.CANCELLED for task in workflow.tasks.values()), "nothing of it is alive"


def test_throw_behind_an_error_that_nothing_catches_it_goes_on():
    error = f'<endEvent id="e">{event("error")}</endEvent>'
    workflow = begun(start(), user("x"), error, flows="start>x x>e")

    complete(workflow, "x")

    assert workflow.completed, "by BPMN it has failed"


def test_send_task_its_message_is_heard_by_everything_that_waits_for_it():
    waiting = '<parallelGateway id="f" /><receiveTask id="r1" messageRef="m" /><receiveTask id="r2" messageRef="m" />'
    workflow = begun(
        start(), waiting, '<sendTask id="s" messageRef="m" />', user("a", "b", "c"), end(),
        flows="start>f f>a f>r1 f>r2 a>s s>end r1>b b>end r2>c c>end", before='<message id="m" name="told" />',
    )  # fmt: skip

    complete(workflow, "a")

    assert [task.task_spec.bpmn_id for task in open_tasks(workflow)] == ["b", "c"]


def test_event_gateway_two_timers_are_one_and_none_is_told_of():
    gateway = '<eventBasedGateway id="g" />'
    timers = "".join(
        f'<intermediateCatchEvent id="w{days}">'
        + event("timer", f'<timeDuration>"P{days}D"</timeDuration>')
        + "</intermediateCatchEvent>"
        for days in (1, 9)
    )
    workflow = begun(start(), gateway, timers, end(), end("e"), flows="start>g g>w1 g>w9 w1>end w9>e")

    assert len(workflow.waiting_events()) < 2, "two events may happen"


def test_listener_an_event_sub_process_with_a_timer_keeps_the_process_from_ending():
    begins = f'<startEvent id="hs">{event("timer", """<timeDuration>"P9D"</timeDuration>""")}</startEvent>'
    inner = f'{begins}{end("he")}<sequenceFlow id="hs_he" sourceRef="hs" targetRef="he" />'
    handler = f'<subProcess id="H" triggeredByEvent="true">{inner}</subProcess>'
    workflow = begun(start(), user("x"), end(), handler, flows="start>x x>end")

    complete(workflow, "x")

    assert not workflow.completed, "by BPMN no token is left"


def test_inclusive_gateway_a_join_goes_on_before_a_token_that_comes_by_way_of_a_merge():
    names = {"exclusive": "m", "parallel": "f", "inclusive": "o"}
    gateways = "".join(f'<{kind}Gateway id="{name}" />' for kind, name in names.items())
    never = '<sequenceFlow id="g_d" sourceRef="g" targetRef="d"><conditionExpression>False</conditionExpression></sequenceFlow>'
    choice = f'<exclusiveGateway id="g" default="g_o" />{never}<sequenceFlow id="g_o" sourceRef="g" targetRef="o" />'
    workflow = begun(
        start(), gateways, choice, user("a", "b", "c", "d", "z"), end(),
        flows="start>f f>a f>b a>g d>m b>m m>c c>o o>z z>end",
    )  # fmt: skip

    complete(workflow, "a")

    assert open_tasks(workflow, "z"), "b is still to come by way of c"

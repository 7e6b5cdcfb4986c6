"""Where something stands is told with it, the same after any restore, and what is said there is seen there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Failure, Open, OperationFailed, Places, Workflow, WorkflowFault
from engine.errors import AlreadyDone
from tests.unit.diagrams import HEAD, flow

BORDER = (
    '<boundaryEvent id="t" attachedToRef="S"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    "</timerEventDefinition></boundaryEvent>"
)


class Scoped:
    """A host that keeps facts by the scope in which they were said."""

    def __init__(self, **facts: object) -> None:
        self.facts, self.within = facts, dict[str, dict[str, object]]()
        self.operated: list[tuple[str, Places]] = []

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        seen = dict(self.facts)
        for around in place:
            seen |= self.within.get(around.id, {})
        return evaluate(expression, seen | dict(names or {}), {})

    def operate(self, element_id: str, place: Places = ()) -> None:
        self.operated.append((element_id, place))

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None:
        """Nothing is begun."""


def process(*elements: str) -> Specification:
    text = f'{HEAD}<process id="p" isExecutable="true">{"".join(elements)}</process></definitions>'
    return Specification(read_elements(read_diagram(text.encode())))


def begun(specification: Specification, host: Scoped) -> Workflow:
    workflow = Workflow(specification, host)
    workflow.run()
    return workflow


def restored(workflow: Workflow, specification: Specification, host: Scoped) -> Workflow:
    return Workflow(specification, host, workflow.to_bytes())


def one(found: list[Open], element_id: str) -> Open:
    (only,) = (open_ for open_ in found if open_.element_id == element_id)
    return only


SUB = (
    '<startEvent id="a" />',
    flow("a", "S"),
    f'<subProcess id="S"><startEvent id="s" />{flow("s", "x")}<userTask id="x" />{flow("x", "g")}'
    f'<exclusiveGateway id="g" default="g__z" />{flow("g", "z")}{flow("g", "y", "said == 1")}'
    '<userTask id="y" /><userTask id="z" /></subProcess>',
    BORDER,
)


def test_a_task_of_a_sub_process_stands_in_it_and_an_event_on_its_border_does_not():
    host = Scoped()
    workflow = begun(process(*SUB), host)

    (task,), (event,) = workflow.user_tasks(), workflow.armed_events()

    assert [(place.element_id, place.index, place.run) for place in task.place] == [("S", None, None)]
    assert event.place == ()
    assert workflow.open_places() == list(task.place)


def test_the_place_is_the_same_after_a_restore():
    specification, host = process(*SUB), Scoped()
    workflow = begun(specification, host)

    assert restored(workflow, specification, host).user_tasks() == workflow.user_tasks()


def test_a_fact_that_is_said_in_a_sub_process_is_read_in_it():
    specification, host = process(*SUB), Scoped(said=0)
    workflow = begun(specification, host)
    (task,) = workflow.user_tasks()
    host.within[task.place[-1].id] = {"said": 1}

    workflow.complete(task.id)

    assert [found.element_id for found in workflow.user_tasks()] == ["y"]


def test_what_stands_in_the_process_itself_has_no_place():
    workflow = begun(process('<startEvent id="a" />', flow("a", "x"), '<userTask id="x" />'), Scoped())

    assert workflow.user_tasks()[0].place == ()


def many(*inner: str, each: str = "", until: str = "") -> tuple[str, ...]:
    """A sub-process for each unit: one task, then another one."""
    condition = f"<completionCondition>{until}</completionCondition>" if until else ""
    of = f'camunda:collection="units" camunda:elementVariable="unit" {each}'
    return (
        '<startEvent id="a" />',
        flow("a", "S"),
        f'<subProcess id="S"><multiInstanceLoopCharacteristics {of}>{condition}</multiInstanceLoopCharacteristics>'
        f'<userTask id="x" />{flow("x", "y")}<userTask id="y" /></subProcess>',
        flow("S", "z"),
        '<userTask id="z" />',
        *inner,
    )


def items(workflow: Workflow) -> list[tuple[str, int | None, object]]:
    return [(task.element_id, task.place[-1].index, task.place[-1].item) for task in workflow.user_tasks()]


def test_each_iteration_knows_its_number_and_item_and_the_activity_that_it_is_one_of():
    specification, host = process(*many()), Scoped(units=["A", "B"])
    workflow = begun(specification, host)

    assert items(workflow) == [("x", 0, "A"), ("x", 1, "B")]
    assert {task.place[-1].run for task in workflow.user_tasks()} == {found.id for found in workflow.activities()}
    assert restored(workflow, specification, host).user_tasks() == workflow.user_tasks()


def test_a_fact_of_an_iteration_is_seen_in_its_later_task_and_in_no_other_iteration():
    gateway = (
        f'<exclusiveGateway id="g" default="g__y" />{flow("g", "y")}{flow("g", "w", "said == 1")}<userTask id="w" />'
    )
    drawn = [text.replace(flow("x", "y"), flow("x", "g") + gateway) for text in many()]
    specification, host = process(*drawn), Scoped(units=["A", "B"], said=0)
    workflow = begun(specification, host)
    host.within[workflow.user_tasks()[0].place[-1].id] = {"said": 1}

    for task in workflow.user_tasks():
        workflow.complete(task.id)

    assert items(workflow) == [("w", 0, "A"), ("y", 1, "B")]


def test_the_item_is_known_by_its_name_in_every_expression_of_the_iteration():
    gateway = f'<exclusiveGateway id="g" default="g__y" />{flow("g", "y")}{flow("g", "w", "unit == &quot;B&quot;")}'
    drawn = [text.replace(flow("x", "y"), flow("x", "g") + gateway + '<userTask id="w" />') for text in many()]
    workflow = begun(process(*drawn), Scoped(units=["A", "B"]))

    for task in workflow.user_tasks():
        workflow.complete(task.id)

    assert items(workflow) == [("y", 0, "A"), ("w", 1, "B")]


def test_one_more_is_asked_and_one_less_while_it_runs():
    specification, host = process(*many()), Scoped(units=["A", "B", "C"])
    workflow = begun(specification, host)

    workflow.add_iteration(workflow.activities()[0].id, "D")
    workflow.drop_iteration(workflow.iterations()[1].id)

    assert items(restored(workflow, specification, host)) == [("x", 0, "A"), ("x", 2, "C"), ("x", 3, "D")]


def test_in_a_sequence_one_whose_turn_has_not_come_is_struck_and_counts_no_more():
    specification, host = process(*many(each='isSequential="true"')), Scoped(units=["A", "B", "C", "B"])
    workflow = begun(specification, host)
    activity = workflow.activities()[0].id

    workflow.strike_item(activity, "B")
    workflow = restored(workflow, specification, host)

    assert workflow.waiting_items(activity) == ["C", "B"]
    for item in ("A", "D"):
        with pytest.raises(AlreadyDone):
            workflow.strike_item(activity, item)
    for item in ("A", "C", "B"):
        assert {place.item for task in workflow.user_tasks() for place in task.place} == {item}
        for _task in "xy":
            workflow.complete(workflow.user_tasks()[0].id)
    assert [task.element_id for task in workflow.user_tasks()] == ["z"]


def test_the_completion_condition_is_asked_at_the_activity_when_one_is_over():
    host = Scoped(units=["A", "B", "C"])
    workflow = begun(process(*many(until="nrOfCompletedInstances * 2 &gt; nrOfInstances")), host)
    for index in (0, 2):
        for _task in "xy":
            workflow.complete(next(task.id for task in workflow.user_tasks() if task.place[-1].index == index))

    assert [task.element_id for task in workflow.user_tasks()] == ["z"]


@pytest.mark.parametrize("units", [None, "AB", 3])
def test_what_is_no_list_is_a_fault_that_names_the_activity(units: object):
    with pytest.raises(WorkflowFault) as fault:
        begun(process(*many()), Scoped(units=units))

    assert fault.value.element_id == "S"


def test_two_hundred_instances_of_one_specification_run_side_by_side():
    specification = process(*many())

    def whole(number: int) -> list[int]:
        host, seen = Scoped(units=["A", "B", "C"][: 1 + number % 3]), []
        workflow = begun(specification, host)
        while not workflow.completed:
            workflow.complete(workflow.user_tasks()[0].id)
            seen.append(len(workflow.user_tasks()))
        return seen

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(whole, range(200)))

    assert [len(seen) for seen in found] == [3 + 2 * (number % 3) for number in range(200)]


def test_a_process_of_several_starts_begins_at_the_one_that_is_named_or_at_the_one_without_a_trigger():
    told = '<startEvent id="told"><messageEventDefinition messageRef="m" /></startEvent>'
    drawn = (
        told,
        flow("told", "x"),
        '<startEvent id="a" />',
        flow("a", "y"),
        '<userTask id="x" />',
        '<userTask id="y" />',
    )
    specification, opened = process(*drawn), []
    for start in ("told", None):
        workflow = Workflow(specification, Scoped())
        workflow.run(start)
        opened.append([task.element_id for task in workflow.user_tasks()])

    assert opened == [["x"], ["y"]]


def test_an_error_that_nothing_catches_is_still_known_after_a_restore():
    error = '<endEvent id="e"><errorEventDefinition errorRef="bad" /></endEvent>'
    specification, host = process('<startEvent id="a" />', flow("a", "e"), error), Scoped()
    workflow = begun(specification, host)

    assert restored(workflow, specification, host).failed == Failure("bad", "e")
    assert [(one.kind, one.name, one.element_id, one.caught) for one in workflow.thrown] == [
        ("error", "bad", "e", False)
    ]


def test_what_comes_from_outside_is_heard_by_whom_it_is_meant_for_and_told_whether_anybody_was():
    waits = '<intermediateCatchEvent id="w"><signalEventDefinition signalRef="on" /></intermediateCatchEvent>'
    workflow = begun(
        process('<startEvent id="a" />', flow("a", "w"), waits, flow("w", "x"), '<userTask id="x" />'), Scoped()
    )

    assert not workflow.hear("signal", "off")
    assert workflow.hear("signal", "on")
    assert [task.element_id for task in workflow.user_tasks()] == ["x"]


def test_a_condition_is_looked_at_when_facts_were_said_by_something_else_than_a_task():
    when = "<conditionalEventDefinition><condition>k &gt; 1</condition></conditionalEventDefinition>"
    border = f'<boundaryEvent id="b" attachedToRef="x">{when}</boundaryEvent>'
    host = Scoped(k=0)
    drawn = (
        '<startEvent id="a" />',
        flow("a", "x"),
        '<userTask id="x" />',
        border,
        flow("b", "y"),
        '<userTask id="y" />',
    )
    workflow = begun(process(*drawn), host)
    host.facts["k"] = 2

    workflow.facts_said()

    assert [task.element_id for task in workflow.user_tasks()] == ["y"]


def test_a_service_task_that_fails_throws_its_error_from_where_it_stands():
    class Failing(Scoped):
        def operate(self, element_id: str, place: Places = ()) -> None:
            raise OperationFailed("bad")

    border = '<boundaryEvent id="b" attachedToRef="v"><errorEventDefinition errorRef="bad" /></boundaryEvent>'
    drawn = (
        '<startEvent id="a" />',
        flow("a", "v"),
        '<serviceTask id="v" />',
        border,
        flow("b", "y"),
        '<userTask id="y" />',
    )

    workflow = begun(process(*drawn), Failing())

    assert [task.element_id for task in workflow.user_tasks()] == ["y"]

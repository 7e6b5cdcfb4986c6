"""Where something stands is told with it, the same after any restore, and what is said there is seen there."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Open, Places, Workflow
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

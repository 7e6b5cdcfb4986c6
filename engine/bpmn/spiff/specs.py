"""The words of the language as task specifications of SpiffWorkflow: one class a word.

A process is a task that has begun and not ended; every token in it hangs directly below it, and what is attached to an
activity hangs below the activity. So the tree holds what is alive and nothing else: a token that goes on is replaced by what
follows it, ending a process is cutting off a branch, and the state is as large as what is open, however long it has run.

None of these classes is ever changed while something runs, so one specification serves any number of instances at a time.
What they need besides their task they find at `running` (see there). Each says which fault or cost of the library's own class
it answers; `tests/unit/test_stock_specs.py` shows that one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element, Flow
from engine.bpmn.spiff.host import WorkflowFault
from engine.messages import gettext as _

if TYPE_CHECKING:
    from engine.bpmn.spiff.running import Running

CAME_BY, LAPSES_WITH, TRAIL = "by", "of", "trail"
"""What a task remembers: the flow by which it came to a join; the id of the activity with which it lapses; the way here."""


def running(task: Task) -> Running:
    """What moves the tree of this task: it sits where the library keeps its script engine, reached from every task."""
    found: Running = task.workflow.script_engine
    return found


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """An element that is passed at once, by every flow out of it: start events and plain ends.

    The library's own specifications predict what may follow, poll the whole tree after each task and keep what was passed
    for ever: past a depth of 1,000 it silently loses tasks. Here nothing is predicted or polled, and what was passed is told
    and forgotten.
    """

    by_hand = False

    def __init__(self, process: Specification, diagram: Diagram, element: Element) -> None:
        super().__init__(process, element.id)
        self.element = element
        self.flows: list[Flow] = [diagram.flows[flow] for flow in element.outgoing]
        self.manual = self.by_hand  # the library sets its own

    def test(self) -> None:
        """The library asks that something leads here by its own connections, which these specifications do not use."""

    def _predict(self, my_task: Task, *more: Any, **named: Any) -> None:
        """Nothing is predicted."""

    def _update_hook(self, my_task: Task) -> bool:
        """Whether the task is ready now."""
        return True

    def _on_ready(self, my_task: Task) -> None:
        if not self.by_hand:
            running(my_task).soon(my_task)

    def _run_hook(self, my_task: Task) -> bool | None:
        return True

    def _on_complete(self, my_task: Task) -> None:
        running(my_task).pass_on(my_task, self.ways(my_task))

    def ways(self, task: Task) -> list[Flow]:
        """The flows by which a token goes on."""
        return self.flows


class ExclusiveGateway(Node):
    """The first flow in the order of the file whose condition is true, or else the default one.

    The library's takes them by the height at which their targets are drawn: moving a shape changes a decision.
    """

    def ways(self, task: Task) -> list[Flow]:
        default = self.element.default_flow
        for flow in self.flows:
            if flow.id != default and (flow.condition is None or running(task).holds(task, flow.condition)):
                return [flow]
        found = [flow for flow in self.flows if flow.id == default]
        if not found:
            sentence = _("The diagram cannot go on as it is drawn: no condition is true, and there is no default flow.")
            raise WorkflowFault(sentence, self.bpmn_id, undecided=True)
        return found


class ParallelGateway(Node):
    """One token of every flow into it goes on as one on every flow out of it; what has come beside that stays.

    The library's keeps nothing that is left over, and a second token through the same join throws the first one's open
    task away.
    """

    def _update_hook(self, my_task: Task) -> bool:
        if len(self.element.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        waiting = self._waiting(my_task)
        if any(not waiting[flow] for flow in self.element.incoming):
            return False
        for tokens in waiting.values():
            if tokens[0] is not my_task:
                running(my_task).remove(tokens[0])
        return True

    def _waiting(self, task: Task) -> dict[str, list[Task]]:
        """Flow -> the tokens that have come by it and were not taken, the oldest first."""
        found: dict[str, list[Task]] = defaultdict(list)
        for other in task.workflow.tasks.values():
            if other.task_spec is self and other.state == TaskState.WAITING:
                found[other.internal_data[CAME_BY]].append(other)
        return found


class Activity(Node):
    """What events may be attached to: they are armed as its children, so they are gone when it is, however it ends.

    The library puts a split and a join around it, four tasks for one, and what a repeating event has begun hangs below the
    event: it dies with the activity, and BPMN lets it live on (13.5.3).
    """

    def __init__(self, process: Specification, diagram: Diagram, element: Element) -> None:
        super().__init__(process, diagram, element)
        self.borders = [event.id for event in diagram.attached(element.id)]

    def _update_hook(self, my_task: Task) -> bool:
        for event in self.borders:
            running(my_task).enter(my_task, event)
        return self.begin(my_task)

    def begin(self, task: Task) -> bool:
        """Whether it is ready to be done; else something is waited for."""
        return True

    def _on_complete(self, my_task: Task) -> None:
        running(my_task).unarm(my_task)
        super()._on_complete(my_task)


class UserTask(Activity):
    """A person does it. The library's would do, but for what is around it (`Activity`)."""

    by_hand = True


class Operation(Activity):
    """A service or send task; what it does is the host's business. The library's asks its own script engine for it."""

    def _run_hook(self, my_task: Task) -> bool:
        running(my_task).host.operate(self.bpmn_id)
        return True


class Waiting(Activity):
    """An activity that is open until the host says that it is done; the library has none that waits for its host."""

    def begin(self, task: Task) -> bool:
        task._set_state(TaskState.STARTED)
        return False


class Clock(Waiting):
    """A receive task that carries a period: open until the period is met."""


class Call(Waiting):
    """A call activity: open until the instance that it called has ended, which is an instance of its own.

    The library runs what is called inside the same workflow, with all its data.
    """

    def begin(self, task: Task) -> bool:
        running(task).calls_begin(task)
        return super().begin(task)


class Event(Node):
    """An event in the middle of a flow: waits until the host fires it.

    The library's looks at a clock of its own and reads the time by evaluating its text as Python.
    """

    def _update_hook(self, my_task: Task) -> bool:
        my_task._set_state(TaskState.WAITING)
        return False

    def fire(self, task: Task) -> None:
        """The event has happened."""
        task._ready()


class BorderEvent(Event):
    """An event on the border of an activity. One that happens moves up beside its activity, or takes its place.

    Below the library's repeating event hangs what it has begun, and is gone with it.
    """

    def __init__(self, process: Specification, diagram: Diagram, element: Element) -> None:
        super().__init__(process, diagram, element)
        is_cycle = element.timer is not None and element.timer.kind == "cycle"
        self.repeats = not element.interrupting and (element.is_button or is_cycle)
        self.lapses = element.lapses or (self.repeats and process.all_lapses)

    def fire(self, task: Task) -> None:
        tree, host = running(task), task.parent
        lapses_with = host.id.hex if self.lapses else host.internal_data.get(LAPSES_WITH)
        happened = host.parent._add_child(self, TaskState.FUTURE) if self.repeats else tree.move(task, host.parent)
        if self.element.interrupting:
            tree.lapse(host)
            tree.remove(host)
        if lapses_with is not None:
            happened.internal_data[LAPSES_WITH] = lapses_with
        happened._ready()


class TerminateEnd(Node):
    """Nothing of its process goes on. The library's is right; this one needs no task for what it cancels."""

    def _on_complete(self, my_task: Task) -> None:
        tree = running(my_task)
        tree.passed.append(self.bpmn_id)
        tree.end()


class Process(Node):
    """The process itself: begun and not ended while any token is left in it.

    The library's waits for its own end task: one that comes to no end event hangs for ever.
    """

    def __init__(self, process: Specification, diagram: Diagram, element: Element) -> None:
        super().__init__(process, diagram, element)
        self.starts = [start.id for start in diagram.of_kind("startEvent")]

    def _on_complete(self, my_task: Task) -> None:
        my_task.workflow.completed = True


WORDS: dict[str, type[Node]] = {
    "startEvent": Node,
    "endEvent": Node,
    "endEvent terminate": TerminateEnd,
    "userTask": UserTask,
    "serviceTask": Operation,
    "sendTask": Operation,
    "receiveTask": Clock,
    "callActivity": Call,
    "intermediateCatchEvent timer": Event,
    "boundaryEvent timer": BorderEvent,
    "boundaryEvent message": BorderEvent,
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
}
"""Kind of element, with its event if it has one -> its class."""


class Specification(BpmnProcessSpec):  # type: ignore[misc]
    """What runs, built straight from the reading of a diagram that the gate has passed; shared by all its instances.

    The library's parser reads the file anew by recursion, needs the shapes, and returns what is not safe to share.
    """

    def __init__(self, diagram: Diagram, all_lapses: bool = False) -> None:
        """`all_lapses`: whatever a repeating event has begun is gone with its activity, as it was in earlier versions."""
        super().__init__(diagram.key)
        self.task_specs.clear()  # the library's own start and end
        self.diagram, self.all_lapses = diagram, all_lapses
        self.start = Process(self, diagram, _itself(diagram))
        for element in diagram.elements.values():
            WORDS[f"{element.kind} {element.event_kind}".strip()](self, diagram, element)

    @property
    def lapsing(self) -> list[str]:
        """The border events of which what they begin lapses with their activity."""
        return [spec.bpmn_id for spec in self.task_specs.values() if isinstance(spec, BorderEvent) and spec.lapses]


def _itself(diagram: Diagram) -> Element:
    """The process as an element; no id of a file has a blank in it."""
    return Element(
        id=f"{diagram.key} itself", kind="process", name=diagram.name, lane=None, event_kind="", attached_to=None,
        interrupting=True, form_ref=None, candidate_groups=(), properties={}, timer=None, default_flow=None,
        incoming=(), outgoing=(),
    )  # fmt: skip

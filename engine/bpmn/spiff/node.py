"""What every word of the language has in common, and what its tasks remember.

A scope (a process, a sub-process, one iteration of it) is a task that has begun and not ended; every token in it hangs directly
below it, and what is attached to an activity hangs below the activity. So the tree holds what is alive and nothing else: a token
that goes on is replaced by what follows it, ending a scope is cutting off a branch, the scope of a token is its parent, and the
state is as large as what is open, however long it has run.

None of these classes is ever changed while something runs, so one specification serves any number of instances at a time.
What they need besides their task they find at `running` (see there). Each says which fault or cost of the library's own class
it answers; `tests/unit/test_stock_specs.py` shows that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.task import Task

from engine.bpmn.reading.elements import Diagram, Element, Flow
from engine.bpmn.spiff.host import WorkflowFault
from engine.messages import gettext as _

if TYPE_CHECKING:
    from engine.bpmn.spiff.running import Running
    from engine.bpmn.spiff.specs import Specification

CAME_BY, LAPSES_WITH, TRAIL = "by", "of", "trail"
"""What a task remembers: the flow by which it came to a join; the id of the activity with which it lapses; the way here."""
EACH = " each"
"""What the name of a specification ends with that is one iteration of an activity; no id of a file has a blank in it."""


def running(task: Task) -> Running:
    """What moves the tree of this task: it sits where the library keeps its script engine, reached from every task."""
    found: Running = task.workflow.script_engine
    return found


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """An element that is passed at once, by every flow out of it whose condition holds: start events, plain ends.

    The library's own specifications predict what may follow, poll the whole tree after each task and keep what was passed
    for ever: past a depth of 1,000 it silently loses tasks. Its parser refuses conditions on flows out of a task, or looks past
    them. Here nothing is predicted or polled, and what was passed is told and forgotten.
    """

    by_hand = False
    keeps_open = True
    """Whether its task keeps the scope open in which it is alive."""
    is_scope = False
    """Whether tokens hang below its task, which is over when none is left."""
    counts_arrivals = False
    """Whether it is of account by which flow a token has come."""

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, name or element.id)
        self.bpmn_id, self.element = element.id, element
        self.flows: list[Flow] = [diagram.flows[flow] for flow in element.outgoing]
        self.manual = self.by_hand  # the library sets its own
        self.is_iteration = name.endswith(EACH)
        self._asks = any(flow.condition is not None or flow.id == element.default_flow for flow in self.flows)

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
        self.leave(my_task)

    def leave(self, task: Task, told: bool = True) -> None:
        """The task is over, and its token goes on. `told`: that the element was passed.

        What ends an iteration is told to the activity of which it is one.
        """
        if self.is_iteration:
            task.parent.task_spec.one_is_over(task.parent, task)
        else:
            running(task).pass_on(task, self.ways(task), told)

    def ways(self, task: Task) -> list[Flow]:
        """The flows by which a token goes on: all without a condition, all whose condition holds, or else the default one."""
        if not self._asks:
            return self.flows
        default = self.element.default_flow
        others = (flow for flow in self.flows if flow.id != default)
        true = [flow for flow in others if flow.condition is None or running(task).holds(task, flow.condition)]
        return true or self._default_way()

    def _default_way(self) -> list[Flow]:
        """Raises WorkflowFault where there is none, though something leads on."""
        found = [flow for flow in self.flows if flow.id == self.element.default_flow]
        if self.flows and not found:
            sentence = _("The case cannot go on as drawn: no condition is true, and there is no default flow.")
            raise WorkflowFault(sentence, self.bpmn_id, undecided=True)
        return found

"""Gateways as task specifications; the one that waits for events stands with them (`events`)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element, Flow
from engine.bpmn.spiff.node import CAME_BY, Node, running

if TYPE_CHECKING:
    from engine.bpmn.spiff.specs import Specification


class ExclusiveGateway(Node):
    """The first flow in the order of the file whose condition is true, or else the default one.

    The library's takes them by the height at which their targets are drawn: moving a shape changes a decision.
    """

    def ways(self, task: Task) -> list[Flow]:
        default = self.element.default_flow
        for flow in self.flows:
            if flow.id != default and (flow.condition is None or running(task).holds(task, flow.condition)):
                return [flow]
        return self._default_way()


class ParallelGateway(Node):
    """One token of every flow into it goes on as one on every flow out of it; what has come beside that stays.

    The library's keeps nothing that is left over, and a second token through the same join throws the first one's open
    task away.
    """

    counts_arrivals = True

    def _update_hook(self, my_task: Task) -> bool:
        if len(self.element.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        waiting = self._waiting(my_task)
        if any(not waiting[flow] for flow in self.element.incoming):
            return False
        self._take_one_each(my_task, waiting)
        return True

    def ways(self, task: Task) -> list[Flow]:
        return self.flows

    def _waiting(self, task: Task) -> dict[str, list[Task]]:
        """Flow -> the tokens that have come by it in this scope and were not taken, the oldest first."""
        found: dict[str, list[Task]] = defaultdict(list)
        for other in task.workflow.tasks.values():
            if other.task_spec is self and other.state == TaskState.WAITING and other._parent == task._parent:
                found[other.internal_data[CAME_BY]].append(other)
        return found

    def _take_one_each(self, task: Task, waiting: dict[str, list[Task]]) -> None:
        """Of each flow one token is taken; this task is what they become."""
        for tokens in waiting.values():
            if tokens[0] is not task:
                running(task).remove(tokens[0])


class InclusiveGateway(ParallelGateway):
    """Goes on by every flow whose condition holds; joins what has come when nothing more can come (13.4.3).

    The library's join goes on too early when a token is still to come by way of a merge.
    """

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, diagram, element, name)
        self._behind = {flow: _behind(diagram, flow) for flow in element.incoming}

    def _update_hook(self, my_task: Task) -> bool:
        if len(self.element.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        running(my_task).may_join()
        return False

    def ways(self, task: Task) -> list[Flow]:
        return Node.ways(self, task)

    def may_go(self, task: Task) -> bool:
        """Whether what has come goes on now, as one: nothing can move by itself, and the tokens elsewhere will not come.

        A token elsewhere is waited for when it may come by a flow on which none waits, and by none on which one does.
        """
        waiting = self._waiting(task)
        full = [flow for flow in self.element.incoming if waiting[flow]]
        empty = [flow for flow in self.element.incoming if not waiting[flow]]
        elsewhere = {
            other.task_spec.bpmn_id
            for other in task.parent.children
            if other.task_spec is not self and other.task_spec.keeps_open
        }
        for place in elsewhere:
            if self._may_come(place, empty) and not self._may_come(place, full):
                return False
        self._take_one_each(task, {flow: waiting[flow] for flow in full})
        return True

    def _may_come(self, place: str, flows: list[str]) -> bool:
        return any(place in self._behind[flow] for flow in flows)


def _behind(diagram: Diagram, flow: str) -> frozenset[str]:
    """The elements from which a way leads to this flow, not through the element that it leads to."""
    seen, left = {diagram.flows[flow].target}, [diagram.flows[flow].source]
    while left:
        key = left.pop()
        if key not in seen:
            seen.add(key)
            element = diagram.elements[key]
            left += [diagram.flows[before].source for before in element.incoming]
            left += [element.attached_to] if element.attached_to else []
    return frozenset(seen - {diagram.flows[flow].target})

"""Gateways as task specifications; the one that waits for events stands with them (`events`)."""

from __future__ import annotations

from collections import defaultdict

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Flow
from engine.bpmn.spiff.node import CAME_BY, Node, running


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

"""Scopes as task specifications: the process itself, and sub-processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.spiff.events import ARMED
from engine.bpmn.spiff.node import Node, running
from engine.bpmn.spiff.tasks import Activity

if TYPE_CHECKING:
    from engine.bpmn.spiff.specs import Specification


class Scope(Activity):
    """A sub-process: begun, and over when no token is left in it.

    The library runs it as a workflow of its own, which costs four to eight times as much and hangs for ever when it comes to no
    end event.
    """

    is_scope = True

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, diagram, element, name)
        self.starts = [start.id for start in diagram.starts(element.id)]
        self.handlers = [start.id + ARMED for start in diagram.handlers(element.id)]

    def begin(self, task: Task) -> bool:
        self.begin_at(task, self.starts)
        return False

    def begin_at(self, task: Task, starts: list[str]) -> None:
        """Its event sub-processes listen, and a token is at each of these elements of the scope."""
        task._set_state(TaskState.STARTED)
        tree = running(task)
        tree.may_be_over(task)
        for start in (*self.handlers, *starts):
            tree.enter(task, start)


class Process(Node):
    """The process itself: begun and not ended while any token is left in it.

    The library's waits for its own end task: one that comes to no end event hangs for ever.
    """

    is_scope = True

    def __init__(self, process: Specification, diagram: Diagram, element: Element) -> None:
        super().__init__(process, diagram, element)
        starts = diagram.starts()
        plain = [start for start in starts if start.kind == "startEvent" and not start.events]
        self.starts = [start.id for start in plain[:1] or starts]
        self.handlers = [start.id + ARMED for start in diagram.handlers()]

    begin_at = Scope.begin_at

    def _on_complete(self, my_task: Task) -> None:
        running(my_task).unarm(my_task)
        my_task.workflow.completed = True

"""Activities as task specifications: what a person does, what the system does, what is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.spiff.node import Node, running

if TYPE_CHECKING:
    from engine.bpmn.spiff.specs import Specification


class Activity(Node):
    """What events may be attached to: they are armed as its children, so they are gone when it is, however it ends.

    The library puts a split and a join around it, four tasks for one, and what a repeating event has begun hangs below the
    event: it dies with the activity, and BPMN lets it live on (13.5.3).
    """

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, diagram, element, name)
        attached = () if self.is_iteration else diagram.attached(element.id)
        self.borders = [event.id for event in attached]

    def _update_hook(self, my_task: Task) -> bool:
        for event in self.borders:
            running(my_task).enter(my_task, event)
        return self.begin(my_task)

    def begin(self, task: Task) -> bool:
        """Whether it is ready to be done; else something is waited for."""
        return True

    def leave(self, task: Task, told: bool = True) -> None:
        running(task).unarm(task)
        super().leave(task, told)


class UserTask(Activity):
    """A person does it. The library's would do, but for what is around it (`Activity`)."""

    by_hand = True


class Operation(Activity):
    """What the system does by itself, or nobody: the work is the host's business. One that fails throws its error from here.

    The library's asks its own script engine for it, and its work cannot fail with an error that the diagram catches: an exception
    leaves the task in the state ERROR.
    """

    def _run_hook(self, my_task: Task) -> bool:
        running(my_task).operate(my_task)
        return True


class Waiting(Activity):
    """An activity that is open until the host says that it is done; the library has none that waits for its host."""

    def begin(self, task: Task) -> bool:
        task._set_state(TaskState.STARTED)
        return False


class Clock(Waiting):
    """A receive task without a message, which carries a period: open until the period is met.

    The library passes one without a message at once.
    """


class Call(Waiting):
    """A call activity: open until the instance that it called has ended, which is an instance of its own.

    The library runs what is called inside the same workflow, with all its data.
    """

    def begin(self, task: Task) -> bool:
        running(task).calls_begin(task)
        return super().begin(task)

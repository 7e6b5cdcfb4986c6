"""Events as task specifications: those that wait to happen, and those that throw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.spiff.node import LAPSES_WITH, Node, running

if TYPE_CHECKING:
    from engine.bpmn.spiff.specs import Specification

TIMES = "times"
"""What an event remembers that comes a number of times: how often it has come."""


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

    keeps_open = False  # its activity does

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, diagram, element, name)
        self.lapses = element.lapses or (element.comes_again and process.all_lapses)

    def fire(self, task: Task) -> None:
        tree, host = running(task), task.parent
        lapses_with = host.id.hex if self.lapses else host.internal_data.get(LAPSES_WITH)
        stays = comes_again(task)
        happened = host.parent._add_child(self, TaskState.FUTURE) if stays else tree.move(task, host.parent)
        if self.element.interrupting:
            tree.lapse(host)
            tree.remove(host)
        if lapses_with is not None:
            happened.internal_data[LAPSES_WITH] = lapses_with
        happened._ready()


def comes_again(task: Task) -> bool:
    """Whether the event that happens now stays armed; one that comes a number of times counts them."""
    element = task.task_spec.element
    if not element.comes_again:
        return False
    if element.times is None:
        return True
    task.internal_data[TIMES] = task.internal_data.get(TIMES, 0) + 1
    return bool(task.internal_data[TIMES] < element.times)


class TerminateEnd(Node):
    """Nothing of its scope goes on, and the scope is over.

    The library's is right; this one needs no task for what it cancels.
    """

    def _on_complete(self, my_task: Task) -> None:
        running(my_task).passed.append(self.bpmn_id)
        my_task.parent.complete()

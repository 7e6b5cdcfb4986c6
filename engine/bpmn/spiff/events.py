"""Events as task specifications: those that wait to happen, and those that throw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.reading.events import CONDITIONAL, ERROR, ESCALATION, MESSAGE, TERMINATE
from engine.bpmn.spiff.host import Thrown
from engine.bpmn.spiff.node import CAME_BY, LAPSES_WITH, Node, running
from engine.bpmn.spiff.tasks import Activity

if TYPE_CHECKING:
    from engine.bpmn.spiff.running import Running
    from engine.bpmn.spiff.specs import Specification

TIMES = "times"
"""What an event remembers that comes a number of times: how often it has come."""
ARMED = " armed"
"""What the name of a specification ends with that listens for an event sub-process; no id of a file has a blank in it."""


class Armed(Node):
    """What waits until it happens. Where it catches a condition it happens as soon as that becomes true."""

    def __init__(self, process: Specification, diagram: Diagram, element: Element, name: str = "") -> None:
        super().__init__(process, diagram, element, name)
        self.conditions = [event.condition for event in element.events if event.kind == CONDITIONAL]

    def fire(self, task: Task) -> None:
        """It has happened; behind an event-based gateway it takes the gateway's place."""
        tree, gateway = running(task), task.parent
        if isinstance(gateway.task_spec, EventGateway):
            tree.taken.append(task.internal_data.pop(CAME_BY))
            tree.move(task, gateway.parent)
            tree.remove(gateway)
        task._ready()

    def catches(self, kind: str, name: str) -> bool:
        """Whether it waits for what is thrown."""
        return any(event.catches(kind, name) for event in self.element.events)

    def _wait(self, task: Task) -> bool:
        task._set_state(TaskState.WAITING)
        if self.conditions:
            running(task).facts_said()
        return False


class Event(Armed):
    """An event in the middle of a flow: waits until it happens.

    The library's looks at a clock of its own and reads the time by evaluating its text as Python; a condition it looks at only
    when another task ends, and only over data objects.
    """

    def _update_hook(self, my_task: Task) -> bool:
        return self._wait(my_task)


class ReceiveTask(Armed, Activity):
    """A receive task that waits for a message: an activity, so that it has borders and is done several times.

    The library's finds its message within one workflow alone.
    """

    def begin(self, task: Task) -> bool:
        return self._wait(task)


class EventGateway(Node):
    """Its events hang below it until the first of them happens.

    The library's swallows its events into one of its own, in which two timers are the same one and neither is seen from outside.
    """

    def _update_hook(self, my_task: Task) -> bool:
        tree = running(my_task)
        my_task._set_state(TaskState.STARTED)
        tree.note_passed(my_task)
        memory = tree.memory_behind(my_task)
        for flow in self.flows:
            tree.enter(my_task, flow.target, memory={**memory, CAME_BY: flow.id})
        return False


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


class Listener(Event):
    """The start of an event sub-process while its scope goes on: a child of the scope that does not keep it open.

    The library begins a handler of errors at once, lets one with a timer keep the process from ending, never interrupts, and
    changes the specification that others share.
    """

    keeps_open = False

    def fire(self, task: Task) -> None:
        tree, scope = running(task), task.parent
        if self.element.interrupting:
            for child in scope.children:
                is_attached = isinstance(child.task_spec, BorderEvent) and child.state == TaskState.WAITING
                if not is_attached:
                    tree.remove(child)
        elif not comes_again(task):
            tree.remove(task)
        tree.enter(scope, str(self.element.scope))


def comes_again(task: Task) -> bool:
    """Whether the event that happens now stays armed; one that comes a number of times counts them."""
    element = task.task_spec.element
    if not element.comes_again:
        return False
    if element.times is None:
        return True
    task.internal_data[TIMES] = task.internal_data.get(TIMES, 0) + 1
    return bool(task.internal_data[TIMES] < element.times)


class Throw(Node):
    """Whatever it names is thrown, one after the other, before its token goes on, if there is still one.

    The library takes a signal at an end for nothing, and behind an error that nothing catches it goes on as if there were none.
    """

    def _on_complete(self, my_task: Task) -> None:
        tree = running(my_task)
        tree.note_passed(my_task)
        for event in self.element.events:
            if event.kind == TERMINATE:
                my_task.parent.complete()
            elif event.kind in (ERROR, ESCALATION):
                throw(tree, my_task, event.kind, event.name)
            else:
                spread(tree, my_task, event.kind, event.name)
            if my_task.id not in tree.tree.tasks:
                return
        tree.pass_on(my_task, self.ways(my_task), told=False)


class SendTask(Activity):
    """A send task with a message, which it throws; its token goes on, if there is still one.

    The library's is heard by everything that waits for the message, where BPMN has it heard by one.
    """

    def _on_complete(self, my_task: Task) -> None:
        tree = running(my_task)
        if not self.is_iteration:
            tree.note_passed(my_task)
        for event in self.element.events:
            spread(tree, my_task, event.kind, event.name)
        if my_task.id in tree.tree.tasks:
            self.leave(my_task, told=False)


class TerminateEnd(Node):
    """Nothing of its scope goes on, and the scope is over.

    The library's is right; this one needs no task for what it cancels.
    """

    def _on_complete(self, my_task: Task) -> None:
        running(my_task).note_passed(my_task)
        my_task.parent.complete()


def throw(tree: Running, task: Task, kind: str, name: str) -> None:
    """An error or escalation goes outwards from the task until something catches it.

    It is caught by the border of the task, then of every scope around it by the event sub-processes, then by the border. An error
    that nothing catches ends the instance as failed; an escalation is only told.
    """
    element_id, place = task.task_spec.bpmn_id, tree.place(task)
    found = catcher(task, kind, name)
    tree.thrown.append(Thrown(kind, name, element_id, place, found is not None))
    if found is not None:
        tree.fire(found)
    elif kind == ERROR:
        tree.fail(name, element_id)


def catcher(task: Task, kind: str, name: str) -> Task | None:
    """What catches it: of several the one that names it before one that catches anything."""
    came, at = None, task
    while at is not None:
        waiting = [child for child in at.children if child.state == TaskState.WAITING]
        fit = [one for one in waiting if isinstance(one.task_spec, Event) and one.task_spec.catches(kind, name)]
        fit.sort(key=lambda one: all(event.name != name for event in one.task_spec.element.events))
        if came is not None and not came.task_spec.element.by_event:  # what a handler throws is not for its neighbours
            fit.sort(key=lambda one: not isinstance(one.task_spec, Listener))
        else:
            fit = [one for one in fit if not isinstance(one.task_spec, Listener)]
        if fit:
            return fit[0]
        came, at = at, at.parent
    return None


def spread(tree: Running, task: Task, kind: str, name: str) -> None:
    """A message is heard by the one in this instance that has waited longest for it, a signal by all that wait for it."""
    heard = hear(tree, kind, name)
    tree.thrown.append(Thrown(kind, name, task.task_spec.bpmn_id, tree.place(task), bool(heard)))
    for other in heard:
        if other.id in tree.tree.tasks and other.state == TaskState.WAITING:
            tree.fire(other)


def hear(tree: Running, kind: str, name: str) -> list[Task]:
    """Those in this instance by whom it is heard."""
    waiting = [task for task in tree.tree.tasks.values() if task.state == TaskState.WAITING]
    found = [task for task in waiting if isinstance(task.task_spec, Armed) and task.task_spec.catches(kind, name)]
    return found[:1] if kind == MESSAGE else found

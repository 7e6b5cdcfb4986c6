"""What is done several times, as task specifications: for each item of a list, or as long as a condition holds.

The activity as a whole is one task, below which each iteration hangs as a task of its own; the events on its border are those of
the whole. What one iteration is, its own class says (`tasks`, `scopes`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff.host import WorkflowFault
from engine.bpmn.spiff.node import EACH, running
from engine.bpmn.spiff.places import INDEX, ITEM
from engine.bpmn.spiff.tasks import Activity
from engine.errors import AlreadyDone
from engine.messages import gettext as _

TOTAL, DONE, NEXT, ITEMS = "total", "done", "next", "items"
"""What the whole remembers: how many there are, how many are done, the next one's number; of a sequence the items."""
MOST = 1000
"""Iterations of one activity."""


class Several(Activity, ABC):
    """The whole of an activity that is done several times."""

    def iterations(self, task: Task) -> list[Task]:
        """Those that are open, the oldest first."""
        return [child for child in task.children if child.task_spec.is_iteration]

    @abstractmethod
    def one_is_over(self, task: Task, one: Task) -> None:
        """One iteration has ended; it is gone, and the others go on or the whole is over."""

    def _open(self, task: Task, index: int, item: object = None) -> None:
        running(task).enter(task, self.bpmn_id + EACH, memory={INDEX: index, ITEM: item})

    def _number(self, task: Task, expression: str) -> int:
        """The number that the expression gives. Raises WorkflowFault when it is none from 0 to the most there may be."""
        value = running(task).value(task, expression)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
            sentence = _(
                "The number of times must be a whole number from 0 to %(most)s, not %(value)s.",
                most=MOST,
                value=repr(value)[:40],
            )
            raise WorkflowFault(sentence, self.bpmn_id)
        return value


class Many(Several):
    """Multi-instance, side by side or one after the other. What is open when the completion condition is true is gone.

    The library's looks for the list in the data of the task and counts nothing that a completion condition could read; an
    interrupting timer on a multi-instance sub-process stops the instance for ever, and an empty item hangs a sequence.
    """

    def begin(self, task: Task) -> bool:
        many = self.element.many
        assert many is not None
        items = self._items(task)
        task.internal_data.update({TOTAL: len(items), DONE: 0, NEXT: 0})
        if many.sequential:
            task.internal_data[ITEMS] = items
        if not items:
            return True
        task._set_state(TaskState.STARTED)
        for item in items[:1] if many.sequential else items:
            self._begin_next(task, item)
        return False

    def one_is_over(self, task: Task, one: Task) -> None:
        memory, many = task.internal_data, self.element.many
        assert many is not None
        memory[DONE] += 1
        running(task).is_done(one)
        counted = {
            "nrOfInstances": memory[TOTAL],
            "nrOfActiveInstances": len(self.iterations(task)),
            "nrOfCompletedInstances": memory[DONE],
            "loopCounter": one.internal_data[INDEX],
        }
        if many.until and running(task).holds(task, many.until, counted):
            task.complete()
        else:
            self._go_on(task)

    def add(self, task: Task, item: object) -> None:
        """There is one more: at once, or after all others where one comes after the other."""
        task.internal_data[TOTAL] += 1
        if self._is_sequence:
            task.internal_data[ITEMS].append(item)
        else:
            self._begin_next(task, item)

    def take_off(self, task: Task, one: Task) -> None:
        """The open iteration is gone and counts no more; the next one begins, or the whole is over when none is left."""
        memory = task.internal_data
        running(task).remove(one)
        memory[TOTAL] -= 1
        if self._is_sequence:
            del memory[ITEMS][memory[DONE]]
        self._go_on(task)

    def waiting(self, task: Task) -> list[object]:
        """The items of a sequence whose turn has not come, in their order."""
        memory = task.internal_data
        return list(memory[ITEMS][memory[DONE] + 1 :]) if self._is_sequence else []

    def strike(self, task: Task, item: object) -> None:
        """The item of a sequence, whose turn has not come, is not asked for any more. Raises AlreadyDone."""
        memory = task.internal_data
        if item not in self.waiting(task):
            raise AlreadyDone
        del memory[ITEMS][memory[ITEMS].index(item, memory[DONE] + 1)]
        memory[TOTAL] -= 1

    @property
    def _is_sequence(self) -> bool:
        return self.element.many is not None and self.element.many.sequential

    def _go_on(self, task: Task) -> None:
        memory = task.internal_data
        if memory[DONE] >= memory[TOTAL]:
            task.complete()
        elif self._is_sequence:
            self._begin_next(task, memory[ITEMS][memory[DONE]])

    def _begin_next(self, task: Task, item: object) -> None:
        index = task.internal_data[NEXT]
        task.internal_data[NEXT] = index + 1
        self._open(task, index, item)

    def _items(self, task: Task) -> list[object]:
        """As they are now; a later change of the list changes nothing. Raises WorkflowFault when there is no list."""
        many = self.element.many
        assert many is not None
        if not many.collection:
            return [None] * self._number(task, many.cardinality)
        found = running(task).value(task, many.collection)
        if not isinstance(found, list | tuple) or len(found) > MOST:
            sentence = _(
                "The list of items to handle must be a list of at most %(most)s items, but %(collection)s is not.",
                most=MOST,
                collection=many.collection[:80],
            )
            raise WorkflowFault(sentence, self.bpmn_id)
        return list(found)


class Again(Several):
    """The standard loop: the test is asked before or after each time; it goes on while it holds, at most so many times.

    The library's is right, but it keeps every time in the tree, and is a third way of making children.
    """

    def begin(self, task: Task) -> bool:
        again = self.element.again
        assert again is not None
        if again.before and not self._goes_on(task, 0):
            return True
        task._set_state(TaskState.STARTED)
        self._open(task, 0)
        return False

    def one_is_over(self, task: Task, one: Task) -> None:
        done = one.internal_data[INDEX] + 1
        running(task).spend(one)
        running(task).is_done(one)
        if self._goes_on(task, done):
            self._open(task, done)
        else:
            task.complete()

    def _goes_on(self, task: Task, done: int) -> bool:
        again = self.element.again
        assert again is not None
        if again.most and done >= self._number(task, again.most):
            return False
        return not again.test or running(task).holds(task, again.test, {"loopCounter": done})

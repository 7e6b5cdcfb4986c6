"""Where a task stands: within which scopes and iterations, and what an expression knows there besides the facts."""

from __future__ import annotations

from collections.abc import Iterator

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff.events import BorderEvent
from engine.bpmn.spiff.host import Place, Places
from engine.bpmn.spiff.scopes import Scope

INDEX, ITEM = "i", "item"
"""What an iteration remembers: its number, from 0, and the item that it is for."""


def place(task: Task) -> Places:
    """The scopes and iterations around it, the outermost first, and itself last when it is one."""
    return tuple(_as_place(found) for found in reversed(list(_around(task))))


def names(task: Task) -> dict[str, object]:
    """The item and number of every iteration around it; of the same name the innermost wins."""
    found: dict[str, object] = {}
    for around in _around(task):
        if around.task_spec.is_iteration:
            found.setdefault("loopCounter", around.internal_data[INDEX])
            many = around.task_spec.element.many
            if many is not None and many.item_name:
                found.setdefault(many.item_name, around.internal_data[ITEM])
    return found


def _around(task: Task | None) -> Iterator[Task]:
    """The innermost first. What is attached to an activity lies outside of it."""
    if task is not None and isinstance(task.task_spec, BorderEvent) and task.state == TaskState.WAITING:
        task = task.parent.parent
    while task is not None:
        is_scope = isinstance(task.task_spec, Scope) and task.state == TaskState.STARTED
        if is_scope or task.task_spec.is_iteration:
            yield task
        task = task.parent


def _as_place(task: Task) -> Place:
    memory = task.internal_data
    run = task._parent.hex if task.task_spec.is_iteration else None
    return Place(task.task_spec.bpmn_id, task.id.hex, memory.get(INDEX), memory.get(ITEM), run)

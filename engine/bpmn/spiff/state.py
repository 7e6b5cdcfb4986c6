"""The state of an instance as bytes, and back.

One row a task, in the order of the tree, without the specification and without any business value: what people said is
in the instance's facts. The first bytes name the format; a state of another format is never read.
"""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import StoredByAnotherVersion
from engine.ids import new_id

MARK = b"LIANBAN1"


def to_bytes(workflow: BpmnWorkflow) -> bytes:
    """The whole state of a workflow that has come to rest."""
    rows = [
        [
            task.id.hex,
            None if task._parent is None else task._parent.hex,
            [child.hex for child in task._children],
            task._state,
            task.task_spec.name,
            task.triggered,
            task.internal_data,
            task.last_state_change,
        ]
        for task in workflow.tasks.values()
    ]
    content = {
        "root": workflow.task_tree.id.hex,
        "last": None if workflow.last_task is None else workflow.last_task.id.hex,
        "completed": workflow.completed,
        "success": workflow.success,
        "tasks": rows,
    }
    return _written(content)


def begun_anew(stored: bytes, task_id: str, new_task_id: str) -> bytes:
    """The same state with another id for one task and for everything that is still to come.

    SpiffWorkflow foresees tasks and gives them their ids before they are reached: without new ones, what is done again
    would bear the ids of what was done before.
    """
    content = _read(stored)
    to_come = TaskState.PREDICTED_MASK | TaskState.FUTURE
    ids = {row[0]: new_id() for row in content["tasks"] if row[3] & to_come} | {task_id: new_task_id}
    for row in content["tasks"]:
        row[0], row[1] = ids.get(row[0], row[0]), ids.get(row[1], row[1])
        row[2] = [ids.get(child, child) for child in row[2]]
    content["last"] = ids.get(content["last"], content["last"])
    return _written(content)


def into_workflow(stored: bytes, workflow: BpmnWorkflow) -> BpmnWorkflow:
    """The empty workflow, filled with the stored state. Raises StoredByAnotherVersion."""
    content = _read(stored)
    specs = workflow.spec.task_specs
    for identity, parent, children, state, spec, triggered, internal_data, changed in content["tasks"]:
        if spec not in specs:
            raise StoredByAnotherVersion
        task = Task(workflow, specs[spec], state=state, id=UUID(identity))
        task._parent = None if parent is None else UUID(parent)
        task._children = [UUID(child) for child in children]
        task.triggered, task.internal_data, task.last_state_change = triggered, internal_data, changed
        if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            workflow.event_manager.add_task(task)
    workflow.task_tree = workflow.tasks[UUID(content["root"])]
    workflow.last_task = None if content["last"] is None else workflow.tasks.get(UUID(content["last"]))
    workflow.completed, workflow.success = content["completed"], content["success"]
    return workflow


def _written(content: dict[str, Any]) -> bytes:
    return MARK + zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)


def _read(stored: bytes) -> dict[str, Any]:
    if not stored.startswith(MARK):
        raise StoredByAnotherVersion
    content: dict[str, Any] = json.loads(zlib.decompress(stored[len(MARK) :]))
    return content

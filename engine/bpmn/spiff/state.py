"""The state of an instance as bytes, and back.

One row a task, in the order of the tree, without the specification and without any business value: what people said is
in the instance's facts. The first bytes name the format; a state of an unknown format is never read. One of the format before
is carried over when it is read (`carried_over`).
"""

from __future__ import annotations

import json
import zlib
from typing import Any
from uuid import UUID

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff import carried_over
from engine.bpmn.spiff.node import LAPSES_WITH
from engine.bpmn.spiff.running import Running
from engine.errors import StoredByAnotherVersion

MARK, MARK_BEFORE = b"LIANBAN2", b"LIANBAN1"
Row = list[Any]
"""[id, number of the parent's row, state, element, what it remembers]; the first row is the process itself."""


def to_bytes(running: Running) -> bytes:
    """The whole state of a process that has come to rest."""
    tasks = list(running.tree.tasks.values())
    numbers = {task.id: number for number, task in enumerate(tasks)}
    rows = [
        [task.id.hex, numbers.get(task._parent, -1), task.state, task.task_spec.name, task.internal_data]
        for task in tasks
    ]
    return MARK + zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)


def put_into(running: Running, stored: bytes) -> None:
    """The process stands as it was stored. Raises StoredByAnotherVersion."""
    _build(running, _rows(running, stored))


def begun_anew(running: Running, stored: bytes, task_id: str, new_id: str) -> None:
    """The process stands as it was stored, but for the id of one task. Raises StoredByAnotherVersion."""
    rows = _rows(running, stored)
    for row in rows:
        row[0] = new_id if row[0] == task_id else row[0]
        if row[4].get(LAPSES_WITH) == task_id:
            row[4][LAPSES_WITH] = new_id
    _build(running, rows)


def _rows(running: Running, stored: bytes) -> list[Row]:
    mark, content = stored[: len(MARK)], stored[len(MARK) :]
    if mark == MARK_BEFORE:
        return carried_over.rows(json.loads(zlib.decompress(content)), running.specification)
    if mark != MARK:
        raise StoredByAnotherVersion
    rows: list[Row] = json.loads(zlib.decompress(content))
    return rows


def _build(running: Running, rows: list[Row]) -> None:
    tree, specs = running.tree, running.specification.task_specs
    tree.tasks.clear()
    tasks: list[Task] = []
    for identity, parent, state, name, memory in rows:
        if name not in specs:
            raise StoredByAnotherVersion
        task = Task(tree, specs[name], tasks[parent] if parent >= 0 else None, state, UUID(identity))
        task.internal_data = memory
        tasks.append(task)
    tree.task_tree = tasks[0]
    tree.completed = tree.task_tree.state == TaskState.COMPLETED

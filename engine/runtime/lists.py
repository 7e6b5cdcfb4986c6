"""What lists are read by, kept with every change: a row for each role of an open task, and when an instance is due next.

`keep` works both out from the instance's open tasks and periods and writes what differs. Whatever opens or ends a task,
moves or ends a period, names a party or ends an instance calls it at its end; whose a task is, is said by `give` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from engine.db import ordering
from engine.db.tables import deadline, party, process_instance, task, task_role

Rows = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of `task_role` by task and role."""
_OWN: Any = bindparam("instance_id")
_TASK_DUE = (
    select(func.max(deadline.c.due_at))
    .where(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key, ordering.counting())
    .scalar_subquery()
)
_INSTANCE_DUE = (
    select(func.min(deadline.c.due_at))
    .where(deadline.c.instance_id == process_instance.c.id, ordering.open_and_hard())
    .scalar_subquery()
)
_HAS_RUN_OUT = (
    select(deadline.c.id)
    .where(deadline.c.instance_id == process_instance.c.id, ordering.has_run_out())
    .correlate(process_instance)
    .exists()
)
_OPEN_TASKS = select(
    task.c.id, task.c.unit_code, task.c.roles, task.c.assignee_id, task.c.opened_at, _TASK_DUE.label("due_at")
).where(task.c.instance_id == _OWN, task.c.status == "open")
_STANDING = select(
    process_instance.c.started_at,
    process_instance.c.status,
    process_instance.c.next_due,
    process_instance.c.ever_over,
    _INSTANCE_DUE.label("due_at"),
    _HAS_RUN_OUT.label("has_run_out"),
).where(process_instance.c.id == _OWN)
_STORED = select(task_role).where(task_role.c.instance_id == _OWN)


def keep(tx: Connection, instance_id: str) -> None:
    """Lists show the instance and its open tasks as they are stored now."""
    own = {"instance_id": instance_id}
    stored = {(row.task_id, row.role): dict(row._mapping) for row in tx.execute(_STORED, own)}
    wanted = rows_of(instance_id, tx.execute(_OPEN_TASKS, own).all())
    _write(tx, stored, wanted)
    _keep_due(tx, instance_id, tx.execute(_STANDING, own).one())


def rows_of(instance_id: str, open_tasks: Iterable[Any]) -> Rows:
    """The rows of `task_role` for the open tasks of an instance, each with its `due_at`."""
    return {
        (found.id, role): {
            "task_id": found.id,
            "role": role,
            "instance_id": instance_id,
            "unit_code": found.unit_code,
            "due_sort": ordering.of_task(found.due_at, found.opened_at),
            "opened_at": found.opened_at,
            "assignee_id": found.assignee_id,
        }
        for found in open_tasks
        for role in found.roles
    }


def give(tx: Connection, task_id: str, person_id: str | None, at: datetime | None) -> None:
    """The open task is this person's from that instant on; with None it is everybody's who may do it."""
    tx.execute(update(task).where(task.c.id == task_id).values(assignee_id=person_id, claimed_at=at))
    tx.execute(update(task_role).where(task_role.c.task_id == task_id).values(assignee_id=person_id))


def _write(tx: Connection, stored: Rows, wanted: Rows) -> None:
    differing = {key for key in stored.keys() | wanted.keys() if stored.get(key) != wanted.get(key)}
    tasks = {task_id for task_id, _ in differing}
    if any(key in stored for key in differing):
        tx.execute(delete(task_role).where(task_role.c.task_id.in_(tasks)))
        differing |= {key for key in wanted if key[0] in tasks}
    if rows := [wanted[key] for key in sorted(differing) if key in wanted]:
        tx.execute(insert(task_role), rows)


def _keep_due(tx: Connection, instance_id: str, row: Any) -> None:
    due = ordering.of_instance(row.due_at, row.started_at, row.status == "ended")
    if (row.next_due, row.ever_over) != (due, row.has_run_out):
        values = {"next_due": due, "ever_over": row.has_run_out}
        tx.execute(update(process_instance).where(process_instance.c.id == instance_id).values(**values))
    behind = (party.c.instance_id == instance_id) & or_(party.c.next_due != due, party.c.started_at != row.started_at)
    tx.execute(update(party).where(behind).values(next_due=due, started_at=row.started_at))

"""What lists are read by, kept with every change: a row for each role of an open task, and when an instance is due next.

`keep` works both out from the instance's open tasks and periods and changes what differs. Whatever opens or ends a task,
moves or ends a period, names a party or ends an instance calls it at its end; whose a task is, is said by `give` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.db import ordering
from engine.db.case import Case, case_of, case_of_task
from engine.db.rows import DeadlineRow
from engine.db.tables import deadline, party, process_instance, task, task_role
from engine.db.unit import unit_of
from engine.states import InstanceStatus, TaskStatus

Rows = Mapping[tuple[str, str], Mapping[str, Any]]
"""Rows of `task_role` by task and role."""


def keep(tx: Connection, instance_id: str) -> None:
    """Lists show the instance and its open tasks as they are now."""
    case = case_of(tx, instance_id)
    _keep_tasks(case)
    _keep_due(tx, case)


def _rows_of(instance_id: str, open_tasks: Iterable[Any], due: Mapping[str, datetime]) -> Rows:
    """The rows of `task_role` for the open tasks of an instance; `due` says when the periods that count are due, by key."""
    return {
        (found.id, role): {
            "task_id": found.id,
            "role": role,
            "instance_id": instance_id,
            "unit_code": found.unit_code,
            "due_sort": ordering.of_task(due.get(found.deadline_key), found.opened_at),
            "opened_at": found.opened_at,
            "assignee_id": found.assignee_id,
        }
        for found in open_tasks
        for role in found.roles
    }


def give(tx: Connection, task_id: str, person_id: str | None, at: datetime | None) -> None:
    """The open task is this person's from that instant on; with None it is everybody's who may do it."""
    case = case_of_task(tx, task_id)
    assert case is not None
    case.change(task, case.one(task, task_id), assignee_id=person_id, claimed_at=at)
    for row in case.rows(task_role):
        if row.task_id == task_id:
            case.change(task_role, row, assignee_id=person_id)


def _keep_tasks(case: Case) -> None:
    open_tasks = [row for row in case.rows(task) if row.status == TaskStatus.OPEN]
    wanted = _rows_of(case.id, open_tasks, _due_by_key(case.rows(deadline)))
    for row in case.rows(task_role):
        if (row.task_id, row.role) not in wanted:
            case.remove(task_role, row)
    for (task_id, role), values in wanted.items():
        kept = case.get(task_role, task_id, role)
        if kept is None:
            case.add(task_role, values)
        else:
            case.change(task_role, kept, **values)


def _due_by_key(periods: Iterable[DeadlineRow]) -> dict[str, datetime]:
    """When the periods that are open and do not stand still are due; of several of one key the last."""
    due: dict[str, datetime] = {}
    for record in periods:
        if record.status in ordering.COUNTING:
            due[record.key] = max(record.due_at, due.get(record.key, record.due_at))
    return due


def _keep_due(tx: Connection, case: Case) -> None:
    periods = [record for record in case.rows(deadline) if record.hard]
    counting = [record.due_at for record in periods if record.status in ordering.COUNTING]
    instance = case.whole
    ended = instance.status == InstanceStatus.ENDED
    due = ordering.of_instance(min(counting, default=None), instance.started_at, ended)
    values = {"next_due": due, "ever_over": any(record.overdue_at is not None for record in periods)}
    if (instance.next_due, instance.ever_over) != (values["next_due"], values["ever_over"]):
        unit_of(tx).changes.change(process_instance, (case.id,), values)
        case.adopt_instance(values)
    for row in case.rows(party):
        case.change(party, row, next_due=due, started_at=instance.started_at)

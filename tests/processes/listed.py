"""What lists are read by, worked out from nothing: it must be what is stored, whatever has been done with a case."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.db import tables

COUNTING = ("running", "overdue")
BEGINNING, UNDATED, ENDED = (datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 5000, 8000))


def wrong(tx: Connection) -> list[str]:
    """Every row of `task_role`, and every `next_due`, of the whole database that is not what it should be."""
    instances, tasks, records, parties, stored = (
        list(tx.execute(select(table)))
        for table in (tables.process_instance, tables.task, tables.deadline, tables.party, tables.task_role)
    )
    wanted = {row for task in tasks if task.status == "open" for row in _roles(task, records)}
    kept = {
        (row.task_id, row.role, row.instance_id, row.unit_code, row.due_sort, row.opened_at, row.assignee_id)
        for row in stored
    }
    started = {row.id: row.started_at for row in instances}
    due = {row.id: _due(row, records) for row in instances}
    return [
        *(f"not in task_role: {row}" for row in sorted(wanted - kept, key=str)),
        *(f"in task_role for nothing: {row}" for row in sorted(kept - wanted, key=str)),
        *(f"{row.number} is due {due[row.id]}, not {row.next_due}" for row in instances if row.next_due != due[row.id]),
        *(f"{row.number}: {row.ever_over}" for row in instances if row.ever_over != _has_run_out(row, records)),
        *(
            f"{row.unit_code} is told {row.next_due}, {row.started_at}"
            for row in parties
            if (row.next_due, row.started_at) != (due[row.instance_id], started[row.instance_id])
        ),
    ]


def _roles(task: Row[Any], records: list[Row[Any]]) -> list[tuple[Any, ...]]:
    own = [found for found in records if (found.instance_id, found.key) == (task.instance_id, task.deadline_key)]
    due = [found.due_at for found in own if found.status in COUNTING]
    sort = max(due) if due else UNDATED + (task.opened_at - BEGINNING)
    return [
        (task.id, role, task.instance_id, task.unit_code, sort, task.opened_at, task.assignee_id) for role in task.roles
    ]


def _due(instance: Row[Any], records: list[Row[Any]]) -> datetime:
    if instance.status == "ended":
        return ENDED - (instance.started_at - BEGINNING)
    own = [found for found in records if found.instance_id == instance.id and found.hard]
    due = [found.due_at for found in own if found.status in COUNTING]
    return min(due, default=UNDATED - (instance.started_at - BEGINNING))


def _has_run_out(instance: Row[Any], records: list[Row[Any]]) -> bool:
    return any(found.instance_id == instance.id and found.hard and found.overdue_at for found in records)

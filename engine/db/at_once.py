"""An instance under its lock and everything of it, read in one statement: on SQLite, where who writes has every lock there is.

On PostgreSQL a statement that has waited for a lock brings what was there before it waited, so there the rows come in a second.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.sql import visitors

from engine.db import stamp
from engine.db.case import INSTANCE, PARTS, Case
from engine.db.in_json import as_json
from engine.db.prepared import dialect_of, executed
from engine.db.tables import process_instance, task

_OF_TASK = select(task.c.instance_id).where(task.c.id == bindparam("task_id")).scalar_subquery()
_NAMES = tuple(part.name for part in PARTS.values() if not part.is_long)


def locked_case(tx: Connection, instance_id: str) -> Case | None:
    """The instance's case; None when there is no such instance."""
    return _read(tx, _statement("id"), instance_id)


def locked_case_of_task(tx: Connection, task_id: str) -> Case | None:
    """The case of the instance that the task is in; None when there is no such task."""
    return _read(tx, _statement("task"), task_id)


def _read(tx: Connection, statement: tuple[str, int], given: str) -> Case | None:
    text, times = statement
    row = executed(tx, text, [[given] * times], ()).fetchone()
    if row is None:
        return None
    instance_id, state, *found, versions = row
    stamp.noted(tx, dict(json.loads(versions)))
    return Case.held(tx, instance_id, state, dict(zip(_NAMES, found, strict=True)))


@cache
def _statement(by: Literal["id", "task"]) -> tuple[str, int]:
    """The text, and how often it names by place what is given."""
    own: Any = INSTANCE if by == "id" else _OF_TASK
    parts = [as_json("sqlite", _of(own, PARTS[name].query)) for name in _NAMES]
    columns = (process_instance.c.id, process_instance.c.state)
    whole = select(*columns, *parts, as_json("sqlite", stamp.ALL)).where(process_instance.c.id == own)
    compiled = whole.compile(dialect=dialect_of("sqlite"))
    return str(compiled), len(compiled.positiontup or ())


def _of(own: Any, query: Select[Any]) -> Any:
    """The same of the instance that this names."""
    return visitors.replacement_traverse(query, {}, lambda element, **_more: own if element is INSTANCE else None)

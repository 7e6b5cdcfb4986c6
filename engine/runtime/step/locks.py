"""Locks of instances, always taken in one order, so that two steps never wait for each other.

Instances that wait for one another are one family: whoever locks any of them has locked first the one at the top, for
which nobody waits. Below it the order does not matter, because nobody else can hold anything there. Which instance
called another never changes, so the way up is read without a lock.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, bindparam, select

from engine.db import fetch
from engine.db.at_once import locked_case, locked_case_of_task
from engine.db.case import Case, known_case, note_case_of_task, put_case
from engine.db.rows import InstanceRow
from engine.db.tables import process_instance, task
from engine.runtime.step import sealing

_ID: BindParameter[str] = bindparam("instance_id")
_OWN = select(process_instance).where(process_instance.c.id == _ID)

_OF_TASK = select(task.c.instance_id).where(task.c.id == bindparam("task_id"))
_FREE = _OWN.where(process_instance.c.origin_task_id.is_(None))
"""The instance, when nobody waits for it: then it is the top of its family itself."""
_FREE_OF_TASK = (
    select(process_instance)
    .where(process_instance.c.id == _OF_TASK.scalar_subquery(), process_instance.c.origin_task_id.is_(None))
    .with_for_update()
)
_ABOVE = select(process_instance.c.origin_instance_id).where(
    process_instance.c.id == _ID, process_instance.c.origin_task_id.is_not(None)
)


def lock(tx: Connection, instance_id: str, skip_locked: bool = False) -> InstanceRow | None:
    """The instance's row, which nobody else changes until this transaction is over, nor any instance of its family.

    None when there is no such instance, or with `skip_locked` when somebody else is at its family. Its case is read anew,
    in a statement of its own: one that has waited for a lock reads what was there before it waited.
    """
    case = known_case(tx, instance_id)
    if case is not None and case.locked:
        return case.instance
    if tx.dialect.name == "sqlite":
        return _hold(tx, locked_case(tx, instance_id))
    row = _locked(tx, instance_id, skip_locked)
    return _hold(tx, Case(tx, instance_id, row) if row is not None else None)


def lock_of_task(tx: Connection, task_id: str) -> InstanceRow | None:
    """The row of the instance that the task is in, locked like the others; None when there is no such task."""
    case = _of_task(tx, task_id)
    if case is not None:
        note_case_of_task(tx, task_id, case.id)
    if case is not None and known_case(tx, case.id) is None:
        return _hold(tx, case)
    instance_id = case.id if case is not None else tx.scalar(_OF_TASK, {"task_id": task_id})
    return lock(tx, instance_id) if instance_id is not None else None


def _of_task(tx: Connection, task_id: str) -> Case | None:
    """The locked case of the instance that the task is in; None when there is none, or when another waits for it."""
    if tx.dialect.name == "sqlite":
        return locked_case_of_task(tx, task_id)
    row = fetch.first(tx, InstanceRow, _FREE_OF_TASK, {"task_id": task_id})
    return Case(tx, row.id, row) if row is not None else None


def _hold(tx: Connection, case: Case | None) -> InstanceRow | None:
    if case is None:
        return None
    held = put_case(case).whole
    sealing.note_strange(tx, case.id)
    return held


def _locked(tx: Connection, instance_id: str, skip_locked: bool) -> InstanceRow | None:
    own = fetch.first(tx, InstanceRow, _FREE.with_for_update(skip_locked=skip_locked), {"instance_id": instance_id})
    if own is not None:
        return own
    top = _top(tx, instance_id)
    for wanted in dict.fromkeys((top, instance_id)):
        own = fetch.first(tx, InstanceRow, _OWN.with_for_update(skip_locked=skip_locked), {"instance_id": wanted})
        if own is None:
            return None
    return own


def _top(tx: Connection, instance_id: str) -> str:
    """The instance that waits, directly or through others, for this one, and for which nobody waits itself."""
    top, above = instance_id, tx.scalar(_ABOVE, {"instance_id": instance_id})
    while above is not None:
        top, above = above, tx.scalar(_ABOVE, {"instance_id": above})
    return top

"""Locks of instances, always taken in one order, so that two steps never wait for each other.

Instances that wait for one another are one family: whoever locks any of them has locked first the one at the top, for
which nobody waits. Below it the order does not matter, because nobody else can hold anything there. Which instance
called another never changes, so the way up is read without a lock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from engine.db.tables import process_instance
from engine.runtime import sealing


def lock(tx: Connection, instance_id: str, skip_locked: bool = False) -> Row[Any] | None:
    """The instance's row, which nobody else changes until this transaction is over, nor any instance of its family.

    None when there is no such instance, or with `skip_locked` when somebody else is at its family.
    """
    top = _top(tx, instance_id)
    for wanted in dict.fromkeys((top, instance_id)):
        own = select(process_instance).where(process_instance.c.id == wanted)
        row = tx.execute(own.with_for_update(skip_locked=skip_locked)).first()
        if row is None:
            return None
    sealing.note_strange(tx, instance_id)
    return row


def _top(tx: Connection, instance_id: str) -> str:
    """The instance that waits, directly or through others, for this one, and for which nobody waits itself."""
    top: str | None = instance_id
    above = top
    while above is not None:
        top = above
        waits = (process_instance.c.id == top) & process_instance.c.origin_task_id.is_not(None)
        above = tx.scalar(select(process_instance.c.origin_instance_id).where(waits))
    return top or instance_id

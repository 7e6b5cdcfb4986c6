"""What a reader has ticked as read (已核对) at a task: the reader's own note, which nobody else sees and nothing depends on.

It is no record: it is gone with the task, and a tick that is set twice or taken off twice is one tick.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select

from engine.db import upsert
from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.db.tables import checked_paper, task
from engine.states import TaskStatus


def of_task(tx: Connection, person_id: str, task_id: str) -> frozenset[str]:
    """The papers that this person has ticked."""
    own = (checked_paper.c.task_id == task_id) & (checked_paper.c.person_id == person_id)
    return frozenset(tx.scalars(select(checked_paper.c.paper).where(own)))


def check(tx: Connection, row: TaskRow, person_id: str, papers: Collection[str], now: datetime) -> None:
    """This person has ticked these papers at the task, whose row this is; those that were ticked before stay so."""
    values = {"instance_id": row.instance_id, "checked_at": now}
    for paper in papers:
        upsert.put_once(tx, checked_paper, {"task_id": row.id, "person_id": person_id, "paper": paper}, values)


def uncheck(tx: Connection, row: TaskRow, person_id: str, papers: Collection[str]) -> None:
    """This person has these papers ticked no more."""
    own = (checked_paper.c.task_id == row.id) & (checked_paper.c.person_id == person_id)
    tx.execute(delete(checked_paper).where(own, checked_paper.c.paper.in_(list(papers))))


def forget(tx: Connection, instance_id: str) -> None:
    """Nothing is ticked any more at tasks of the instance that are over."""
    case = case_of(tx, instance_id)
    for ticked in case.rows(checked_paper):
        if case.one(task, ticked.task_id).status != TaskStatus.OPEN:
            case.remove(checked_paper, ticked)

"""The rows of what was asked of, or handed to, a colleague: read and written here alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from engine.db.case import case_of
from engine.db.rows import HandOverRow, TaskRow
from engine.db.tables import hand_over
from engine.ids import new_id
from engine.organisation.assignment import Actor
from engine.runtime.step import audit
from engine.runtime.step.entries import Unasked
from engine.states import HandlingKind

REQUESTS = (HandlingKind.DELEGATION, HandlingKind.CONSULTATION)
"""Kinds that wait for an answer."""


def add(
    tx: Connection,
    task: TaskRow,
    kind: HandlingKind,
    actor: Actor,
    now: datetime,
    *,
    to_person: str | None = None,
    reason: str | None = None,
    to_task: str | None = None,
) -> str:
    """The record of what this person has just done with the task. Returns its id."""
    record_id = new_id()
    values = {
        "id": record_id,
        "instance_id": task.instance_id,
        "task_id": task.id,
        "kind": kind,
        "from_person": actor.person_id,
        "from_unit": actor.unit_code,
        "to_person": to_person,
        "to_task": to_task,
        "reason": reason or None,
        "opened_at": now,
    }
    tx.execute(insert(hand_over).values(**values))
    return record_id


def waiting() -> ColumnElement[bool]:
    """A request that nobody has answered or withdrawn; one of a task that is over waits for nothing all the same."""
    return hand_over.c.kind.in_(REQUESTS) & hand_over.c.answered_at.is_(None) & hand_over.c.withdrawn_at.is_(None)


def requests(tx: Connection, task: TaskRow) -> list[HandOverRow]:
    """The unanswered requests of the task, with the name of who is asked, oldest first."""
    return [row for row in of_task(tx, task) if row.kind in REQUESTS and row.answered_at is row.withdrawn_at is None]


def of_task(tx: Connection, task: TaskRow) -> list[HandOverRow]:
    """Everything that was asked about the task, or done with it, oldest first."""
    return [row for row in case_of(tx, task.instance_id).rows(hand_over) if row.task_id == task.id]


def answer(tx: Connection, request_id: str, text: str, now: datetime) -> None:
    tx.execute(update(hand_over).where(hand_over.c.id == request_id).values(answer=text, answered_at=now))


def withdraw(tx: Connection, request_id: str, now: datetime) -> None:
    tx.execute(update(hand_over).where(hand_over.c.id == request_id).values(withdrawn_at=now))


def ask_no_longer(tx: Connection, task: TaskRow, person_id: str, actor: Actor, now: datetime) -> None:
    """Whoever has the task now is not asked for an opinion on it any more: there is nobody to give it to."""
    for found in requests(tx, task):
        if found.kind == HandlingKind.CONSULTATION and found.to_person == person_id:
            withdraw(tx, found.id, now)
            audit.append(
                tx,
                task.instance_id,
                now,
                Unasked(task.id, person_id),
                actor.person_id,
                actor.unit_code,
                element_id=task.element_id,
            )


def was_reopened(tx: Connection, task: TaskRow) -> bool:
    """Whether sending or taking back has opened the task: then it goes on with what was said in it."""
    rows = case_of(tx, task.instance_id).rows(hand_over)
    return any(row.to_task == task.id and row.kind in (HandlingKind.SEND_BACK, HandlingKind.TAKE_BACK) for row in rows)


def handed_by(tx: Connection, task: TaskRow) -> str | None:
    """Who handed the task to its present assignee; None when that person claimed it."""
    if task.assignee_id is None:
        return None
    given = (
        row.from_person
        for row in of_task(tx, task)
        if row.kind == HandlingKind.TRANSFER and (row.to_person, row.opened_at) == (task.assignee_id, task.claimed_at)
    )
    return next(given, None)


def has_passed_on(tx: Connection, task: TaskRow, giver: str, taker: str | None, since: datetime) -> bool:
    """Whether the one has handed or delegated the task to the other since that time."""
    return any(
        row.kind in (HandlingKind.TRANSFER, HandlingKind.DELEGATION)
        and row.opened_at >= since
        and (row.from_person, row.to_person) == (giver, taker)
        for row in of_task(tx, task)
    )


def last_urged(tx: Connection, task_id: str, person_id: str) -> datetime | None:
    at: datetime | None = tx.scalar(
        select(hand_over.c.opened_at)
        .where(
            hand_over.c.task_id == task_id, hand_over.c.kind == HandlingKind.URGE, hand_over.c.from_person == person_id
        )
        .order_by(hand_over.c.opened_at.desc())
        .limit(1)
    )
    return at


def of_instance(tx: Connection, instance_id: str) -> list[HandOverRow]:
    """Every record of the instance, oldest first."""
    return list(case_of(tx, instance_id).rows(hand_over))

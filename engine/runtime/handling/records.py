"""The rows of what was asked of, or handed to, a colleague: read and written here alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from engine.db.tables import hand_over, person
from engine.ids import new_id
from engine.organisation.assignment import Actor
from engine.runtime import audit

REQUESTS = ("delegation", "consultation")
"""Kinds that wait for an answer."""


def add(
    tx: Connection,
    task: Row[Any],
    kind: str,
    actor: Actor,
    now: datetime,
    *,
    to_person: str | None = None,
    reason: str | None = None,
    to_task: str | None = None,
) -> str:
    """The record of what this person has just done with the task. Returns its id."""
    record_id = new_id()
    tx.execute(
        insert(hand_over).values(
            id=record_id,
            instance_id=task.instance_id,
            task_id=task.id,
            kind=kind,
            from_person=actor.person_id,
            from_unit=actor.unit_code,
            to_person=to_person,
            to_task=to_task,
            reason=reason or None,
            opened_at=now,
        )
    )
    return record_id


def waiting() -> ColumnElement[bool]:
    """A request that nobody has answered or withdrawn; one of a task that is over waits for nothing all the same."""
    return hand_over.c.kind.in_(REQUESTS) & hand_over.c.answered_at.is_(None) & hand_over.c.withdrawn_at.is_(None)


def requests(tx: Connection, task_id: str) -> list[Row[Any]]:
    """The unanswered requests of the task, with the name of who is asked, oldest first."""
    rows = tx.execute(
        select(hand_over, person.c.name.label("to_name"))
        .join(person, person.c.id == hand_over.c.to_person)
        .where(hand_over.c.task_id == task_id, waiting())
        .order_by(hand_over.c.opened_at, hand_over.c.id)
    )
    return list(rows)


def request(tx: Connection, request_id: str) -> Row[Any] | None:
    return tx.execute(select(hand_over).where(hand_over.c.id == request_id)).first()


def answer(tx: Connection, request_id: str, text: str, now: datetime) -> None:
    tx.execute(update(hand_over).where(hand_over.c.id == request_id).values(answer=text, answered_at=now))


def withdraw(tx: Connection, request_id: str, now: datetime) -> None:
    tx.execute(update(hand_over).where(hand_over.c.id == request_id).values(withdrawn_at=now))


def ask_no_longer(tx: Connection, task: Row[Any], person_id: str, actor: Actor, now: datetime) -> None:
    """Whoever has the task now is not asked for an opinion on it any more: there is nobody to give it to."""
    for found in requests(tx, task.id):
        if found.kind == "consultation" and found.to_person == person_id:
            withdraw(tx, found.id, now)
            content = {"task": task.id, "to": person_id}
            audit.append(
                tx,
                task.instance_id,
                now,
                "unasked",
                content,
                actor.person_id,
                actor.unit_code,
                element_id=task.element_id,
            )


def was_reopened(tx: Connection, task_id: str) -> bool:
    """Whether sending or taking back has opened the task: then it goes on with what was said in it."""
    again = hand_over.c.kind.in_(("send_back", "take_back"))
    return tx.scalar(select(hand_over.c.id).where(hand_over.c.to_task == task_id, again).limit(1)) is not None


def handed_by(tx: Connection, task: Row[Any]) -> str | None:
    """Who handed the task to its present assignee; None when that person claimed it."""
    if task.assignee_id is None:
        return None
    given: str | None = tx.scalar(
        select(hand_over.c.from_person)
        .where(
            hand_over.c.task_id == task.id,
            hand_over.c.kind == "transfer",
            hand_over.c.to_person == task.assignee_id,
            hand_over.c.opened_at == task.claimed_at,
        )
        .order_by(hand_over.c.id)
        .limit(1)
    )
    return given


def has_passed_on(tx: Connection, task: Row[Any], giver: str, taker: str | None, since: datetime) -> bool:
    """Whether the one has handed or delegated the task to the other since that time."""
    passed = hand_over.c.kind.in_(("transfer", "delegation")) & (hand_over.c.opened_at >= since)
    between = (hand_over.c.from_person == giver) & (hand_over.c.to_person == taker)
    found = select(hand_over.c.id).where(hand_over.c.task_id == task.id, passed, between).limit(1)
    return tx.scalar(found) is not None


def last_urged(tx: Connection, task_id: str, person_id: str) -> datetime | None:
    at: datetime | None = tx.scalar(
        select(hand_over.c.opened_at)
        .where(hand_over.c.task_id == task_id, hand_over.c.kind == "urge", hand_over.c.from_person == person_id)
        .order_by(hand_over.c.opened_at.desc())
        .limit(1)
    )
    return at


def of_instance(tx: Connection, instance_id: str) -> list[Row[Any]]:
    """Every record of the instance, oldest first."""
    rows = tx.execute(
        select(hand_over).where(hand_over.c.instance_id == instance_id).order_by(hand_over.c.opened_at, hand_over.c.id)
    )
    return list(rows)

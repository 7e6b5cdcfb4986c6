"""To whom a task may be handed, and whom its holder may ask: people of the same unit, in their posts now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.db.rows import TaskRow
from engine.messages import Text, listed
from engine.organisation import people
from engine.organisation.people import ROLES, Person

REASON_LIMIT = 500


@dataclass(frozen=True)
class Colleague:
    """`posts` are the roles held for the unit, in words."""

    id: str
    name: str
    posts: Text


def who_may_do(tx: Connection, task: TaskRow, now: datetime) -> list[Colleague]:
    """Holders of the task's roles, except whoever has it."""
    found: dict[str, Person] = {}
    for role in task.roles:
        found |= {person.id: person for person in people.holders(tx, task.unit_code, role, now)}
    return _described(tx, task, [found[key] for key in sorted(found, key=lambda key: found[key].login)], now)


def who_may_be_asked(tx: Connection, task: TaskRow, now: datetime) -> list[Colleague]:
    """Everybody of the unit and of its internal bodies, except whoever has the task."""
    return _described(tx, task, people.colleagues(tx, task.unit_code, now), now)


def _described(tx: Connection, task: TaskRow, found: list[Person], now: datetime) -> list[Colleague]:
    described = []
    for person in found:
        if person.id != task.assignee_id:
            held = {post.role for post in people.posts_of(tx, person.id, now) if post.acting_unit == task.unit_code}
            described.append(Colleague(person.id, person.name, listed(ROLES[role] for role in ROLES if role in held)))
    return described

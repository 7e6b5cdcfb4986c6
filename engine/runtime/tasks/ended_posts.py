"""When a post ends, by a decision or by its own date: what its holder had claimed for the unit goes back to the post.

A post that has ended and has not been let go of is found in memory (`city_now`). The worker looks at every tick, and so
does every look and every step of anybody else, so nobody ever sees a task in the hands of someone who may not do it any
more. A person who is no longer there holds no post either. What is let go of is told to those who can act now.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from engine.db import fetch
from engine.db.rows import HandOverRow, TaskRow
from engine.db.tables import hand_over, person, post, task, unit
from engine.errors import Refused
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation import assignment, people
from engine.organisation.city_now import organisation
from engine.organisation.units import WITHIN
from engine.runtime.advance import lists, requests
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.entries import LetGo, Recalled, Unasked
from engine.runtime.step.locks import lock
from engine.runtime.tasks.transfers import pass_draft
from engine.states import HandlingKind, NoticeKind, TaskStatus

AT_ONCE = 100
"""Posts that one look lets go of; the next goes on."""


class _Post(NamedTuple):
    """A post, with its unit and its holder."""

    person_id: str
    unit_code: str
    role: str
    valid_to: datetime | None
    left_at: datetime | None
    kind: str
    parent_code: str | None
    active: bool
    person_name: str


def waits(tx: Connection, now: datetime) -> bool:
    """Whether a post has ended and has not been let go of."""
    return organisation(tx).has_ended(now)


def ended(tx: Connection, now: datetime) -> list[str]:
    """The posts that have ended and have not been let go of, those of people who are gone among them."""
    return organisation(tx).to_let_go_of(now)[:AT_ONCE]


def carry_out(tx: Connection, context: Context, post_id: str) -> bool:
    """One instance in which the holder had something for the ended post is let go of.

    False when nothing is left: the post is done with, or it has not ended.
    """
    row = fetch.one(
        tx,
        _Post,
        select(
            *(post.c[name] for name in ("person_id", "unit_code", "role", "valid_to", "left_at")),
            unit.c.kind,
            unit.c.parent_code,
            person.c.active,
            person.c.name.label("person_name"),
        )
        .join(unit, unit.c.code == post.c.unit_code)
        .join(person, person.c.id == post.c.person_id)
        .where(post.c.id == post_id),
    )
    now, has_ended = context.now, row.valid_to is not None and row.valid_to <= context.now
    if row.left_at is not None or not (has_ended or not row.active):
        return False
    left = row.parent_code if row.kind in WITHIN and row.parent_code else row.unit_code
    held = {found.role for found in people.posts_of(tx, row.person_id, now) if found.acting_unit == left}
    roles = people.standing(held) if row.active else frozenset[str]()
    found = _next(tx, row, left, roles, now)
    if found is None:
        over = row.valid_to if has_ended else now
        tx.execute(update(post).where(post.c.id == post_id).values(left_at=now, valid_to=over))
        return False
    lock(tx, found.instance_id)
    found = fetch.one(tx, TaskRow, select(task).where(task.c.id == found.id))
    if found.status == TaskStatus.OPEN:
        _let_go(tx, context, found, row, roles)
    return True


def _next(tx: Connection, row: _Post, left: str, roles: Collection[str], now: datetime) -> TaskRow | None:
    """A task that the leaving person has claimed, prepares, or is asked about, or that nobody of the role is left for."""
    own = select(task).where(task.c.unit_code == left, task.c.status == TaskStatus.OPEN)
    claimed = fetch.every(tx, TaskRow, own.where(task.c.assignee_id == row.person_id))
    if lost := [found for found in claimed if not set(roles) & set(found.roles)]:
        return lost[0]
    if not roles:
        asked = select(hand_over.c.task_id).where(hand_over.c.to_person == row.person_id, requests.waiting())
        if found := fetch.first(tx, TaskRow, own.where(task.c.id.in_(asked))):
            return found
    if row.role == "liaison" and not people.holders(tx, left, "liaison", now):
        unclaimed = fetch.every(tx, TaskRow, own.where(task.c.assignee_id.is_(None), ~task.c.fallback))
        return next((found for found in unclaimed if _falls_back(tx, found, now)), None)
    return None


def _let_go(tx: Connection, context: Context, found: TaskRow, row: _Post, roles: Collection[str]) -> None:
    now = context.now
    if not roles:
        for request in requests.requests(tx, found):
            if request.to_person == row.person_id:
                _withdraw(tx, context, found, request)
    if found.assignee_id != row.person_id or set(roles) & set(found.roles):
        _fall_back(tx, context, found)
        return
    lists.give(tx, found.id, None, None)
    audit.append(tx, found.instance_id, now, LetGo(found.id, row.person_id), element_id=found.element_id)
    found = _fall_back(tx, context, found)
    text = _(
        "'%(step)s' was claimed by %(person)s, who no longer holds the post. Somebody of this post has to claim it.",
        step=Name(found.name),
        person=row.person_name,
    )
    _notify(tx, context, found, NoticeKind.TASK, found.roles, text)


def _withdraw(tx: Connection, context: Context, found: TaskRow, request: HandOverRow) -> None:
    """Whoever waits for somebody who is gone waits no longer: a delegated draft comes back with what is in it."""
    requests.withdraw(tx, request.id, context.now)
    if request.kind == HandlingKind.DELEGATION:
        pass_draft(tx, context, found, request.to_person, found.assignee_id)
    entry = Recalled if request.kind == HandlingKind.DELEGATION else Unasked
    told = entry(found.id, request.to_person)
    audit.append(tx, found.instance_id, context.now, told, element_id=found.element_id)
    if request.from_person != request.to_person:
        about = {"step": Name(found.name), "person": request.to_name}
        text = (
            _(
                "%(person)s has left your unit and no longer drafts '%(step)s'. What was written is in your draft.",
                **about,
            )
            if request.kind == HandlingKind.DELEGATION
            else _("%(person)s has left your unit and will not give an opinion on '%(step)s'.", **about)
        )
        _notify(tx, context, found, NoticeKind.HANDED, [], text, found.assignee_id or request.from_person)


def _notify(
    tx: Connection,
    context: Context,
    found: TaskRow,
    kind: NoticeKind,
    roles: list[str],
    text: Text,
    person_id: str | None = None,
) -> None:
    notify_people(
        tx,
        context,
        found.instance_id,
        kind,
        found.unit_code,
        roles,
        text,
        person_id=person_id,
        task_id=found.id,
        about=found.name,
    )


def _falls_back(tx: Connection, found: TaskRow, now: datetime) -> bool:
    try:
        return assignment.resolve(tx, found.unit_code, found.roles, {}, now).fallback
    except Refused:
        return False  # nobody is there: the task stays with unit and role


def _fall_back(tx: Connection, context: Context, found: TaskRow) -> TaskRow:
    """Nobody holds the liaison's post any more: the principal leader may do it too (R51). Returns the task's row."""
    if not found.fallback and _falls_back(tx, found, context.now):
        roles = sorted({*found.roles, "principal_leader"})
        tx.execute(update(task).where(task.c.id == found.id).values(roles=roles, fallback=True))
        lists.keep(tx, found.instance_id)
        if found.assignee_id is None:
            text = _(
                "Nobody holds the post for '%(step)s'. The principal leader has to handle it.", step=Name(found.name)
            )
            _notify(tx, context, found, NoticeKind.TASK, ["principal_leader"], text)
    return fetch.one(tx, TaskRow, select(task).where(task.c.id == found.id))

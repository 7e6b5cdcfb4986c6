"""What waits for the worker, told by one statement of look-ups into indexes: none grows with what waits for people."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, text

from engine.db.tables import calendar_version, person, post, process_instance, start_schedule, task, thrown_event, timer
from engine.db.tables.work import UNWATCHED
from engine.db.types import Instant
from engine.states import InstanceStatus

_NOW = bindparam("now", type_=Instant)
_IN_FORCE = (
    select(calendar_version.c.version)
    .where(calendar_version.c.active_from <= _NOW)
    .order_by(calendar_version.c.active_from.desc())
    .limit(1)
    .scalar_subquery()
)
_COUNTED_WITH = process_instance.c.calendar_version


class Waiting(NamedTuple):
    """Something of each kind that waits, null where nothing does."""

    due: str | None
    """An instance in which something is due."""
    behind: str | None
    """A running instance that was counted with another calendar than the one in force."""
    unwatched: str | None
    """A running instance with an open task of an older version of the program, whose silence nobody would notice yet."""
    left: str | None
    """A post that has ended, or a person who is gone, and what was held has not been let go of."""
    planned: str | None
    """A procedure of which a case is to begin by itself."""
    unplanned: str | None
    """A procedure whose next case was planned with another calendar than the one in force."""
    thrown: str | None
    """A message or signal that is on its way."""


def _behind(counted: ColumnElement[bool]) -> Select[str]:
    """Running instances that were counted with such a calendar, in the order of the index that finds them."""
    running = select(process_instance.c.id).where(process_instance.c.status == InstanceStatus.RUNNING, counted)
    return running.order_by(_COUNTED_WITH)


_BEHIND = [
    _behind(counted) for counted in (_COUNTED_WITH < _IN_FORCE, _COUNTED_WITH > _IN_FORCE, _COUNTED_WITH.is_(None))
]
"""Other than the one in force: before it, behind it, or none. An index gives these three, and does not give `<>`."""
_OF_RUNNING = (
    select(process_instance.c.status).where(process_instance.c.id == task.c.instance_id).scalar_subquery()
    == InstanceStatus.RUNNING
)
_UNWATCHED = select(task.c.instance_id).where(text(UNWATCHED), _OF_RUNNING)
_DUE = select(timer.c.instance_id).where(timer.c.due_at <= _NOW).order_by(timer.c.due_at, timer.c.id)
_STILL_HELD = post.c.left_at.is_(None)
_RUN_OUT = select(post.c.id).where(_STILL_HELD, post.c.valid_to <= _NOW)
_HOLDS = select(post.c.id).where(post.c.person_id == person.c.id, _STILL_HELD).exists()
_PLANNED = select(start_schedule.c.key).where(start_schedule.c.look_at <= _NOW)
_THROWN = select(thrown_event.c.id).where(thrown_event.c.look_at <= _NOW)
_UNPLANNED = select(start_schedule.c.key).where(start_schedule.c.calendar_version != _IN_FORCE)
"""There are as few rows as procedures that begin by themselves."""
_GONE = select(person.c.id).where(~person.c.active, _HOLDS)


def _one(statement: Select[str]) -> ColumnElement[str | None]:
    return statement.limit(1).scalar_subquery()


_LOOK = select(
    _one(_DUE).label("due"),
    func.coalesce(*map(_one, _BEHIND)).label("behind"),
    _one(_UNWATCHED).label("unwatched"),
    func.coalesce(_one(_RUN_OUT), _one(_GONE)).label("left"),
    _one(_PLANNED).label("planned"),
    _one(_UNPLANNED).label("unplanned"),
    _one(_THROWN).label("thrown"),
)


def look(tx: Connection, now: datetime) -> Waiting:
    return Waiting(*tx.execute(_LOOK, {"now": now}).one())


def instances_behind(tx: Connection, now: datetime, limit: int) -> list[str]:
    """Running instances that wait for a step of the worker although nothing is due in them, each once."""
    found = [found for statement in _BEHIND for found in tx.scalars(statement.limit(limit), {"now": now})]
    return list(dict.fromkeys([*found, *tx.scalars(_UNWATCHED.limit(limit))]))[:limit]

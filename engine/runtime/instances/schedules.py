"""When cases begin by themselves: one row for each start event with a timer, of the version that is in force.

The worker begins what is due, each case in a transaction of its own in which the row moves on as well: so it begins once,
however many workers look and whenever one of them is killed. What an outage has passed over begins once when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import TimerText
from engine.db import fetch
from engine.db.rows import StartScheduleRow
from engine.db.tables import start_schedule
from engine.deadlines import recurring
from engine.deadlines.recurring import Planned
from engine.deployments import definitions, retirement
from engine.deployments.definitions import Definition
from engine.errors import ExpressionError
from engine.runtime.advance.beginnings import begin_by_itself
from engine.runtime.step.context import Context
from engine.runtime.step.events import Started
from engine.runtime.step.faults import Fault

AGAIN = timedelta(hours=1)
"""A case that could not be begun is tried again after so long."""
PASSED_OVER_AT_MOST = 10_000


@dataclass(frozen=True)
class Scheduled:
    """When a case of this procedure begins next at this start event; `next_at` is None when it never does."""

    key: str
    element_id: str
    definition_id: str
    next_at: datetime | None
    provisional: bool
    last_at: datetime | None
    look_at: datetime | None
    """When the worker begins it; later than `next_at` for one that could not begin then."""


def lay(tx: Connection, context: Context, key: str) -> None:
    """The rows say what the version in force says; a procedure that is retired begins nothing.

    What is due already stays due. What counts otherwise than before counts from now on.
    """
    definition = _in_force(tx, key)
    wanted = {start.id: start for start in definition.diagram.timed_starts} if definition is not None else {}
    own = select(start_schedule).where(start_schedule.c.key == key).with_for_update()
    rows = {row.element_id: row for row in fetch.every(tx, StartScheduleRow, own)}
    for element_id in rows.keys() - wanted.keys():
        tx.execute(delete(start_schedule).where(*_one(key, element_id)))
    for element_id, start in wanted.items():
        assert definition is not None
        _lay_one(tx, context, definition, start, rows.get(element_id))


def _lay_one(
    tx: Connection, context: Context, definition: Definition, start: Element, row: StartScheduleRow | None
) -> None:
    timer = _written(start)
    is_same = row is not None and row.timer == timer
    since = row.since if row is not None and is_same else context.now
    values: dict[str, Any] = {
        "definition_id": definition.id,
        "timer": timer,
        "since": since,
        "calendar_version": context.calendar.version,
    }
    if row is None or row.next_at is None or row.next_at > context.now:
        last = row.last_at if row is not None and row.last_at is not None and row.last_at >= since else None
        values |= _planned(_next(context, start, since, max(since, last) if last else since, last))
    if row is None:
        own = {"key": definition.key, "element_id": start.id, "begun": 0}
        tx.execute(insert(start_schedule).values(**own, **values))
    else:
        tx.execute(update(start_schedule).where(*_one(definition.key, start.id)).values(**values))


def rest(tx: Connection) -> None:
    """Nothing begins by itself any more, until it is laid anew."""
    tx.execute(delete(start_schedule))


def follow_calendar(tx: Connection, context: Context) -> None:
    """What was counted with another calendar than the one in force is counted with this one."""
    behind = start_schedule.c.calendar_version != context.calendar.version
    for key in tx.scalars(select(start_schedule.c.key).where(behind).distinct()).all():
        lay(tx, context, key)


def take_next(tx: Connection, context: Context) -> tuple[str, str] | None:
    """What has been due longest has begun. Returns (procedure, start event), or None when nothing is due.

    On PostgreSQL the row is this transaction's alone, and the rows of others are passed over. Raises NotBegun.
    """
    due = select(start_schedule).where(start_schedule.c.look_at <= context.now)
    first = due.order_by(start_schedule.c.look_at, start_schedule.c.key, start_schedule.c.element_id).limit(1)
    row = fetch.first(tx, StartScheduleRow, first.with_for_update(skip_locked=True))
    if row is None:
        return None
    definition = definitions.load(tx, row.definition_id)
    start = definition.diagram.elements[row.element_id]
    try:
        planned, following = _after(context, definition, start, row)
        begun = Started("", start=start.id, planned=planned.at.isoformat(), provisional=planned.provisional)
        begin_by_itself(tx, context, definition, start, begun)
    except Fault as fault:
        raise NotBegun(row.key, row.element_id, fault) from fault
    values = {**_planned(following), "last_at": planned.at, "begun": row.begun + 1}
    tx.execute(update(start_schedule).where(*_one(row.key, row.element_id)).values(**values))
    return row.key, row.element_id


class NotBegun(Exception):
    """A case that was due could not begin. `fault` says why."""

    def __init__(self, key: str, element_id: str, fault: Fault) -> None:
        super().__init__(str(fault))
        self.key, self.element_id, self.fault = key, element_id, fault


def put_off(tx: Connection, now: datetime, failed: NotBegun) -> None:
    """The case that could not begin is tried again later."""
    tx.execute(update(start_schedule).where(*_one(failed.key, failed.element_id)).values(look_at=now + AGAIN))


def of_procedure(tx: Connection, key: str) -> list[Scheduled]:
    """When its cases begin by themselves, the next one first."""
    return [one for one in every(tx) if one.key == key]


def every(tx: Connection) -> list[Scheduled]:
    """Every schedule, the next one first, those that are over last."""
    names = ("key", "element_id", "definition_id", "next_at", "provisional", "last_at", "look_at")
    rows = tx.execute(select(*(start_schedule.c[name] for name in names)))
    return sorted((Scheduled(*row) for row in rows), key=_order)


def _order(one: Scheduled) -> tuple[bool, float, str, str]:
    return one.next_at is None, one.next_at.timestamp() if one.next_at else 0.0, one.key, one.element_id


def _after(
    context: Context, definition: Definition, start: Element, row: StartScheduleRow
) -> tuple[Planned, Planned | None]:
    """The instant for which the case begins, and the next one; what an outage has passed over but for the last is left out."""
    assert row.next_at is not None, "it is due"
    planned = Planned(row.next_at, row.provisional)
    for _each in range(PASSED_OVER_AT_MOST):
        try:
            following = _next(context, start, row.since, planned.at, planned.at)
        except ExpressionError as error:
            fault = Fault("", error.sentence, start.id)
            fault.definition_id, fault.unit_code = definition.id, start.properties["unit"]
            raise fault from error
        if following is None or following.at > context.now:
            return planned, following
        planned = following
    return planned, None


def _next(context: Context, start: Element, since: datetime, after: datetime, last: datetime | None) -> Planned | None:
    """`last` is the instant of the case that was begun last, if it counts: of its quarter there is no second one."""
    assert start.timer is not None
    if start.timer.kind == "date" and last is not None:
        return None
    try:
        return recurring.next_time(start.timer, context.calendar, after, since, last, _functions(context))
    except ExpressionError as error:
        error.element_id = start.id
        raise


def _functions(context: Context) -> dict[str, Callable[..., Any]]:
    def config(key: str) -> Any:
        if key not in context.rules:
            raise ExpressionError(recurring.no_rule(key))
        return context.rules[key]

    return {"config": config}


def _planned(planned: Planned | None) -> Mapping[str, Any]:
    at = planned.at if planned else None
    return {"next_at": at, "look_at": at, "provisional": planned is not None and planned.provisional}


def _written(start: Element) -> str:
    timer: TimerText | None = start.timer
    assert timer is not None
    return f"{timer.kind} {timer.text}"


def _in_force(tx: Connection, key: str) -> Definition | None:
    if key in retirement.retired(tx) or not definitions.has_version(tx, key):
        return None
    return definitions.latest(tx, key)


def _one(key: str, element_id: str) -> tuple[ColumnElement[bool], ...]:
    return start_schedule.c.key == key, start_schedule.c.element_id == element_id

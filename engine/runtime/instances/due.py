"""What falls due: drawn timers, reminders and escalations, taken one at a time and in the order of their instants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, select

from engine.db.case import case_of
from engine.db.rows import TimerRow
from engine.db.tables import start_schedule, task, thrown_event, timer
from engine.db.types import Instant
from engine.deadlines.deadlines import Deadline
from engine.deadlines.marks import SUPERVISED_FROM
from engine.messages import Message, Name, ngettext
from engine.messages import gettext as _
from engine.organisation import units
from engine.runtime.advance.advance import advance, follow_calendar
from engine.runtime.notify import notices
from engine.runtime.notify.in_step import notify
from engine.runtime.periods.overdue import last_moment, run_out
from engine.runtime.periods.timers import HELD, arm_marks, rearm
from engine.runtime.step.context import Context
from engine.runtime.step.events import Supervised, TimerFired
from engine.runtime.step.locks import lock
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import InstanceStatus, NoticeKind, TaskStatus, TimerKind

_EARLIEST = (
    select(timer.c.instance_id)
    .where(timer.c.due_at <= bindparam("now", type_=Instant))
    .order_by(timer.c.due_at, timer.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_EARLIEST_BUT = _EARLIEST.where(timer.c.instance_id.not_in(bindparam("but", expanding=True)))


def earliest(tx: Connection, now: datetime, but: Collection[str] = ()) -> str | None:
    """The instance in which something has been due longest, those in `but` left out; None when nothing is.

    On PostgreSQL the row is this transaction's alone, and the rows of others are passed over.
    """
    if but:
        return tx.scalar(_EARLIEST_BUT, {"now": now, "but": list(but)})
    return tx.scalar(_EARLIEST, {"now": now})


def next_due(tx: Connection) -> datetime | None:
    """The instant at which something falls due next in an instance, a case begins by itself, or what was thrown is heard."""
    dues = [
        tx.scalar(_next_of(column)) for column in (timer.c.due_at, start_schedule.c.look_at, thrown_event.c.look_at)
    ]
    return min((due for due in dues if due is not None), default=None)


def _next_of(column: Column[Any]) -> Select[Any]:
    return select(column).where(column.is_not(None)).order_by(column).limit(1)


def take_next(tx: Connection, context: Context, instance_id: str) -> bool:
    """The earliest thing due in this instance has happened; following a new calendar comes before anything else.

    False when nothing is due, or somebody else is at it.
    """
    locked = lock(tx, instance_id, skip_locked=True)
    if locked is None or locked.status != InstanceStatus.RUNNING:
        return False
    case = case_of(tx, instance_id)
    due = (row for row in case.rows(timer) if row.due_at is not None and row.due_at <= context.now)
    row = min(due, key=lambda row: (row.due_at, row.kind, row.id), default=None)
    if locked.calendar_version != context.calendar.version:
        follow_calendar(tx, context, locked)
        return True
    if row is None and any(found.status == TaskStatus.OPEN and found.deadline_key is None for found in case.rows(task)):
        advance(tx, context, instance_id, StepKind.WATCHED, lambda step: None)
        return True
    if row is None or (due_at := row.due_at) is None:
        return False
    advance(tx, context, instance_id, StepKind.TIMER, lambda step: _happen_in_its_scope(step, row, due_at))
    return True


def _happen_in_its_scope(step: Step, row: TimerRow, due_at: datetime) -> None:
    with step.within(row.scope_id):
        _happen(step, row, due_at)


def _happen(step: Step, row: TimerRow, due_at: datetime) -> None:
    if row.kind == TimerKind.MARK:
        _mark(step, row, due_at)
        return
    element = step.definition.diagram.elements[row.element_id]
    step.record(TimerFired(row.id, row.element_id, due_at.isoformat()))
    step.fired_in[row.id] = row.scope_id
    record = step.period_here(element.properties.get("deadline", ""))
    if record is not None:
        run_out(step, record.key)
    if row.id.startswith(HELD):
        return  # its drawn timer is not there: what is drawn behind it happens when its task is reached again
    repeating = element.timer is not None and element.timer.kind == "cycle"
    first = step.definition.diagram.first_task(element)
    still_open = first is not None and any(
        found == first.id and row.scope_id in step.scopes.outwards(at) for found, at in step.live()
    )
    endless = repeating and element.times is None
    if not (endless and still_open):  # what was asked for the last time is asked for once, not again and again
        step.workflow.fire(row.id)
    if repeating:
        armed = next((event for event in step.workflow.armed_events() if event.id == row.id), None)
        if armed is not None:
            rearm(step, armed, row.number + 1)
    else:
        _forget(step, row)


def _forget(step: Step, row: TimerRow) -> None:
    if (armed := step.case.get(timer, row.id)) is not None:
        step.case.remove(timer, armed)


def _mark(step: Step, row: TimerRow, due_at: datetime) -> None:
    """A reminder before the end, the end of a task's own period, or an escalation; the next one is armed behind it."""
    record = next((record for record in step.deadlines.values() if record.id == row.id), None)
    if record is None or not record.is_open:
        _forget(step, row)
        return
    if due_at < record.due_at:
        _remind(step, record, due_at)
    elif due_at == record.due_at:
        run_out(step, record.key)
    else:
        _escalate(step, record, row.number, due_at)
    arm_marks(step, record.key, due_at)


def _remind(step: Step, record: Deadline, at: datetime) -> None:
    """Whoever is asked to do it now, and the unit's liaison."""
    told = {"period": Name(record.name), "when": last_moment(record)}
    if step.now >= record.due_at:  # nothing ran that long: what is over is not told as still to come
        text = (
            _("Late reminder: the %(period)s ended on %(when)s.", **told)
            if record.hard
            else _("Late reminder: the recommended date of %(period)s was %(when)s and has passed.", **told)
        )
    elif record.hard:
        text = _("The %(period)s ends on %(when)s. Complete it soon.", **told)
    else:
        text = _("%(period)s should be done by %(when)s. Complete it soon.", **told)
    owner = notices.owner_of(step.tx, record)
    roles = sorted(owner.roles | {"liaison"})
    notify(step, NoticeKind.REMIND, owner.unit_code, roles, text, record.id, at, also=owner.people, about=owner.step)


def _escalate(step: Step, record: Deadline, number: int, at: datetime) -> None:
    """The principal leader and the justice bureau; from the second time on the period is an item of supervision.

    A recommended one is escalated once, with that second time (2.0.2): nobody's silence stays unnoticed.
    """
    kind = NoticeKind.ESCALATE if record.hard else NoticeKind.SLOW
    if number >= SUPERVISED_FROM and notices.supervise(step.tx, record, step.now):
        step.record(Supervised(record.key, record.unit_code))
    text = _escalation(record, number)
    owner = notices.owner_of(step.tx, record)
    notify(step, kind, owner.unit_code, ["principal_leader"], text, record.id, at, about=owner.step)
    for bureau in units.every(step.tx, step.now, ("justice_bureau",)):
        notify(step, kind, bureau.code, ["case_officer"], text, record.id, at, about=owner.step)


def _escalation(record: Deadline, number: int) -> Message:
    told = {"period": Name(record.name), "when": last_moment(record)}
    if number < SUPERVISED_FROM:
        return _("The %(period)s ended on %(when)s and has not been met. See that it is completed.", **told)
    if record.hard:
        return ngettext(
            "The %(period)s ended on %(when)s. It was escalated once and is still open, so it is now a supervision "
            "item.",
            "The %(period)s ended on %(when)s. It was escalated %(num)s times and is still open, so it is now a "
            "supervision item.",
            number,
            **told,
        )
    if record.of_task:
        return _(
            "The recommended date of %(period)s (%(when)s) has passed and it is still not done. It is now a "
            "supervision item.",
            **told,
        )
    return _("The %(period)s (%(when)s) has passed and it is still not done. It is now a supervision item.", **told)

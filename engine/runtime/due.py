"""What falls due: drawn timers, reminders and escalations, taken one at a time and in the order of their instants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, true

from engine.db.tables import process_instance, task, timer
from engine.deadlines.deadlines import Deadline
from engine.deadlines.marks import SUPERVISED_FROM
from engine.organisation import units
from engine.runtime import notices
from engine.runtime.advance import advance, follow_calendar
from engine.runtime.events import Supervised, TimerFired
from engine.runtime.locks import lock
from engine.runtime.overdue import last_moment, run_out, soft_name
from engine.runtime.step import Context, Step
from engine.runtime.timers import HELD, arm_marks, rearm


def instances_due(tx: Connection, context: Context, limit: int = 200) -> list[str]:
    """Running instances in which something is due, the longest overdue first, and those that a new calendar waits for."""
    rows = tx.execute(
        select(timer.c.instance_id)
        .join(process_instance, process_instance.c.id == timer.c.instance_id)
        .where(timer.c.due_at <= context.now, process_instance.c.status == "running")
        .order_by(timer.c.due_at, timer.c.id)
        .limit(limit)
    )
    old = process_instance.c.calendar_version.is_distinct_from(context.calendar.version)
    behind = select(process_instance.c.id).where(process_instance.c.status == "running", old).limit(limit)
    return list(dict.fromkeys([*(row.instance_id for row in rows), *tx.scalars(behind)]))


def unwatched(tx: Connection, instance_id: str | None = None) -> list[str]:
    """Running instances with an open task of an older version of the program: nobody would notice its silence yet."""
    statement = (
        select(task.c.instance_id)
        .join(process_instance, process_instance.c.id == task.c.instance_id)
        .where(task.c.status == "open", task.c.deadline_key.is_(None), process_instance.c.status == "running")
        .distinct()
    )
    own = task.c.instance_id == instance_id if instance_id is not None else true()
    return list(tx.scalars(statement.where(own)))


def next_due(tx: Connection) -> datetime | None:
    """The instant at which something falls due next in a running instance."""
    return tx.scalar(
        select(timer.c.due_at)
        .join(process_instance, process_instance.c.id == timer.c.instance_id)
        .where(timer.c.due_at.is_not(None), process_instance.c.status == "running")
        .order_by(timer.c.due_at)
        .limit(1)
    )


def take_next(tx: Connection, context: Context, instance_id: str) -> bool:
    """The earliest thing due in this instance has happened; following a new calendar comes before anything else.

    False when nothing is due, or somebody else is at it.
    """
    locked = lock(tx, instance_id, skip_locked=True)
    row = tx.execute(
        select(timer)
        .where(timer.c.instance_id == instance_id, timer.c.due_at <= context.now)
        .order_by(timer.c.due_at, timer.c.kind, timer.c.id)
        .limit(1)
    ).first()
    if locked is None or locked.status != "running":
        return False
    if locked.calendar_version != context.calendar.version:
        follow_calendar(tx, context, locked)
        return True
    if row is None and unwatched(tx, instance_id):
        advance(tx, context, instance_id, "watched", lambda step: None)
        return True
    if row is None:
        return False
    advance(tx, context, instance_id, "timer", lambda step: _happen(step, row))
    return True


def _happen(step: Step, row: Row[Any]) -> None:
    if row.kind == "mark":
        _mark(step, row)
        return
    element = step.definition.diagram.elements[row.element_id]
    step.record(TimerFired(row.id, row.element_id, row.due_at.isoformat()))
    key = element.properties.get("deadline")
    if key and key in step.deadlines:
        run_out(step, key)
    if row.id.startswith(HELD):
        return  # its drawn timer is not there: what is drawn behind it happens when its task is reached again
    repeating = element.timer is not None and element.timer.kind == "cycle"
    first = step.definition.diagram.first_task(element)
    still_open = first is not None and any(waiting.element_id == first.id for waiting in step.workflow.user_tasks())
    if not (repeating and still_open):  # what was asked for the last time is asked for once, not again and again
        step.workflow.fire(row.id)
    if repeating:
        armed = next((event for event in step.workflow.armed_events() if event.id == row.id), None)
        if armed is not None:
            rearm(step, armed, row.number + 1)
    else:
        step.tx.execute(delete(timer).where(timer.c.id == row.id))


def _mark(step: Step, row: Row[Any]) -> None:
    """A reminder before the end, the end of a task's own period, or an escalation; the next one is armed behind it."""
    record = next((record for record in step.deadlines.values() if record.id == row.id), None)
    if record is None or not record.is_open:
        step.tx.execute(delete(timer).where(timer.c.id == row.id))
        return
    if row.due_at < record.due_at:
        _remind(step, record, row.due_at)
    elif row.due_at == record.due_at:
        run_out(step, record.key)
    else:
        _escalate(step, record, row.number, row.due_at)
    arm_marks(step, record.key, row.due_at)


def _remind(step: Step, record: Deadline, at: datetime) -> None:
    """Whoever is asked to do it now, and the unit's liaison."""
    text = f"{record.name}将于 {last_moment(record)} 届满，请抓紧办理。"
    if not record.hard:
        text = f"{record.name}建议在 {last_moment(record)} 前完成，请抓紧办理。"
    if step.now >= record.due_at:  # nothing ran that long: what is over is not told as still to come
        text = (
            f"补发提醒：{record.name}的{'届满时间' if record.hard else '建议时间'}是 {last_moment(record)}，已经过了。"
        )
    owner = notices.owner_of(step.tx, record)
    roles = sorted(owner.roles | {"liaison"})
    step.notify("remind", owner.unit_code, roles, text, record.id, at, also=owner.people, about=owner.step)


def _escalate(step: Step, record: Deadline, number: int, at: datetime) -> None:
    """The principal leader and the justice bureau; from the second time on the period is an item of supervision.

    A recommended one is escalated once, with that second time (2.0.2): nobody's silence stays unnoticed.
    """
    kind = "escalate" if record.hard else "slow"
    text = f"{record.name}已于 {last_moment(record)} 届满，至今未办结，请督促办理。"
    if number >= SUPERVISED_FROM:
        text = f"{record.name}已于 {last_moment(record)} 届满，督促 {number} 次仍未办结，已列为督办事项。"
        if not record.hard:
            text = f"{soft_name(record)}（{last_moment(record)}）已过，至今没有办完，已列为督办事项。"
        if notices.supervise(step.tx, record, step.now):
            step.record(Supervised(record.key, record.unit_code))
    owner = notices.owner_of(step.tx, record)
    step.notify(kind, owner.unit_code, ["principal_leader"], text, record.id, at, about=owner.step)
    for bureau in units.every(step.tx, step.now, ("justice_bureau",)):
        step.notify(kind, bureau.code, ["case_officer"], text, record.id, at, about=owner.step)

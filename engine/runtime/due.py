"""What falls due: drawn timers, reminders and escalations, taken one at a time and in the order of their instants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from engine.clock import local
from engine.db.tables import process_instance, timer
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.runtime.advance import advance
from engine.runtime.step import Context, Step
from engine.runtime.timers import arm_marks, rearm


def instances_due(tx: Connection, now: datetime, limit: int = 200) -> list[str]:
    """Running instances in which something is due, the longest overdue first."""
    rows = tx.execute(
        select(timer.c.instance_id)
        .join(process_instance, process_instance.c.id == timer.c.instance_id)
        .where(timer.c.due_at <= now, process_instance.c.status == "running")
        .order_by(timer.c.due_at, timer.c.id)
        .limit(limit)
    )
    return list(dict.fromkeys(row.instance_id for row in rows))


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
    """The earliest thing due in this instance has happened. False when nothing is due, or somebody else is at it."""
    locked = tx.execute(
        select(process_instance.c.id)
        .where(process_instance.c.id == instance_id, process_instance.c.status == "running")
        .with_for_update(skip_locked=True)
    ).first()
    row = tx.execute(
        select(timer)
        .where(timer.c.instance_id == instance_id, timer.c.due_at <= context.now)
        .order_by(timer.c.due_at, timer.c.kind, timer.c.id)
        .limit(1)
    ).first()
    if locked is None or row is None:
        return False
    advance(tx, context, instance_id, "timer", lambda step: _happen(step, row))
    return True


def _happen(step: Step, row: Row[Any]) -> None:
    if row.kind == "mark":
        _mark(step, row)
        return
    element = step.definition.diagram.elements[row.element_id]
    step.tell("timer", id=row.id, element=row.element_id, due=row.due_at.isoformat())
    key = element.properties.get("deadline")
    if key and key in step.deadlines:
        run_out(step, key)
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


def run_out(step: Step, key: str) -> None:
    """The period has run out, once and for good; its unit and the other side are told."""
    before = step.deadlines[key]
    record = step.deadlines[key] = deadlines.mark_overdue(step.tx, before, step.now)
    if record.status == before.status:
        return
    step.tell("deadline", key=key, status=record.status, due=record.due_at.isoformat())
    if record.hard:
        text = f"{record.name}已于 {_last_moment(record)} 届满，尚未办结。"
        step.notify("overdue", record.unit_code, ["case_officer", "principal_leader"], text, record.id, record.due_at)
        for other in sorted(step.parties() - {record.unit_code}):
            step.notify("overdue", other, ["liaison"], text, record.id, record.due_at)


def _mark(step: Step, row: Row[Any]) -> None:
    """A reminder before the end, or an escalation after it; the next one is armed behind it."""
    record = next((record for record in step.deadlines.values() if record.id == row.id), None)
    if record is None or not record.is_open:
        step.tx.execute(delete(timer).where(timer.c.id == row.id))
        return
    if row.due_at < record.due_at:
        text = f"{record.name}将于 {_last_moment(record)} 届满，请抓紧办理。"
        step.notify("remind", record.unit_code, ["case_officer", "liaison"], text, record.id, row.due_at)
    elif row.due_at > record.due_at and record.hard:
        text = f"{record.name}已于 {_last_moment(record)} 届满，至今未办结，请督促办理。"
        step.notify("escalate", record.unit_code, ["principal_leader"], text, record.id, row.due_at)
        step.notify("escalate", "justice_bureau", ["case_officer"], text, record.id, row.due_at)
    arm_marks(step, record.key, row.due_at)


def _last_moment(record: Deadline) -> str:
    at = local(record.due_at)
    if record.last_day is not None and at.hour == 0 and at.minute == 0:
        day = local(record.due_at - timedelta(days=1))
        return f"{day.month}月{day.day}日 24:00{'（暂定）' if record.provisional else ''}"
    return f"{at.month}月{at.day}日 {at:%H:%M}"

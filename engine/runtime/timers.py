"""The rows that say when something falls due: drawn timers, and the reminders and escalations of a period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.bpmn.elements import Element
from engine.bpmn.workflow import Open, WorkflowFault
from engine.db.tables import timer
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.deadlines.marks import next_mark
from engine.runtime.step import Step

CYCLE_LIMIT = 1000
"""Times that a repeating timer may have lain in the past when it is armed."""


def arm(step: Step) -> None:
    """Every armed timer of the workflow has a row that says when; rows of timers that are gone are gone."""
    stored = {
        row.id: row
        for row in step.tx.execute(
            select(timer).where(timer.c.instance_id == step.instance_id, timer.c.kind == "due")
        ).all()
    }
    elements = step.definition.diagram.elements
    armed = {event.id: event for event in step.workflow.armed_events() if elements[event.element_id].timer}
    for event_id, event in armed.items():
        element = elements[event.element_id]
        if event_id not in stored:
            step.tx.execute(insert(timer).values(**_row(step, event, element, number=1)))
        elif "deadline" in element.properties:
            due_at = _due(step.deadlines[element.properties["deadline"]])
            step.tx.execute(update(timer).where(timer.c.id == event_id).values(due_at=due_at))
    gone = [event_id for event_id in stored if event_id not in armed]
    if gone:
        step.tx.execute(delete(timer).where(timer.c.id.in_(gone)))


def rearm(step: Step, event: Open, number: int) -> None:
    """The repeating timer waits for its n-th instant."""
    row = _row(step, event, step.definition.diagram.elements[event.element_id], number)
    step.tx.execute(update(timer).where(timer.c.id == event.id).values(**row))


def _row(step: Step, event: Open, element: Element, number: int) -> dict[str, Any]:
    if "deadline" in element.properties:
        due_at: datetime | None = _start_period(step, element)
    else:
        due_at, number = _instant(step, element, number)
    return {
        "id": event.id,
        "instance_id": step.instance_id,
        "element_id": element.id,
        "kind": "due",
        "due_at": due_at,
        "interrupting": element.interrupting,
        "number": number,
    }


def _instant(step: Step, element: Element, number: int) -> tuple[datetime | None, int]:
    """When the timer falls due next, and which time that is; None keeps it dormant.

    A repeating timer begins with the first time that is still to come: a case entered late gets no storm of old ones.
    """
    assert element.timer is not None
    count = step.evaluate_timer(element.timer, number)
    while element.timer.kind == "cycle" and count is not None and count.due_at <= step.now and number < CYCLE_LIMIT:
        number += 1
        count = step.evaluate_timer(element.timer, number)
    return (count.due_at if count else None), number


def _due(record: Deadline) -> datetime | None:
    """A period that stands still is due at no time."""
    return None if record.paused else record.due_at


def _start_period(step: Step, element: Element) -> datetime | None:
    """The period's record is running: a new one, or the open one of its key. Returns its due instant."""
    key = element.properties["deadline"]
    record = step.deadlines.get(key)
    if record is None or not record.is_open:
        assert element.timer is not None
        count = step.evaluate_timer(element.timer, 1)
        if count is None:
            raise WorkflowFault(f"期限“{element.name}”没有起算时间。", element.id)
        unit = element.properties.get("unit")
        record = step.deadlines[key] = deadlines.start(
            step.tx,
            instance_id=step.instance_id,
            key=key,
            element_id=element.id,
            name=element.properties.get("title") or element.name,
            rule=element.properties.get("rule", ""),
            basis=element.properties.get("basis", ""),
            hard=element.properties.get("hard", "true") == "true",
            unit_code=step.unit_of(unit) if unit else None,
            count=count,
            now=step.now,
        )
        step.tell("deadline", key=key, status="running", due=record.due_at.isoformat())
    return _due(record)


def arm_marks(step: Step, key: str, after: datetime) -> None:
    """The period's next reminder or escalation after this instant has its row; one that is over or stands still has none."""
    record = step.deadlines[key]
    step.tx.execute(delete(timer).where(timer.c.id == record.id))
    mark = next_mark(record, after, step.context.calendar, step.context.rules["escalation.repeat_wd"])
    if record.is_open and not record.paused and mark is not None:
        step.tx.execute(
            insert(timer).values(
                id=record.id,
                instance_id=step.instance_id,
                element_id=record.element_id,
                kind="mark",
                due_at=mark.at,
                interrupting=False,
                number=mark.number,
            )
        )

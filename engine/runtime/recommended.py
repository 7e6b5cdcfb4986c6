"""The recommended time of a task that no period is drawn for: whoever is silent is noticed, at every step of every procedure.

A task is worked under the period that is drawn on it or that it names, as long as that one is open, or under the limit that
closes it. Every other task has a period of its own: what its property `recommended` says, else the city's general one
(`task.recommended_wd`). It is a record like a drawn one, recommended (2.0.2: it is told and reported, never called overdue),
and begins and ends with its task.
"""

from __future__ import annotations

from hashlib import sha256

from engine.bpmn.elements import Element
from engine.bpmn.expressions import compile_expression
from engine.deadlines import counting, deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import OF_TASK
from engine.errors import ExpressionError
from engine.runtime.step import Step
from engine.runtime.timers import arm_marks

GENERAL = "task.recommended_wd"
KEY_LIMIT = 64


def period_key(step: Step, element: Element, unit_code: str) -> str | None:
    """The key of the period under which the task that opens now is worked; its own period has begun when it needs one.

    Raises ExpressionError with the element when `recommended` cannot be counted.
    """
    drawn = step.definition.diagram.deadline_of(element)
    if drawn is not None and drawn in step.deadlines and step.deadlines[drawn].is_open:
        return drawn
    if any(event.interrupting and event.timer for event in step.definition.diagram.attached(element.id)):
        return drawn
    key = _key(element)
    record = step.deadlines.get(key)
    if record is None or not record.is_open:
        step.deadlines[key] = record = deadlines.start(
            step.tx,
            instance_id=step.instance_id,
            key=key,
            element_id=element.id,
            name=f"“{element.name}”",
            rule="",
            basis="图上没有给这个环节画期限，按一般的建议时间计算",
            hard=False,
            unit_code=unit_code,
            count=_count(step, element),
            now=step.now,
        )
        step.tell("deadline", key=key, status="running", due=record.due_at.isoformat())
        arm_marks(step, key, step.now)
    return key


def _key(element: Element) -> str:
    """No period that is drawn can have it: a colon stands in it."""
    key = f"{OF_TASK}{element.id}"
    return key if len(key) <= KEY_LIMIT else OF_TASK + sha256(element.id.encode()).hexdigest()[:32]


def _count(step: Step, element: Element) -> Count:
    own = element.properties.get("recommended")
    try:
        count = step.evaluate_period(own) if own else None
    except ExpressionError as error:
        error.element_id, error.names = element.id, compile_expression(own or "").names
        raise
    return count or counting.working_days(step.context.calendar, step.context.rules[GENERAL], step.now)

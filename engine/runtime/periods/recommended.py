"""The recommended time of a task that no running period holds: whoever is silent is noticed, at every step of every procedure.

A task is worked under the period that is drawn on it or that it names, or under the limit that closes it. While there is no
such period, because none is drawn, it has ended, or it stands still, the task has one of its own: what its property
`recommended` says, else the city's general one (`task.recommended_wd`). It is a record like a drawn one, recommended (2.0.2: it
is told and reported, never called overdue), ends with its task, and falls away when the drawn period runs again.
"""

from __future__ import annotations

from hashlib import sha256

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression
from engine.deadlines import counting, deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import OF_TASK
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.messages import in_chinese
from engine.runtime.periods.timers import arm_marks
from engine.runtime.step.events import PeriodStands
from engine.runtime.step.step import Step

GENERAL = "task.recommended_wd"
KEY_LIMIT = 64
BASIS = _("This step has no period, or its period is paused. This is the recommended time for it")
"""On what ground such a period is counted: kept in Chinese with the record, as the words of the plan are with others."""


def period_key(step: Step, element: Element, unit_code: str) -> str:
    """The key of the period under which the open task is worked; its own period has begun, or falls away, by then.

    Empty for a task that only a limit holds: it has been looked at, which nothing (NULL) would not say. While the drawn one
    stands still, the task is shown under it, and its own runs beside it. Raises ExpressionError with the element when
    `recommended` cannot be counted.
    """
    drawn, own = step.definition.diagram.deadline_of(element), _key(element.id)
    record = step.period(drawn) if drawn is not None else None
    if record is not None and record.is_open and not record.paused:
        _end(step, own)
        return record.key
    if any(event.interrupting and event.timer for event in step.definition.diagram.attached(element.id)):
        return drawn or ""
    _begin(step, element, own, unit_code)
    return record.key if record is not None and record.is_open else deadlines.key_in(own, step.scope_id)


def lapse(step: Step, element_id: str) -> None:
    """The task at this element is over without having been done, and so is its own period, whoever has the next one."""
    _end(step, _key(element_id))


def _begin(step: Step, element: Element, key: str, unit_code: str) -> None:
    before = step.period_here(key)
    if before is not None and before.is_open:
        return
    record = deadlines.start(
        step.tx,
        instance_id=step.instance_id,
        key=key,
        element_id=element.id,
        name=in_chinese(_("'%(word)s'", word=element.name)),
        rule="",
        basis=in_chinese(BASIS),
        hard=False,
        unit_code=unit_code,
        count=_count(step, element),
        now=step.now,
        scope_id=step.scope_id,
    )
    step.deadlines[record.key] = record
    step.record(PeriodStands(record.key, "running", record.due_at.isoformat()))
    arm_marks(step, record.key, step.now)


def _end(step: Step, key: str) -> None:
    record = step.period_here(key)
    if record is not None and record.is_open:
        step.deadlines[record.key] = record = deadlines.cancel(step.tx, record, step.now)
        step.record(PeriodStands(record.key, record.status))
        arm_marks(step, record.key, step.now)


def _key(element_id: str) -> str:
    """No period that is drawn can have it: a colon stands in it."""
    key = f"{OF_TASK}{element_id}"
    return key if len(key) <= KEY_LIMIT else OF_TASK + sha256(element_id.encode()).hexdigest()[:32]


def _count(step: Step, element: Element) -> Count:
    own = element.properties.get("recommended")
    try:
        count = step.evaluate_period(own) if own else None
    except ExpressionError as error:
        error.element_id, error.names = element.id, compile_expression(own or "").names
        raise
    return count or counting.working_days(step.context.calendar, step.context.rules[GENERAL], step.now)

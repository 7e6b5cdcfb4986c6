"""After the correction of a fact: every period and timer that is counted from it is counted anew (C12).

What was decided on the way still holds: an extension keeps its day, within the cap of the corrected start; an urgency
keeps its instant; and an overdue is never taken back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.db.tables import timer
from engine.deadlines import counting, deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from engine.deadlines.functions import evaluate_period, exclusive
from engine.runtime.periods.moves import move_deadline
from engine.runtime.periods.overdue import run_out
from engine.runtime.periods.timers import rearm
from engine.runtime.step.events import PeriodNoted
from engine.runtime.step.scopes import ScopeId
from engine.runtime.step.step import Step
from engine.states import MoveReason, PeriodStatus

WHY = MoveReason.CORRECTED


def recount(step: Step, fact: str, said_in: ScopeId = None) -> None:
    """Periods and timers that read the fact follow what it says now; one that has run out by that is overdue at once.

    Those that do not see the scope in which it was said stand as they are.
    """
    for record in deadlines.of_instance(step.tx, step.instance_id):
        element = step.definition.diagram.elements[record.element_id]
        is_open_to_it = record.status != PeriodStatus.CANCELLED and _sees(step, record.scope_id, said_in)
        if is_open_to_it and _reads(element, fact):
            with step.within(record.scope_id):
                _recount_one(step, element, record)
    _rearm_others(step, fact, said_in)


def _sees(step: Step, scope_id: ScopeId, said_in: ScopeId) -> bool:
    """Whether what is said in the one scope is read in the other."""
    heard = set(step.scopes.heard_in(said_in))
    return any(level in heard for level in step.scopes.outwards(scope_id))


def _recount_one(step: Step, element: Element, record: Deadline) -> None:
    if record.is_open and not record.paused:
        run_out(step, record.key)
        record = step.deadlines[record.key]
    count = _counted(step, element, record)
    if count is None or (count.due_at, count.start_at) == (record.due_at, record.start_at):
        return
    if not record.is_open:
        deadlines.note(step.tx, record, count, WHY, step.now)
        step.record(PeriodNoted(record.key, WHY, count.due_at.isoformat()))
        return
    move_deadline(step, record.key, count, WHY)
    if not record.paused:
        run_out(step, record.key)


def _counted(step: Step, element: Element, record: Deadline) -> Count | None:
    """The period as it would have been counted, had the fact been said so at first, with what has changed it since."""
    count = _evaluate(step, element.timer.text if element.timer else "", record)
    if count is None:
        return None
    if record.past_pauses and count.kind == "working_days" and count.number is not None:
        count = counting.working_days(step.context.calendar, count.number, count.start_at, pauses=record.past_pauses)
    whys = [move["why"] for move in record.moves]
    if MoveReason.SHORTENED in whys:
        urgent = [
            _evaluate(step, text, record) for text in _operations(step, record.name_drawn, "shorten_deadline", "to")
        ]
        return min([count, *filter(None, urgent)], key=lambda found: found.due_at)
    if MoveReason.EXTENDED in whys:
        until = max(datetime.fromisoformat(move["to"]) for move in record.moves if move["why"] == MoveReason.EXTENDED)
        for text in _operations(step, record.name_drawn, "extend_deadline", "cap"):
            until = min(until, exclusive(step.evaluate(text), step.context.calendar))
        if until > count.due_at:
            return counting.until(step.context.calendar, count.start_at, until, record.past_pauses, count.kind)
    return count


def _evaluate(step: Step, text: str, record: Deadline) -> Count | None:
    """The expression's instant; what it calls now is when the period was armed."""
    functions = {**step.functions(), "now": lambda: record.armed_at}
    return evaluate_period(text, step.facts, step.context.calendar, functions)


def _operations(step: Step, key: str, operation: str, parameter: str) -> list[str]:
    """The expressions with which the diagram changes the period."""
    own = {"operation": operation, "deadline": key}
    elements = step.definition.diagram.elements.values()
    return [found.properties[parameter] for found in elements if own.items() <= found.properties.items()]


def _reads(element: Element, fact: str) -> bool:
    text = element.timer.text if element.timer else ""
    if not text or read_instant(text) is not None or read_duration(text) is not None:
        return False
    return fact in compile_expression(text).names


def _rearm_others(step: Step, fact: str, said_in: ScopeId) -> None:
    """Timers that are no periods: limits and repeated requests."""
    elements = step.definition.diagram.elements
    numbers = dict(
        step.tx.execute(select(timer.c.id, timer.c.number).where(timer.c.instance_id == step.instance_id)).all()
    )
    for event in step.workflow.armed_events():
        element = elements[event.element_id]
        is_timer = event.id in numbers and "deadline" not in element.properties
        if is_timer and _reads(element, fact) and _sees(step, step.scopes.at(event.place), said_in):
            rearm(step, event, numbers[event.id])

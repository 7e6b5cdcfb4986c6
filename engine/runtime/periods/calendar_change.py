"""After another calendar has come into force: every open period is counted with it, and its timer follows (P1-14).

What was decided and told on the way still holds: how many days the period has and from when, the day of an extension
within its cap, the close of business. What had run out when the calendar came into force stays as it was recorded, and
what has ended is not judged anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.bpmn.reading import by_event
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.clock import local
from engine.db.tables import scope, task, timer
from engine.deadlines import counting, deadlines, years
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from engine.deadlines.functions import KINDS, evaluate_period, exclusive
from engine.runtime.periods.moves import move_deadline
from engine.runtime.periods.overdue import run_out
from engine.runtime.periods.timers import DONE
from engine.runtime.step.events import PeriodCountedAnew
from engine.runtime.step.step import Step
from engine.states import MoveReason, TaskStatus

WHY = MoveReason.CALENDAR


def is_touched(step: Step, before: Calendar | None) -> bool:
    """Whether anything in the instance is counted otherwise than with the calendar from before."""
    moved = (_counted_anew(step, record) for record in step.deadlines.values())
    return any(moved) or bool(_timers(step, before))


def follow(step: Step, before: Calendar | None) -> None:
    """Every open period and timer of the instance is counted with the calendar in force; who is concerned is told."""
    for record in list(step.deadlines.values()):
        follow_period(step, record)
    for event_id, due_at in _timers(step, before):
        step.case.change(timer, step.case.one(timer, event_id), due_at=due_at)


def follow_period(step: Step, record: Deadline) -> None:
    """The period, when it is open, is counted with the calendar in force: also one that was met before it, and goes on."""
    with step.within(record.scope_id):
        _follow_period(step, record)


def _follow_period(step: Step, record: Deadline) -> None:
    count = _counted_anew(step, record)
    if count is None:
        return
    if not record.paused and record.due_at <= years.active_from(step.tx, step.context.calendar.version):
        run_out(step, record.key)
    elif count.due_at == record.due_at:
        step.deadlines[record.key] = deadlines.count_anew(step.tx, record, count)
        step.record(PeriodCountedAnew(record.key, count.due_at.isoformat()))
    else:
        move_deadline(step, record.key, count, WHY)
        if not record.paused:
            run_out(step, record.key)


def _counted_anew(step: Step, record: Deadline) -> Count | None:
    """How the open period is counted now; None when that is as it was, in its days and in what is known of them."""
    with step.within(record.scope_id):
        count = _counted(step, record) if record.is_open else None
    return None if count is None or deadlines.is_counted_so(record, count) else count


def _counted(step: Step, record: Deadline) -> Count | None:
    """The period as it stands, counted with the calendar in force; None when no calendar has a say in it."""
    if record.last_day is None or record.number is None or record.kind not in KINDS:
        return None
    calendar = replace(step.context.calendar, cutoff=local(record.due_at).time())
    if _end_was_chosen(record):
        return _until(step, record, calendar)
    if record.kind == "working_days":
        return counting.working_days(calendar, record.number, record.start_at, pauses=record.past_pauses)
    return KINDS[record.kind](calendar, record.number, record.start_at)


def _end_was_chosen(record: Deadline) -> bool:
    """Whether the last day is one that somebody named and the other side was told, not one that was counted."""
    whys = [
        move["why"]
        for move in record.moves
        if move["why"] in (MoveReason.EXTENDED, MoveReason.SHORTENED, MoveReason.RESUMED)
    ]
    return whys[-1:] == [MoveReason.EXTENDED]


def _until(step: Step, record: Deadline, calendar: Calendar) -> Count:
    """The day that was told; the next working day when it has become a day off, and never a day behind the cap."""
    assert record.last_day is not None
    last = record.last_day
    until = record.due_at if calendar.is_working_day(last) else calendar.close_of(calendar.next_working_day(last))
    for element in step.definition.diagram.elements.values():
        own = {"operation": "extend_deadline", "deadline": record.name_drawn}
        if own.items() <= element.properties.items():
            until = min(until, exclusive(step.evaluate(element.properties["cap"]), calendar))
    return counting.until(calendar, record.start_at, until, record.past_pauses)


def _timers(step: Step, before: Calendar | None) -> list[tuple[str, datetime | None]]:
    """Drawn timers that are no periods, and have another instant than with the calendar from before; and that instant."""
    if before is None:
        return []
    numbers = {row.id: row.number for row in step.case.rows(timer)}
    found = []
    for event in step.workflow.armed_events():
        element, number = step.definition.diagram.elements[event.element_id], numbers.get(event.id, DONE)
        if number != DONE and "deadline" not in element.properties and _counts_days(element):
            with step.within(step.scopes.at(event.place)):
                old, new = (_instant(step, element, number, calendar) for calendar in (before, step.context.calendar))
            if old != new:
                found.append((event.id, new))
    return found


def _counts_days(element: Element) -> bool:
    text = element.timer.text if element.timer else ""
    if not text or read_instant(text) is not None or read_duration(text) is not None:
        return False
    return bool(compile_expression(text).functions & (KINDS.keys() - {"hours"}))


def _instant(step: Step, element: Element, number: int, calendar: Calendar) -> datetime | None:
    assert element.timer is not None
    names: dict[str, Any] = {"n": number} if element.timer.kind == "cycle" else {}
    functions: dict[str, Callable[..., Any]] = {**step.functions(), "now": lambda: _armed_at(step, element)}
    count = evaluate_period(element.timer.text, {**step.facts, **names}, calendar, functions)
    return count.due_at if count else None


def _armed_at(step: Step, element: Element) -> datetime:
    """When the activity at whose edge the timer is drawn was begun, or the scope whose event sub-process it begins."""
    if by_event.handled_by(step.definition.diagram, element) is not None:
        around = step.case.get(scope, step.scope_id) if step.scope_id is not None else None
        began: datetime = around.opened_at if around is not None else step.instance["started_at"]
        return began
    begun = [*_tasks(step, element), *_scopes(step, element), *_calls(step, element)]
    return max(begun, default=step.now)


def _tasks(step: Step, element: Element) -> Iterator[datetime]:
    for row in step.case.rows(task):
        is_host = (row.element_id, row.scope_id) == (element.attached_to, step.scope_id)
        if is_host and row.status == TaskStatus.OPEN:
            yield row.opened_at


def _scopes(step: Step, element: Element) -> Iterator[datetime]:
    for row in step.case.rows(scope):
        if (row.element_id, row.parent_id) == (element.attached_to, step.scope_id) and row.ended_at is None:
            yield row.opened_at


def _calls(step: Step, element: Element) -> Iterator[datetime]:
    waits = {
        call.id
        for call in step.workflow.open_calls()
        if element.attached_to == call.element_id and step.scope_id in step.scopes.outwards(step.scopes.at(call.place))
    }
    return (row.started_at for row in step.case.children() if row.origin_task_id in waits)

"""The rows that say when something falls due: drawn timers, and the reminders and escalations of a period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.spiff.workflow import Open, WorkflowFault
from engine.db.tables import fired_timer, timer
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.deadlines.marks import next_mark
from engine.errors import ExpressionError
from engine.messages import Name
from engine.messages import gettext as _
from engine.runtime.step.events import PeriodGoesOn, PeriodStands, TimerFired
from engine.runtime.step.scopes import ScopeId
from engine.runtime.step.step import Step
from engine.states import PeriodStatus, TimerKind

HELD = "held-"
"""Begins the id of the timer row of a held period: one that goes on while its own task has been sent back."""
DONE = 0
"""Instead of a number: the timer did its work before its task was opened again, and does not do it twice."""
CYCLE_LIMIT = 1000
"""Times that a repeating timer may have lain in the past when it is armed."""


def arm(step: Step) -> None:
    """Every armed timer of the workflow has a row that says when; rows of timers that are gone are gone."""
    stored = {row.id: row for row in step.case.rows(timer) if row.kind == TimerKind.DUE}
    elements = step.definition.diagram.elements
    armed = {event.id: event for event in step.workflow.armed_events() if elements[event.element_id].timer}
    _follow_held(step, {(event.element_id, step.scopes.at(event.place)) for event in armed.values()})
    for event_id, event in armed.items():
        element = elements[event.element_id]
        with step.within(step.scopes.at(event.place)):
            if event_id not in stored:
                step.case.add(timer, _row(step, event, element, number=1))
            elif "deadline" in element.properties and stored[event_id].number != DONE:
                record = _running(step, element)
                waits = record.is_open or element.attached_to is not None  # the event goes with what it is attached to
                due_at = _due(record) if waits else None
                step.case.change(timer, stored[event_id], due_at=due_at)
    for event_id, row in stored.items():
        if event_id not in armed and not event_id.startswith(HELD):
            step.case.remove(timer, row)


def rearm(step: Step, event: Open, number: int) -> None:
    """The repeating timer waits for its n-th instant."""
    with step.within(step.scopes.at(event.place)):
        row = _row(step, event, step.definition.diagram.elements[event.element_id], number)
    if (armed := step.case.get(timer, event.id)) is not None:
        step.case.change(timer, armed, **row)


def _row(step: Step, event: Open, element: Element, number: int) -> dict[str, Any]:
    try:
        if "deadline" in element.properties:
            due_at: datetime | None = _start_period(step, element)
        else:
            due_at, number = _instant(step, element, number)
    except ExpressionError as error:
        error.element_id = element.id
        raise
    if _is_done(step, element, due_at):
        due_at, number = None, DONE
    return {
        "id": event.id,
        "instance_id": step.instance_id,
        "element_id": element.id,
        "kind": TimerKind.DUE,
        "due_at": due_at,
        "interrupting": element.interrupting,
        "number": number,
        "scope_id": step.scope_id,
    }


def _is_done(step: Step, element: Element, due_at: datetime | None) -> bool:
    """Whether what is drawn behind the timer has been done already, for this instant or for this very period.

    One that closes its task is never done as long as the task is open, and one that repeats goes on with its next time.
    """
    if _repeats_or_closes(element):
        return False
    record = step.period_here(element.properties.get("deadline", ""))
    if (record is None or record.overdue_at is None) and (due_at is None or due_at > step.now):
        return False
    own = (element.id, step.scope_id or "")
    fired = [row for row in step.case.rows(fired_timer) if (row.element_id, row.scope_id) == own]
    if record is not None:
        return any(row.fired_at >= record.armed_at for row in fired)
    return any(row.due_at == due_at for row in fired)


def keep_fired(step: Step) -> None:
    """What has fired in this step, and left its task open, is known from now on; what repeats needs no memory."""
    elements = step.definition.diagram.elements
    for event in step.events:
        if not isinstance(event, TimerFired) or event.due is None or event.id.startswith(HELD):
            continue
        if not _repeats_or_closes(elements[event.element]):
            _keep_one(step, event.element, datetime.fromisoformat(event.due), step.fired_in.get(event.id))


def _keep_one(step: Step, element_id: str, due_at: datetime, scope_id: str | None) -> None:
    key = {
        "instance_id": step.instance_id,
        "element_id": element_id,
        "due_at": due_at,
        "scope_id": scope_id or "",
    }
    if (known := step.case.get(fired_timer, *key.values())) is not None:
        step.case.change(fired_timer, known, fired_at=step.now)
    else:
        step.case.add(fired_timer, {**key, "fired_at": step.now})


def _repeats_or_closes(element: Element) -> bool:
    return element.interrupting or (element.timer is not None and element.timer.kind == "cycle")


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
    """The period's record is running: a new one, or the open one of its key. Returns its due instant.

    A period that was moved and begins again at its old start is the same one: a drawn return to its task takes back
    neither an extension that was told nor an urgency.
    """
    key = element.properties["deadline"]
    record = step.period_here(key)
    if record is None or not record.is_open:
        assert element.timer is not None
        count = step.evaluate_timer(element.timer, 1)
        if count is None:
            names = compile_expression(element.timer.text).names
            raise WorkflowFault(
                _("The period '%(period)s' has no start.", period=Name(element.name)), element.id, names
            )
        if record is not None and record.moves and (record.element_id, record.start_at) == (element.id, count.start_at):
            step.reopened.append(record.key)
            return _due(run_on(step, record.key))
        unit = element.properties.get("unit")
        record = deadlines.start(
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
            scope_id=step.scope_id,
        )
        step.deadlines[record.key] = record
        step.record(PeriodStands(record.key, "running", record.due_at.isoformat()))
    return _due(record)


def _running(step: Step, element: Element) -> Deadline:
    """The period of the armed timer."""
    record = step.period_here(element.properties["deadline"])
    assert record is not None
    return record


def run_on(step: Step, key: str) -> Deadline:
    """The period goes on with its old record, as if what met it had not been; its reminders come again."""
    record = step.deadlines[key]
    if record.is_open:
        return record
    step.deadlines[key] = reopened = deadlines.reopen(step.tx, record)
    arm_marks_again(step, key, record.ended_at or step.now)
    step.record(PeriodGoesOn(key, reopened.due_at.isoformat()))
    return reopened


def hold(step: Step, record: Deadline) -> None:
    """The open period goes on without its task: its record waits for the due instant by itself."""
    row = {
        "id": f"{HELD}{record.id}",
        "instance_id": step.instance_id,
        "element_id": record.element_id,
        "kind": TimerKind.DUE,
        "due_at": _due(record),
        "interrupting": False,
        "number": 1,
        "scope_id": record.scope_id,
    }
    step.case.add(timer, row)


def is_held(step: Step, record: Deadline) -> bool:
    return step.case.get(timer, f"{HELD}{record.id}") is not None


def _follow_held(step: Step, armed: set[tuple[str, ScopeId]]) -> None:
    """A held period is let go when its own timer is armed again, or when its task cannot be reached any more."""
    records = {f"{HELD}{record.id}": record for record in step.deadlines.values()}
    for row in step.case.rows(timer):
        if not row.id.startswith(HELD):
            continue
        record = records.get(row.id)
        came = (row.element_id, row.scope_id) in armed
        if record is None or not record.is_open or came or not _may_come(step, row.element_id, row.scope_id):
            step.case.remove(timer, row)
        else:
            step.case.change(timer, row, due_at=record.due_at if record.status == PeriodStatus.RUNNING else None)


def _may_come(step: Step, element_id: str, scope_id: ScopeId) -> bool:
    """Whether anything that is worked on in this scope leads to the task of this timer."""
    diagram = step.definition.diagram
    host = diagram.elements[element_id].attached_to or element_id
    stack = [diagram.elements[found] for found, at in step.live() if at == scope_id]
    seen = set[str]()
    while stack:
        element = stack.pop()
        if element.id not in seen:
            seen.add(element.id)
            stack += [*diagram.next_elements(element), *diagram.attached(element.id)]
    return host in seen


def arm_marks_again(step: Step, key: str, since: datetime) -> None:
    """The marks of a period that goes on: of those that fell into the time between, the last is due at once."""
    record = step.deadlines[key]
    mark = next_mark(record, since, step.context.calendar, step.context.rules["escalation.repeat_wd"])
    while mark is not None and mark.at <= step.now:
        since = mark.at - timedelta(microseconds=1)
        mark = next_mark(record, mark.at, step.context.calendar, step.context.rules["escalation.repeat_wd"])
    arm_marks(step, key, since)


def arm_marks(step: Step, key: str, after: datetime) -> None:
    """The period's next reminder or escalation after this instant has its row; one that is over or stands still has none."""
    record, case = step.deadlines[key], step.case
    armed = case.get(timer, record.id)
    mark = next_mark(record, after, step.context.calendar, step.context.rules["escalation.repeat_wd"])
    if not record.is_open or record.paused or mark is None:
        if armed is not None:
            case.remove(timer, armed)
        return
    row = {
        "id": record.id,
        "instance_id": step.instance_id,
        "element_id": record.element_id,
        "kind": TimerKind.MARK,
        "due_at": mark.at,
        "interrupting": False,
        "number": mark.number,
        "scope_id": record.scope_id,
    }
    if armed is None:
        case.add(timer, row)
    else:
        case.change(timer, armed, **row)

"""The one way an instance moves.

Whatever happens to an instance (a person completes a task, a timer falls due, a button is pressed) is one event, taken
in one transaction: lock the row, restore the workflow, let the event happen, run what is automatic, store everything
with one audit entry. A fault rolls all of it back; if it is the instance's own, the instance is parked as an incident
and everything else goes on.

The workflow is restored for every step, or is the one that the last step left, if the stored bytes are still the same: an
object in memory that has gone its own way is never used (`step.live`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from engine.bpmn.reading.events import ESCALATION
from engine.bpmn.spiff.workflow import Failure, Open, WorkflowFault
from engine.db import fetch
from engine.db.rows import InstanceRow
from engine.db.tables import audit_entry, process_instance
from engine.deadlines import years
from engine.deployments import definitions
from engine.errors import AlreadyDone, ExpressionError, IncidentRaised, NotFound, RecordsDamaged, StoredByAnotherVersion
from engine.messages import Name, sentences
from engine.messages import gettext as _
from engine.organisation import units
from engine.organisation.assignment import Actor
from engine.runtime.advance import blame, closing, incidents, telling
from engine.runtime.advance.acting_step import ActingStep
from engine.runtime.advance.answers_to_callers import Answers, in_turn
from engine.runtime.advance.numbers import insert_instance, unnumbered
from engine.runtime.advance.storing import store
from engine.runtime.periods import calendar_change
from engine.runtime.periods.timers import arm
from engine.runtime.step import audit, undo_points
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Begun, CalledOff
from engine.runtime.step.events import CalledEnded, CalledEscalated, CalledFailed, Started, Thrown, events_of
from engine.runtime.step.facts import facts_of, new_facts
from engine.runtime.step.faults import Fault
from engine.runtime.step.locks import lock
from engine.runtime.step.names import result_of
from engine.runtime.step.step import Beginning, Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import InstanceStatus

CALL_DEPTH = 8
"""Procedures that may have called each other in a row."""

WHAT_TO_DO = _(
    "The system administrator checks it with lianban verify-audit, restores the records of this case from a back-up, "
    "and then resumes it."
)

Event = Callable[[Step], None]
"""What happens to an instance: it moves the step's workflow, says facts, or refuses by raising an error."""


def advance(
    tx: Connection,
    context: Context,
    instance_id: str,
    kind: StepKind,
    event: Event,
    actor: Actor | None = None,
) -> Step:
    """The event has happened to the instance, every automatic step behind it is done, and all is stored.

    Raises what the event refuses with, and Fault when the instance cannot go on by itself; the caller's transaction must
    then be rolled back.
    """
    row = lock(tx, instance_id)
    if row is None:
        raise NotFound
    if row.status == InstanceStatus.ENDED:
        raise AlreadyDone(
            _("This case has ended (%(result)s). Nothing in it can be handled any more.", result=result_of(row))
        )
    if row.status == InstanceStatus.INCIDENT:
        raise IncidentRaised
    if row.calendar_version != context.calendar.version:
        row = follow_calendar(tx, context, row)
    with _faults_of(row.id):
        step = _step_of(tx, context, row, actor)
    return take(step, kind, event)


def follow_calendar(tx: Connection, context: Context, row: InstanceRow) -> InstanceRow:
    """The running instance is counted with the calendar in force, in a step of its own when that changes anything.

    It comes before whatever else happens to the instance, so that nothing is judged by a calendar that no longer holds.
    Returns the instance's row as it is then.
    """
    own = process_instance.c.id == row.id
    tx.execute(update(process_instance).where(own).values(calendar_version=context.calendar.version))
    undo_points.forget(tx, row.id)  # it would put back what the other calendar had counted
    before = years.find(tx, row.calendar_version)
    before = replace(before, cutoff=context.calendar.cutoff) if before else None
    with _faults_of(row.id):
        touched = calendar_change.is_touched(_step_of(tx, context, row), before)
    if touched:
        advance(tx, context, row.id, StepKind.CALENDAR, lambda step: calendar_change.follow(step, before))
    return fetch.one(tx, InstanceRow, select(process_instance).where(own))


def take(step: Step, kind: StepKind, event: Event) -> Step:
    """The event has happened within the step, and the step is stored.

    What cannot go on because of something that a person has filled in is refused, not parked; see `blame`.
    """
    try:
        with _faults_of(step.instance_id):
            event(step)
            _settle(step)
            store(step, kind)
        if step.workflow.failed is not None:
            incidents.failed(step.tx, step.context, _failure(step, step.workflow.failed))
        telling.send(step)
        _follow_calls(step)
    except Fault as fault:
        fault.within(step)
        refusal = blame.refusal(step, fault)
        if refusal is None:
            raise
        raise refusal from fault
    return step


def _failure(step: Step, failure: Failure) -> Fault:
    """Why the instance has failed, in words."""
    about = {"step": step.definition.element_name(failure.element_id), "code": failure.name}
    sentence = (
        _("'%(step)s' has thrown the error '%(code)s', but nothing in the diagram catches it.", **about)
        if failure.name
        else _("'%(step)s' has thrown an error, but nothing in the diagram catches it.", **about)
    )
    return Fault(step.instance_id, sentence, failure.element_id)


def _step_of(tx: Connection, context: Context, row: InstanceRow, actor: Actor | None = None) -> Step:
    """Raises Fault when its stored state is not what it was stored with."""
    definition = definitions.load(tx, row.definition_id)
    with _faults_of(row.id):
        return ActingStep(tx, context, definition, row._asdict(), facts_of(tx, row.id, definition), actor)


@contextmanager
def _faults_of(instance_id: str) -> Iterator[None]:
    """What goes wrong within is the instance's own fault, when it is its diagram's."""
    try:
        yield
    except WorkflowFault as fault:
        raise Fault(instance_id, fault.sentence, fault.element_id, fault.names, fault.undecided) from fault
    except (RecordsDamaged, StoredByAnotherVersion) as error:
        raise Fault(instance_id, sentences(error.sentence, WHAT_TO_DO), None) from error
    except ExpressionError as error:
        sentence = _("An expression of the diagram cannot be worked out: %(error)s", error=error.sentence)
        raise Fault(instance_id, sentence, error.element_id, error.names) from error


def _settle(step: Step) -> None:
    """Clocks whose period is met are done, newly armed timers have their instants, and nothing automatic is left.

    A period that was met and goes on is counted with the calendar in force, which may be another than the one it was met with.
    """
    _go_on(step)
    arm(step)
    while step.met_while_beginning:
        _meet_what_has_begun(step)
        _go_on(step)
        arm(step)
    if step.reopened:
        while step.reopened:
            calendar_change.follow_period(step, step.deadlines[step.reopened.pop()])
        arm(step)


def _go_on(step: Step) -> None:
    """Nothing automatic is left, and no clock whose period is met."""
    step.workflow.run()
    while step.clocks_to_close or step.tasks_to_end or step.collect():
        if step.clocks_to_close:
            step.close_clock(*step.clocks_to_close.pop(0))
        elif step.tasks_to_end:
            step.end_task(*step.tasks_to_end.pop(0))
        step.workflow.run()  # which looks at conditions first: facts may have been said


def _meet_what_has_begun(step: Step) -> None:
    """What was met before it was counted is counted now, and met."""
    met, step.met_while_beginning = step.met_while_beginning, []
    for key, scope_id in met:
        with step.within(scope_id):
            step.meet(key)
    step.met_while_beginning = []


# --- calls between procedures ---


def _follow_calls(step: Step) -> None:
    """Procedures that the step calls or starts have begun, those it no longer waits for are over, its caller goes on."""
    for beginning in step.beginnings:
        _begin(step, beginning)
    has_ended = step.workflow.completed
    waited_for = set() if has_ended else {call.id for call in step.workflow.open_calls()}
    for child in closing.children(step.tx, step.instance_id):
        if child.origin_task_id is not None and child.origin_task_id not in waited_for:
            result = closing.WITH_CALLER if has_ended else closing.CALLED_OFF
            closing.end_called(step.tx, step.context, child, result)
            if not has_ended:
                undo_points.forget(step.tx, step.instance_id)  # what has ended is not opened again
                audit.append(step.tx, step.instance_id, step.now, CalledOff(child.number, result))
    if step.instance.get("origin_task_id") is not None:
        in_turn(step, _notify_caller)


def _begin(step: Step, beginning: Beginning) -> None:
    """The other procedure runs as an instance of its own, linked to this one, with what it was handed over."""
    element = beginning.element
    if _depth(step) >= CALL_DEPTH:
        raise Fault(
            step.instance_id,
            _("Procedures call one another more than %(limit)s levels deep.", limit=CALL_DEPTH),
            element.id,
        )
    definition = definitions.begun(step.tx, step.definition, element)
    origin = {"origin_instance_id": step.instance_id, "origin_task_id": beginning.task_id}
    instance = unnumbered(definition, step.instance["started_by"], step.now) | origin
    child = ActingStep(step.tx, step.context, definition, instance, new_facts(definition), restoring=False)

    def event(child: Step) -> None:
        for name, value in beginning.values.items():
            _say(child, name, value)
        _require_units(child, beginning.values)
        insert_instance(child)
        child.record(Started(child.instance["number"], step.instance["number"]))

    try:
        take(child, StepKind.STARTED, event)
    except Fault as fault:
        sentence = _(
            "'%(procedure)s' could not be started: %(fault)s", procedure=Name(definition.name), fault=fault.sentence
        )
        outer = Fault(step.instance_id, sentence, element.id, blame.handed(element, fault.names))
        outer.said = fault.said
        raise outer from fault
    entry = Begun(child.instance["number"], definition.name)
    audit.append(step.tx, step.instance_id, step.now, entry, element_id=element.id)


def _require_units(child: Step, handed: Mapping[str, object]) -> None:
    """Raises WorkflowFault when what is handed over as a party is no unit."""
    for name in child.definition.diagram.process.party_facts:
        value = handed.get(name)
        codes = value if isinstance(value, list) else [value] if value is not None else []
        if not all(isinstance(code, str) and units.find(child.tx, code, child.now) for code in codes):
            raise WorkflowFault(
                _("%(fact)s, which was handed to it, is not a unit: %(value)s.", fact=name, value=str(value)[:40]),
                names=frozenset({name}),
            )


def _notify_caller(step: Step, answers: Answers) -> bool:
    """The instance that called this one hears what escalated here, and goes on when this one has ended.

    When the caller cannot go on, it is parked alone: this instance stands as it is all the same. A caller that is parked
    already hears of it when it is resumed, and one that has ended needs nothing. Returns False when it was parked now.
    """
    tx, origin_id = step.tx, step.instance["origin_instance_id"]
    escalated = [one.name for one in step.workflow.thrown if one.kind == ESCALATION and not one.caught]
    if not escalated and not step.workflow.completed:
        return True
    undo_points.forget(tx, step.instance_id)  # what the caller has heard cannot be undone here
    caller = lock(tx, origin_id)
    if caller is None or caller.status != InstanceStatus.RUNNING:
        return True
    try:
        with tx.begin_nested():
            _answer_call(tx, step.context, origin_id, step, answers, escalated)
    except AlreadyDone:
        return True  # what was answered before it has ended the call
    except Fault as fault:
        incidents.park(tx, step.context, fault)
        return False
    return True


def _answer_call(
    tx: Connection, context: Context, origin_id: str, child: Step, answers: Answers, escalated: Iterable[str] = ()
) -> None:
    """The call that waits for this instance has its escalations, and what has become of the instance if it has ended.

    An escalation may end the call: then it goes on there, and nothing is handed back. Raises AlreadyDone when the call is not
    open.
    """

    def event(caller: Step) -> None:
        if (waiting := _call_of(caller, child)) is None:
            raise AlreadyDone
        answers.count(origin_id, waiting.element_id)
        for code in escalated:
            if call := _call_of(caller, child):
                caller.record(CalledEscalated(*_called(child), call.element_id, code))
                caller.workflow.escalate_call(call.id, code)
        if child.workflow.completed and (call := _call_of(caller, child)):
            _end_call(caller, call, child)

    advance(
        tx, context, origin_id, StepKind.CALLED_ENDED if child.workflow.completed else StepKind.CALLED_ESCALATED, event
    )


def _call_of(caller: Step, child: Step) -> Open | None:
    """The open call that waits for this instance."""
    task_id = child.instance["origin_task_id"]
    return next((found for found in caller.workflow.open_calls() if found.id == task_id), None)


def _called(child: Step) -> tuple[str, str]:
    return child.instance["number"], child.definition.name


def _end_call(caller: Step, call: Open, child: Step) -> None:
    """What the ended instance hands back are facts of the caller; the error with which it has failed is thrown from the call."""
    if (failure := child.workflow.failed) is not None:
        caller.record(CalledFailed(*_called(child), call.element_id, failure.name))
        caller.workflow.fail_call(call.id, failure.name)
        return
    with caller.within(caller.scopes.at(call.place)):
        for mapping in caller.definition.diagram.elements[call.element_id].outputs:
            _say(caller, mapping.fact, child.evaluate(mapping.expression))
    caller.record(CalledEnded(*_called(child), call.element_id))
    caller.workflow.close_call(call.id)


def _say(step: Step, name: str, value: object) -> None:
    """Raises WorkflowFault for a value that no fact can have."""
    try:
        step.say(name, value)
    except TypeError:
        sentence = _(
            "%(fact)s, which is handed over, is not a text, a number, a truth value, a date or a list of these.",
            fact=name,
        )
        raise WorkflowFault(sentence, names=frozenset({name})) from None


def catch_up(tx: Connection, context: Context, instance_id: str) -> None:
    """What its calls have told while the instance was parked is taken; what was called and ended without an answer is called
    anew."""
    for row in closing.children(tx, instance_id, (InstanceStatus.ENDED, *closing.ALIVE)):
        if row.origin_task_id is None or row.past_diagram:
            continue
        escalated = _escalated_since(tx, row.id, incidents.parked_at(tx, instance_id))
        if row.status == InstanceStatus.ENDED or escalated:
            called = fetch.one(tx, InstanceRow, select(process_instance).where(process_instance.c.id == row.id))
            with suppress(AlreadyDone):
                _answer_call(tx, context, instance_id, _step_of(tx, context, called), Answers(), escalated)
    parked = lock(tx, instance_id)
    if parked is None or parked.status != InstanceStatus.RUNNING:
        return
    waits_for = {child.origin_task_id for child in closing.children(tx, instance_id)}
    open_calls = _step_of(tx, context, parked).workflow.open_calls()
    if any(call.id not in waits_for for call in open_calls):
        advance(tx, context, instance_id, StepKind.CALLED_ANEW, lambda step: _call_anew(step, waits_for))


def _escalated_since(tx: Connection, instance_id: str, since: datetime) -> list[str]:
    """The codes of the escalations that nothing in the instance has caught since then, in order."""
    own = (audit_entry.c.instance_id == instance_id) & (audit_entry.c.at >= since)
    contents = tx.scalars(select(audit_entry.c.content).where(own).order_by(audit_entry.c.sequence))
    thrown = (one for content in contents for one in events_of(content) if isinstance(one, Thrown))
    return [one.code for one in thrown if one.kind == ESCALATION and not one.caught]


def _call_anew(step: Step, waits_for: Collection[str | None]) -> None:
    for call in step.workflow.open_calls():
        if call.id not in waits_for:
            step.call(call.element_id, call.id, call.place)


def _depth(step: Step) -> int:
    """How many instances called each other down to this one."""
    depth, origin = 0, step.instance.get("origin_instance_id")
    while origin is not None and depth < CALL_DEPTH:
        depth += 1
        origin = step.tx.scalar(select(process_instance.c.origin_instance_id).where(process_instance.c.id == origin))
    return depth

"""What a step has changed goes into the tables: state, facts, tasks, periods, parties, and one entry of the audit."""

from __future__ import annotations

from typing import Any

from engine.bpmn.reading import by_event
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL, ERROR, ESCALATION
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.spiff.workflow import WorkflowFault
from engine.db import searchable
from engine.db.tables import document, party, process_instance, task
from engine.db.unit import unit_of
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.errors import Refused
from engine.messages import Name, Text, in_chinese
from engine.messages import gettext as _
from engine.organisation import assignment, units
from engine.organisation.assignment import Assignment
from engine.runtime.advance import archiving, case_links, lists, telling
from engine.runtime.advance.closing import lapse_corrections
from engine.runtime.advance.lapsed_requests import notify_not_needed
from engine.runtime.advance.outcome_notices import notify_of_end
from engine.runtime.documents import reading_marks
from engine.runtime.notify import notices
from engine.runtime.periods.recommended import lapse, period_key
from engine.runtime.periods.timers import arm_marks, is_held, keep_fired
from engine.runtime.step import audit, live, parties, sealing, undo_points
from engine.runtime.step.entries import StepTaken
from engine.runtime.step.events import (
    ConditionHeld,
    Ended,
    FactsSaid,
    PeriodStands,
    TaskLapsed,
    TaskOpened,
    Thrown,
)
from engine.runtime.step.names import ENDED, FAILED
from engine.runtime.step.scopes import ScopeId
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import InstanceStatus, NoticeKind, TaskStatus

Elements = set[tuple[str, ScopeId]]
"""Elements, each with the scope that it is in."""


def store(step: Step, kind: StepKind) -> None:
    tx, row = step.tx, step.instance
    step.scopes.store(step.case, step.live_scopes(), step.now)
    _record_thrown(step)
    _store_deadlines(step)
    _store_tasks(step)
    reading_marks.forget(tx, step.instance_id)
    _store_parties(step)
    parties.let_see(step)
    case_links.store(step)
    revision = row["revision"] + 1
    values: dict[str, Any] = {"revision": revision, "taken": _taken(step)}
    state = live.keep(tx, step.instance_id, step.definition, revision, step.workflow)
    values["state"] = sealing.sealed_state(tx, {**sealing.bound_of(row), "revision": revision}, state)
    title = step.facts.get(step.definition.diagram.process.title_fact)
    if isinstance(title, str) and title != row["title"]:
        values["title"] = title
    first = row["revision"] == 0
    if "title" in values or first:
        searchable.keep_title(tx, step.instance_id, values.get("title", row["title"]), first)
    if step.workflow.completed:
        end = _end_event(step)
        values |= _ended(step, end)
        archiving.want(tx, row["id"], step.definition.diagram.process, end, step.facts, step.now)
        lapse_corrections(tx, step.instance_id, step.now)
        step.record(Ended(values["result"], values["result_name"]))
    if step.workflow.completed or telling.has_thrown(step):
        undo_points.forget(tx, step.instance_id)
    else:
        undo_points.store(step)
    notices.clear_done(tx, step.instance_id, step.now)
    _store_instance(step, values)
    lists.keep(tx, step.instance_id)
    step.facts.store(tx, step.instance_id, revision, step.now)
    keep_fired(step)
    _record_conditions(step)
    telling.record_thrown(step)
    telling.store_subscriptions(step)
    if step.facts.said:
        step.record(FactsSaid(tuple(sorted(step.facts.said))))
    audit.append(
        tx,
        step.instance_id,
        step.now,
        StepTaken(kind, revision, tuple(step.workflow.passed), tuple(step.events)),
        step.actor.person_id if step.actor else None,
        step.actor.unit_code if step.actor else None,
        revision=revision,
    )


def _record_conditions(step: Step) -> None:
    """Events that have happened because a condition became true have a line of their own in the record."""
    elements = step.definition.diagram.elements
    for element_id in step.workflow.passed:
        if element_id in elements and elements[element_id].event_kind == CONDITIONAL:
            step.record(ConditionHeld(element_id))


def _store_instance(step: Step, values: dict[str, Any]) -> None:
    """Writing it raises Stale when somebody else has moved the instance, which its lock makes impossible."""
    unit_of(step.tx).changes.move(process_instance, (step.instance_id,), values, step.instance["revision"])
    step.case.adopt_instance(values)


def _taken(step: Step) -> list[str]:
    return list(dict.fromkeys([*step.instance["taken"], *step.workflow.taken]))


def _end_event(step: Step) -> Element | None:
    """The end event that gives the result; none of one that has failed."""
    if step.workflow.failed is not None:
        return None
    elements = step.definition.diagram.elements
    reached = [elements[element_id] for element_id in step.workflow.passed if element_id in elements]
    ends = [element for element in reached if element.kind == "endEvent" and "result" in element.properties]
    return ends[-1] if ends else None


def _ended(step: Step, end: Element | None) -> dict[str, Any]:
    result, name = (end.properties["result"], end.name) if end else (None, None)
    if step.workflow.failed is not None:
        result, name = FAILED, in_chinese(ENDED[FAILED])
    return {"status": InstanceStatus.ENDED, "ended_at": step.now, "result": result, "result_name": name}


def _result(step: Step) -> Text:
    """With what the instance ends, in words; empty when its end says nothing."""
    if step.workflow.failed is not None:
        return ENDED[FAILED]
    end = _end_event(step)
    return Name(end.name) if end else ""


def _record_thrown(step: Step) -> None:
    """Errors and escalations are recorded where they were thrown, caught or not."""
    for one in step.workflow.thrown:
        if one.kind in (ERROR, ESCALATION):
            step.record(Thrown(one.kind, one.element_id, one.name, one.caught))


def _store_deadlines(step: Step) -> None:
    """A period whose task is no longer worked on is met when the task was passed, else it has fallen away."""
    live, passed = step.live(), step.passed()
    for key, record in list(step.deadlines.items()):
        if record.is_open:
            is_live, is_kept = _host_of(step, record, live, passed)
            begins_anew = record.of_task and is_kept
            if begins_anew or (not is_live and not is_held(step, record)):
                end = deadlines.meet if is_kept else deadlines.cancel
                step.deadlines[key] = record = end(step.tx, record, step.now)
                step.record(PeriodStands(key, record.status))
        moved = bool(record.moves) and record.moves[-1]["at"] == step.now.isoformat()
        if record.armed_at == step.now or moved or not record.is_open:
            arm_marks(step, key, step.now)


def _host_of(step: Step, record: Deadline, live: Elements, passed: Elements) -> tuple[bool, bool]:
    """Whether what the period stands on is still worked on, and whether it has been passed; a whole case, when it has ended
    and not failed."""
    diagram = step.definition.diagram
    element = diagram.elements[record.element_id]
    host = by_event.host_of(diagram, element)
    if host is None:
        return not step.workflow.completed, step.workflow.completed and step.workflow.failed is None
    scope_id = record.scope_id
    if by_event.handled_by(diagram, element) is not None and scope_id is not None:
        scope_id = step.scopes.get(scope_id).parent_id  # it runs within the scope on which it stands
    return (host, scope_id) in live, (host, scope_id) in passed


def _store_tasks(step: Step) -> None:
    """Open tasks are those that the workflow waits for; one that it no longer waits for has lapsed."""
    tx, case = step.tx, step.case
    stored = {row.id: row for row in case.rows(task) if row.status == TaskStatus.OPEN}
    waiting = {} if step.workflow.completed else {open_task.id: open_task for open_task in step.workflow.user_tasks()}
    for task_id, row in stored.items():
        if task_id not in waiting:
            case.change(task, row, status=TaskStatus.LAPSED, ended_at=step.now)
            step.record(TaskLapsed(task_id))
            with step.within(row.scope_id):
                lapse(step, row.element_id)
            notify_not_needed(tx, step.context, row, by=step.actor.person_id if step.actor else None)
            if step.workflow.completed:
                notify_of_end(step, row, _result(step))
    for task_id, open_task in waiting.items():
        element = step.definition.diagram.elements[open_task.element_id]
        with step.within(step.scopes.at(open_task.place)):
            if task_id in stored:
                row = stored[task_id]
                case.change(task, row, deadline_key=period_key(step, element, row.unit_code))
            else:
                _open_task(step, task_id, element)


def _open_task(step: Step, task_id: str, element: Element) -> None:
    """The task that is new lies in the scope that the step stands in, and whoever may do it is told."""
    asked = assign(step, element)
    key = period_key(step, element, asked.unit_code)
    new = {
        "id": task_id,
        "instance_id": step.instance_id,
        "element_id": element.id,
        "name": element.name,
        "unit_code": asked.unit_code,
        "roles": sorted(asked.roles),
        "fallback": asked.fallback,
        "deadline_key": key,
        "status": TaskStatus.OPEN,
        "opened_at": step.now,
        "scope_id": step.scope_id,
    }
    step.case.add(task, new)
    told = _notify_of(step, task_id, element, asked, key)
    step.record(TaskOpened(task_id, element.id, asked.unit_code, tuple(told)))


def _notify_of(step: Step, task_id: str, element: Element, asked: Assignment, key: str) -> list[str]:
    """Everybody who may do the new task is told, save whoever has just made it; returns them."""
    record = step.deadlines.get(key)
    return notices.notify_people(
        step.tx,
        step.context,
        step.instance_id,
        NoticeKind.TASK,
        asked.unit_code,
        sorted(asked.roles),
        _("'%(step)s' is waiting for your post.", step=Name(element.name)),
        task_id=task_id,
        about=element.name,
        deadline_id=record.id if record and record.is_open else None,
        but_not=step.actor.person_id if step.actor else None,
    ).people


def assign(step: Step, element: Element) -> Assignment:
    """Who is asked to do the task now: decided when it becomes ready, from the instance's own facts.

    A role that nobody holds any more does not stop the instance: whoever is appointed finds the task. The role that the
    diagram excuses this time is not asked.
    """
    unit_text, roles = step.definition.diagram.asked(element)
    if "excused" in element.properties:
        roles -= {step.evaluate(element.properties["excused"])}
        if not roles:
            names = compile_expression(element.properties["excused"]).names
            raise WorkflowFault(
                _(
                    "Nobody is left to handle '%(step)s': its property excused removes the last post.",
                    step=Name(element.name),
                ),
                element.id,
                names,
            )
    try:
        return assignment.resolve(step.tx, unit_text, roles, step.facts, step.now)
    except Refused:
        unit_code = step.unit_of(unit_text)
        if not isinstance(unit_code, str) or not units.exists(step.tx, unit_code):
            sentence = _("It is not settled which unit handles '%(step)s'.", step=Name(element.name))
            raise WorkflowFault(sentence, element.id, frozenset({unit_text})) from None
        return Assignment(unit_code, frozenset(roles), False)


def _store_parties(step: Step) -> None:
    """Whoever the facts name, alone or in a list, is a party from then on. A unit that was named by mistake and is not
    named any more is none again, as long as it has neither been asked nor sent anything.
    """
    case = step.case
    stored = {(row.fact, row.unit_code): row for row in case.rows(party)}
    for name in step.definition.diagram.process.party_facts:
        for unit_code in parties.named_by(step.facts.get(name)):
            if (name, unit_code) in stored:
                continue
            if not units.exists(step.tx, unit_code):
                raise WorkflowFault(
                    _("%(fact)s, which should be a party, is not a unit: %(value)s.", fact=name, value=unit_code[:40]),
                    names=frozenset({name}),
                )
            case.add(party, {"instance_id": step.instance_id, "fact": name, "unit_code": unit_code})
    for (name, unit_code), row in stored.items():
        if unit_code not in parties.named_by(step.facts.get(name)) and not _has_been_addressed(step, unit_code):
            case.remove(party, row)


def _has_been_addressed(step: Step, unit_code: str) -> bool:
    asked = any(row.unit_code == unit_code for row in step.case.rows(task))
    return asked or any(unit_code in (row.to_unit, row.from_unit) for row in step.case.rows(document))

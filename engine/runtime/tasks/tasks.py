"""What a person does with a task: claim it, give it back, keep a draft, complete it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.db import fetch, upsert
from engine.db.case import case_of, case_of_task
from engine.db.rows import TaskDraftRow, TaskRow
from engine.db.tables import person, process_instance, task, task_draft, timer, unit
from engine.db.unit import unit_of
from engine.errors import AlreadyDone, InvalidValues, NotAllowed, NotFound, Refused
from engine.forms.schema import Form
from engine.messages import Message, Name, When, listed
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, TaskSubject, may
from engine.runtime.advance import lists, outcome_notices, requests
from engine.runtime.advance.advance import advance
from engine.runtime.advance.lapsed_requests import notify_not_needed
from engine.runtime.documents import issue
from engine.runtime.step import audit, repeated_forms, undo_points
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Claimed, Released
from engine.runtime.step.events import TaskCompleted, TimerFired
from engine.runtime.step.facts import said_in_tasks
from engine.runtime.step.locks import lock_of_task
from engine.runtime.step.names import name_of_person, name_of_unit, result_of
from engine.runtime.step.parties import parties_of
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks import drafts
from engine.runtime.tasks.answers import take_answers
from engine.runtime.tasks.drafts import Window
from engine.states import HandlingKind, TaskStatus, TimerKind, Undone


@repeated_forms.repeatable
@dataclass(frozen=True)
class Completed:
    """What a completed task led to; `next_task_id` is the next task of the same person in the same instance, if any."""

    instance_id: str
    number: str
    task_name: Name
    outcome_name: Name
    next_task_id: str | None
    ended: bool


def complete(
    tx: Connection,
    context: Context,
    actor: Actor,
    task_id: str,
    raw: Mapping[str, list[str]],
    without_opinions: bool = False,
) -> Completed:
    """The task is done with these answers, and everything automatic behind it.

    `raw` are the values as a browser sends them. Raises NotFound, NotAllowed with the reason, AlreadyDone with who was
    first and when, InvalidValues with a sentence per field, and Refused while colleagues who were asked for an opinion
    have not answered, unless the person goes on `without_opinions`; then nothing has changed.
    """
    row = _take(tx, task_id, actor)

    def event(step: Step) -> None:
        run_out_at = require_waiting(step, row)
        _require(actor, "complete", find(tx, task_id, actor), tx)
        if not without_opinions:
            _require_opinions(tx, row, actor)
        element = step.definition.diagram.elements[row.element_id]
        form = step.definition.form_of(element)
        with step.within(row.scope_id):
            answers = take_answers(step, form, raw, actor, task_id)
            if run_out_at is None:
                undo_points.remember(step, task_id, raw)
            notify_not_needed(tx, context, row, completed=True, by=actor.person_id)
            _end(step, task_id, form, answers)
            issue.file(step, element)
            issue.sign_for(step, element)
        step.record(TaskCompleted(task_id, element.id))
        outcome_notices.notify_asker(step, task_id)
        step.workflow.complete(task_id)

    step = advance(tx, context, row.instance_id, StepKind.TASK_COMPLETED, event, actor)
    done = step.case.one(task, task_id)
    return Completed(
        instance_id=row.instance_id,
        number=step.instance["number"],
        task_name=step.definition.element_name(row.element_id),
        outcome_name=step.definition.outcome_name(row.element_id, done.outcome, done.outcome_name),
        next_task_id=next_of(tx, row.instance_id, actor),
        ended=step.workflow.completed,
    )


def claim(tx: Connection, actor: Actor, task_id: str, now: datetime) -> None:
    """The task is this person's. Raises AlreadyDone with who was first and when, NotAllowed with the reason."""
    row = _take(tx, task_id, actor)
    if row.assignee_id == actor.person_id:
        return
    _require(actor, "claim", row, tx)
    lists.give(tx, task_id, actor.person_id, now)
    audit.append(tx, row.instance_id, now, Claimed(task_id), actor.person_id, actor.unit_code)
    requests.ask_no_longer(tx, row, actor.person_id, actor, now)


def release(tx: Connection, actor: Actor, task_id: str, now: datetime) -> None:
    """The task is open to everybody who may do it; drafts stay with their writers."""
    row = take_hold(tx, actor, "release", task_id)
    lists.give(tx, task_id, None, None)
    audit.append(tx, row.instance_id, now, Released(task_id), actor.person_id, actor.unit_code)


def save_draft(
    tx: Connection,
    actor: Actor,
    task_id: str,
    raw: Mapping[str, list[str]],
    now: datetime,
    window: Window | None = None,
) -> None:
    """What the person has typed so far is kept, unchecked, for this person alone.

    Raises NotFound, NotAllowed, AlreadyDone, and Refused when it would overwrite what another window has saved.
    """
    row = find(tx, task_id, actor)
    _require_open(tx, row)
    _require(actor, "prepare", row, tx)
    before = draft(tx, actor.person_id, task_id)
    if before is not None:
        drafts.require_known(before.answers, before.saved_at, window)
    keep_draft(
        tx, row, actor.person_id, drafts.kept(raw, window), now, drafts.aside(before.answers if before else None)
    )


def change_draft(tx: Connection, actor: Actor, task_id: str, now: datetime) -> None:
    """The person goes on with the draft that is kept aside; the present one is kept aside in its place.

    Raises NotFound, NotAllowed, AlreadyDone, and Refused when none is.
    """
    row = find(tx, task_id, actor)
    _require_open(tx, row)
    _require(actor, "prepare", row, tx)
    before = draft(tx, actor.person_id, task_id)
    other = drafts.aside(before.answers if before else None)
    if before is None or other is None:
        raise Refused(_("This task does not have another draft."))
    changed = drafts.kept(other, Window(now.isoformat(), ""))  # windows that show the other one do not overwrite it
    keep_draft(tx, row, actor.person_id, changed, now, before.answers)


def keep_draft(
    tx: Connection,
    row: TaskRow,
    person_id: str,
    raw: Mapping[str, list[str]],
    now: datetime,
    other: Mapping[str, list[str]] | None = None,
) -> None:
    """This is the person's draft of the task from now on, with another kept aside."""
    values = {"instance_id": row.instance_id, "answers": drafts.with_aside(raw, other), "saved_at": now}
    upsert.put(tx, task_draft, {"task_id": row.id, "person_id": person_id}, values)
    unit_of(tx).let_go(("draft", person_id, row.id))


def draft(tx: Connection, person_id: str, task_id: str) -> TaskDraftRow | None:
    mine = (task_draft.c.task_id == task_id) & (task_draft.c.person_id == person_id)
    key = "draft", person_id, task_id
    return unit_of(tx).keep(key, lambda: fetch.first(tx, TaskDraftRow, select(task_draft).where(mine)))


def find(tx: Connection, task_id: str, actor: Actor) -> TaskRow:
    """The task's row. Raises NotFound when it does not exist or lies in an instance that this person may not see."""
    return _visible(tx, task_id, actor)


def _take(tx: Connection, task_id: str, actor: Actor) -> TaskRow:
    """The open task's row, its instance locked. Raises NotFound, and AlreadyDone or Refused when it is over."""
    lock_of_task(tx, task_id)
    row = _visible(tx, task_id, actor)
    _require_open(tx, row)
    return row


def _visible(tx: Connection, task_id: str, actor: Actor) -> TaskRow:
    case = case_of_task(tx, task_id)
    row: TaskRow | None = case.get(task, task_id) if case is not None else None
    if row is None or not may(actor, "see_instance", subject(tx, row)).allowed:
        raise NotFound
    return row


def require_own(tx: Connection, actor: Actor, task_id: str, verb: str = "add_material") -> TaskRow:
    """The open task's row, for somebody who may work on it. Raises NotFound, NotAllowed, AlreadyDone."""
    row = find(tx, task_id, actor)
    _require_open(tx, row)
    _require(actor, verb, row, tx)
    return row


def take_hold(tx: Connection, actor: Actor, verb: str, task_id: str) -> TaskRow:
    """The open task's row, its instance locked, for somebody who may do this with it.

    Raises NotFound, NotAllowed, AlreadyDone.
    """
    row = _take(tx, task_id, actor)
    _require(actor, verb, row, tx)
    return row


def said_before(tx: Connection, row: TaskRow) -> frozenset[str]:
    """What the task's form asks anew although it is known: a former round's, or another task's; see `forms.validate`."""
    return frozenset() if requests.was_reopened(tx, row) else said_in_tasks(tx, row.instance_id, row.scope_id)


def subject(tx: Connection, row: TaskRow) -> TaskSubject:
    """The task as `may` asks for it. A claim of somebody who has left the post does not count."""
    name = name_of_person(tx, row.assignee_id) if row.assignee_id else None
    unit_name = name_of_unit(tx, row.unit_code)
    waiting = requests.requests(tx, row) if row.status == TaskStatus.OPEN else []
    delegation = next((found for found in waiting if found.kind == HandlingKind.DELEGATION), None)
    return TaskSubject(
        parties=parties_of(tx, row.instance_id) | {row.unit_code},
        unit_code=row.unit_code,
        unit_name=unit_name or row.unit_code,
        roles=frozenset(row.roles),
        fallback=row.fallback,
        status=row.status,
        assignee_id=row.assignee_id,
        assignee_name=name,
        claimed_at=row.claimed_at,
        ended_by_id=row.ended_by,
        handed_by_id=requests.handed_by(tx, row) if row.status == TaskStatus.OPEN else None,
        delegate_id=delegation.to_person if delegation else None,
        delegate_name=delegation.to_name if delegation else None,
        consulted=frozenset(
            found.to_person for found in waiting if found.kind == HandlingKind.CONSULTATION and found.to_person
        ),
    )


def require_waiting(step: Step, row: TaskRow) -> datetime | None:
    """The workflow waits for the task, after limits that have run out have closed what they close; see below.

    Raises Refused when they have closed this one.
    """
    run_out_at = fire_interrupting(step)
    if all(waiting.id != row.id for waiting in step.workflow.user_tasks()):
        raise _lapsed(row.name, run_out_at or step.now)
    return run_out_at


def fire_interrupting(step: Step) -> datetime | None:
    """Limits of this instance that close a task and have run out have closed it, before any late answer is taken.

    Returns when the last of them had run out; None when there was none.
    """
    closing = [row for row in step.case.rows(timer) if row.kind == TimerKind.DUE and row.interrupting]
    over = [(row.due_at, row.id, row) for row in closing if row.due_at is not None and row.due_at <= step.now]
    run_out_at: datetime | None = None
    for due_at, _id, row in sorted(over, key=lambda found: found[:2]):
        if any(event.id == row.id for event in step.workflow.armed_events()):
            step.record(TimerFired(row.id))
            step.fired_in[row.id] = row.scope_id
            step.workflow.fire(row.id)
            run_out_at = due_at
    return run_out_at


def _end(step: Step, task_id: str, form: Form, answers: Mapping[str, object]) -> None:
    outcome = answers.get(form.outcome_key) if form.outcome_key else None
    step.case.change(
        task,
        step.case.one(task, task_id),
        status=TaskStatus.COMPLETED,
        ended_at=step.now,
        ended_by=step.actor.person_id if step.actor else None,
        outcome=outcome,
        outcome_name=form.label_of(form.outcome_key, outcome).drawn if form.outcome_key and outcome else None,
        remark=next((answers[key] for key in form.remark_keys if answers.get(key)), None),
    )
    for row in step.case.rows(task_draft):
        if row.task_id == task_id:
            step.case.remove(task_draft, row)


def _require(actor: Actor, verb: str, row: TaskRow, tx: Connection) -> None:
    decision = may(actor, verb, subject(tx, row))
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def _require_opinions(tx: Connection, row: TaskRow, actor: Actor) -> None:
    """Whoever completes it has said the own opinion with that."""
    waiting = [request for request in requests.requests(tx, row) if request.kind == HandlingKind.CONSULTATION]
    asked = [request.to_name for request in waiting if request.to_person != actor.person_id]
    if asked:
        sentence = _(
            "No opinion yet from %(people)s. Wait for it, cancel the request, or tick 'Submit without the opinion'.",
            people=listed(asked),
        )
        raise InvalidValues({"": sentence})


class _Over(NamedTuple):
    """A task that is over, with who ended it and how its case stands."""

    name: str
    status: str
    undone: str | None
    ended_at: datetime
    person_name: str | None
    unit_name: str
    instance_ended_at: datetime | None
    result: str | None
    result_name: str | None


def _require_open(tx: Connection, open_task: TaskRow) -> None:
    """Raises AlreadyDone with who was first and when, and Refused with what became of it."""
    if open_task.status == TaskStatus.OPEN:
        return
    row = fetch.one(
        tx,
        _Over,
        select(
            *(task.c[name] for name in ("name", "status", "undone", "ended_at")),
            person.c.name.label("person_name"),
            unit.c.name.label("unit_name"),
            process_instance.c.ended_at.label("instance_ended_at"),
            process_instance.c.result,
            process_instance.c.result_name,
        )
        .join(person, task.c.ended_by == person.c.id, isouter=True)
        .join(unit, task.c.unit_code == unit.c.code)
        .join(process_instance, task.c.instance_id == process_instance.c.id)
        .where(task.c.id == open_task.id),
    )
    if row.undone is not None:
        raise Refused(_undone(row))
    if row.status == TaskStatus.LAPSED and row.ended_at == row.instance_ended_at:
        raise Refused(_ended_meanwhile(row))
    if row.status == TaskStatus.LAPSED:
        raise _lapsed(row.name, row.ended_at)
    raise AlreadyDone(
        _(
            "%(person)s, %(unit)s, completed '%(step)s' on %(when)s. Your submission was not used.",
            person=row.person_name,
            unit=row.unit_name,
            step=Name(row.name),
            when=When(row.ended_at, "spoken"),
        )
    )


def _undone(row: _Over) -> Message:
    about = {"step": Name(row.name), "when": When(row.ended_at, "spoken")}
    match row.undone:
        case Undone.SENT_BACK:
            return _("'%(step)s' was sent back on %(when)s and can no longer be handled.", **about)
        case Undone.TAKEN_BACK:
            return _(
                "'%(step)s' lapsed on %(when)s because the step before it was undone. It can no longer be handled.",
                **about,
            )
        case Undone.TAKEN_OFF:
            return _("Since %(when)s, your unit is no longer asked for '%(step)s'. What you saved is kept.", **about)
        case _dropped:
            return _("'%(step)s' was dropped on %(when)s and can no longer be handled.", **about)


def _ended_meanwhile(row: _Over) -> Message:
    about = {"step": Name(row.name), "when": When(row.ended_at, "spoken")}
    if not row.result_name:
        return _("The case ended on %(when)s. '%(step)s' no longer has to be done.", **about)
    return _(
        "The case ended on %(when)s (%(result)s). '%(step)s' no longer has to be done.", **about, result=result_of(row)
    )


def _lapsed(name: str, at: datetime) -> Refused:
    return Refused(
        _(
            "'%(step)s' lapsed on %(when)s: its time limit has passed, or the case has gone on. It can no longer be "
            "handled.",
            step=Name(name),
            when=When(at, "spoken"),
        )
    )


def next_of(tx: Connection, instance_id: str, actor: Actor) -> str | None:
    """A task of the instance that this person may complete, if any."""
    rows = case_of(tx, instance_id).rows(task)
    own = (row for row in rows if row.status == TaskStatus.OPEN and row.unit_code == actor.unit_code)
    return next((row.id for row in own if may(actor, "complete", subject(tx, row)).allowed), None)

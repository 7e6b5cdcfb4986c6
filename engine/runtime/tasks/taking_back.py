"""Taking back (撤回): whoever has just completed a task may undo it, as long as nothing has followed from it.

The instance then stands as it stood before: its state is restored whole, periods run on, and what was said is said anew
with the values from before. Both sayings stay in the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update

from engine.db import fetch
from engine.db.case import case_of
from engine.db.fetch import R
from engine.db.rows import DocumentRow, TaskRow, UndoPointRow
from engine.db.tables import document, fact, party, person, process_instance, task, undo_point, unit
from engine.db.values import decode
from engine.deadlines import deadlines
from engine.errors import NotAllowed, Refused
from engine.ids import new_id
from engine.messages import Name, Text, When
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, may
from engine.runtime.advance import requests
from engine.runtime.advance.advance import advance
from engine.runtime.notify.notices import notify_people
from engine.runtime.periods.timers import arm_marks_again
from engine.runtime.step import parties, undo_points
from engine.runtime.step.context import Context
from engine.runtime.step.events import PeriodGoesOn, TakenBack
from engine.runtime.step.names import result_of
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.step.undo_points import Did
from engine.runtime.tasks import tasks
from engine.runtime.tasks.sending_back import give_to
from engine.states import HandlingKind, InstanceStatus, NoticeKind, TaskStatus, Undone


def take_back(tx: Connection, context: Context, actor: Actor, task_id: str) -> str:
    """The completed task is open again for this person, with the answers as a draft. Returns the id of its new task.

    Raises NotFound, NotAllowed, and Refused with the reason when something has followed already.
    """
    row = tasks.find(tx, task_id, actor)
    opened_id = new_id()
    point: UndoPointRow | None = None
    fallen: list[TaskRow] = []

    def event(step: Step) -> None:
        nonlocal point
        decision = may(actor, "take_back", tasks.subject(tx, row))
        if not decision.allowed:
            raise NotAllowed(decision.reason)
        if why := why_not(tx, row, step.now):
            raise Refused(why)
        point = undo_points.point_of(tx, row.instance_id)
        assert point is not None
        did = Did.read(point.did)
        fallen.extend(fetch.every(tx, TaskRow, select(task).where(task.c.id.in_(did.opened))))
        tx.execute(update(task).where(task.c.id.in_([row.id, *did.opened])).values(undone=Undone.TAKEN_BACK))
        step.record(TakenBack(row.id, opened_id))
        _say_former(step, point.revision)
        step.instance = {**step.instance, "taken": point.taken}
        step.workflow.take_back(undo_points.state_of(tx, point, step.definition.id), row.id, opened_id)
        undo_points.put_timers_back(step, point.timers)
        _periods_run_on(step, row, did)
        undo_points.forget(tx, row.instance_id)

    advance(tx, context, row.instance_id, StepKind.TAKEN_BACK, event, actor)
    assert point is not None
    requests.add(tx, row, HandlingKind.TAKE_BACK, actor, context.now, to_task=opened_id)
    opened = case_of(tx, row.instance_id).one(task, opened_id)
    give_to(tx, opened, actor.person_id, context.now)
    tasks.keep_draft(tx, opened, actor.person_id, point.answers, context.now)
    for lapsed in fallen:
        words = _(
            "%(person)s, %(unit)s, has undone '%(step)s'. '%(lapsed)s' no longer has to be done.",
            person=actor.person_name,
            unit=actor.unit_name,
            step=Name(row.name),
            lapsed=Name(lapsed.name),
        )
        notify_people(tx, context, row.instance_id, NoticeKind.TAKEN_BACK, lapsed.unit_code, lapsed.roles, words)
    return opened_id


def why_not(tx: Connection, row: Done, now: datetime) -> Text:
    """Why the completion cannot be taken back, whoever asks; empty when it can."""
    why = _why_not(row, _known(tx, [row]), now)
    return _what_moved(tx, row) if why == _MOVED else why


def may_be_taken_back(tx: Connection, rows: Sequence[Done], now: datetime) -> frozenset[str]:
    """Which of these tasks can be opened again by taking their completion back: `why_not` of many, read at once."""
    known = _known(tx, rows)
    return frozenset(row.id for row in rows if not _why_not(row, known, now))


def _why_not(row: Done, known: _Known, now: datetime) -> Text:
    if row.status != TaskStatus.COMPLETED:
        return _("Only a completed task can be undone.")
    if row.undone is not None:
        return _("This completion has already been undone.")
    instance = known.instances[row.instance_id]
    if instance.status == InstanceStatus.ENDED:
        result = result_of(instance)
        return _("The case has ended (%(result)s), so this can no longer be undone.", result=result)
    if instance.status == InstanceStatus.INCIDENT:
        return _("The case has been stopped by a fault. This can be undone once it is resumed.")
    if instance.last_task != row.id:
        return _MOVED
    did = known.did[row.id]
    if why := _papers_made(did, known):
        return why
    if did.moved:
        return _("A period has changed with it and both sides have been notified, so this can no longer be undone.")
    if why := _calls_moved(row, known):
        return why
    if instance.revision != instance.undo_revision:
        return _MOVED
    if instance.timers and undo_points.limit_over(instance.timers, now):
        return _("The time limit of this step has passed. It could not be done again, so it cannot be undone.")
    return _claimed(did.opened, row.ended_by, known)


_MOVED: Text = "moved"
"""The instance has moved since; how, `_what_moved` says."""


class Done(Protocol):
    """What is read of a task that may be opened again, whatever else stands in its row."""

    @property
    def id(self) -> str: ...
    @property
    def instance_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def undone(self) -> str | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def ended_by(self) -> str | None: ...


class _Instance(NamedTuple):
    """An instance with its undo point, if it has one."""

    id: str
    status: str
    result: str | None
    result_name: str | None
    revision: int
    last_task: str | None
    undo_revision: int | None
    timers: list[dict[str, Any]] | None
    did: dict[str, Any] | None


class _Begun(NamedTuple):
    id: str
    number: str
    origin_instance_id: str
    origin_task_id: str | None
    started_at: datetime
    revision: int


class _Claimed(NamedTuple):
    """A task with who has claimed it."""

    id: str
    name: str
    claimed_at: datetime | None
    assignee_id: str
    person_name: str
    unit_name: str


class _Later(NamedTuple):
    """A task that was completed, or sent back, since."""

    name: str
    undone: str | None
    unit_name: str
    person_name: str


@dataclass(frozen=True)
class _Known:
    """What decides whether completions can be taken back: for those that were the last of their instance, by task, what
    their steps did, and what has become of it."""

    instances: Mapping[str, _Instance]
    """By id, each with its undo point."""
    did: Mapping[str, Did]
    papers: Sequence[DocumentRow]
    begun: Sequence[_Begun]
    moved: frozenset[str]
    """Those of the begun instances in which somebody has claimed a task or sent something."""
    claimed: Sequence[_Claimed]


def _known(tx: Connection, rows: Sequence[Done]) -> _Known:
    columns = ("id", "status", "result", "result_name", "revision")
    point: tuple[ColumnElement[Any], ...] = (
        undo_point.c.task_id.label("last_task"),
        undo_point.c.revision.label("undo_revision"),
        undo_point.c.timers,
        undo_point.c.did,
    )
    found = (
        select(*(process_instance.c[name] for name in columns), *point)
        .outerjoin(undo_point, undo_point.c.instance_id == process_instance.c.id)
        .where(process_instance.c.id.in_({row.instance_id for row in rows}))
    )
    instances = {row.id: row for row in fetch.every(tx, _Instance, found)} if rows else {}
    last = [row for row in rows if instances[row.instance_id].last_task == row.id]
    did = {row.id: Did.read(instances[row.instance_id].did) for row in last}
    begun = _begun_by(tx, last)
    return _Known(
        instances=instances,
        did=did,
        papers=_rows(
            tx, DocumentRow, select(document), document.c.id, [one for each in did.values() for one in each.documents]
        ),
        begun=begun,
        moved=_moved(tx, [child.id for child in begun]),
        claimed=_rows(tx, _Claimed, _CLAIMED, task.c.id, [one for each in did.values() for one in each.opened]),
    )


def _rows(
    tx: Connection, kind: type[R], statement: Select[Any], column: ColumnElement[Any], values: Sequence[str]
) -> Sequence[R]:
    return fetch.every(tx, kind, statement.where(column.in_(values))) if values else []


_CLAIMED = (
    select(
        task.c.id,
        task.c.name,
        task.c.claimed_at,
        task.c.assignee_id,
        person.c.name.label("person_name"),
        unit.c.name.label("unit_name"),
    )
    .join(person, person.c.id == task.c.assignee_id)
    .join(unit, unit.c.code == task.c.unit_code)
)


def _papers_made(did: Did, known: _Known) -> Text:
    """A paper that went out cannot be undone, and neither can one that has its number in the unit's own files."""
    own = set(did.documents)
    made = [row for row in known.papers if row.id in own]
    if not made:
        return ""
    sent = next((row for row in made if row.from_unit != row.to_unit or row.content.get("addressee")), None)
    if sent is not None:
        return _(
            "'%(title)s' was delivered with it. A delivered document cannot be taken back.", title=Name(sent.title)
        )
    return _(
        "'%(title)s' was made with it and is in your unit's files, so this can no longer be undone.",
        title=Name(made[0].title),
    )


def _claimed(opened: Sequence[str], completer: str | None, known: _Known) -> Text:
    """Somebody else has one of the tasks that followed."""
    others = (row for row in known.claimed if row.id in opened and row.assignee_id != completer)
    found = next(others, None)
    if found is None:
        return ""
    who = {"person": found.person_name, "unit": found.unit_name, "step": Name(found.name)}
    if not found.claimed_at:
        return _("%(person)s, %(unit)s, has claimed '%(step)s', so this can no longer be undone.", **who)
    when = When(found.claimed_at, "spoken")
    return _("%(person)s, %(unit)s, claimed '%(step)s' on %(when)s, so this can no longer be undone.", **who, when=when)


def _begun_by(tx: Connection, last: Sequence[Done]) -> Sequence[_Begun]:
    """The instances that these completions may have begun."""
    columns = ("id", "number", "origin_instance_id", "origin_task_id", "started_at", "revision")
    own = select(*(process_instance.c[name] for name in columns))
    return _rows(tx, _Begun, own, process_instance.c.origin_instance_id, [row.instance_id for row in last])


def _moved(tx: Connection, begun: Sequence[str]) -> frozenset[str]:
    claimed = select(task.c.instance_id).where(task.c.assignee_id.is_not(None), task.c.instance_id.in_(begun))
    sent = select(document.c.instance_id).where(document.c.instance_id.in_(begun))
    return frozenset(tx.scalars(claimed.union(sent))) if begun else frozenset()


def _calls_moved(row: Done, known: _Known) -> Text:
    """A procedure that was begun by the step cannot be undone once anybody has moved it, or when nobody waits for it."""
    for child in known.begun:
        own = child.origin_instance_id == row.instance_id and child.started_at == row.ended_at
        if own and (child.origin_task_id is None or child.revision > 1 or child.id in known.moved):
            return _(
                "Case %(number)s, which this started, is already being handled, so this can no longer be undone.",
                number=child.number,
            )
    return ""


def _what_moved(tx: Connection, row: Done) -> Text:
    later = fetch.first(
        tx,
        _Later,
        select(task.c.name, task.c.undone, unit.c.name.label("unit_name"), person.c.name.label("person_name"))
        .join(unit, unit.c.code == task.c.unit_code)
        .join(person, person.c.id == task.c.ended_by)
        .where(task.c.instance_id == row.instance_id, task.c.id != row.id, task.c.ended_at >= row.ended_at)
        .where((task.c.status == TaskStatus.COMPLETED) | (task.c.undone == Undone.SENT_BACK))
        .order_by(task.c.ended_at.desc()),
    )
    if later is None:
        return _(
            "Since then a period has ended or the case has changed in another way, so this can no longer be undone."
        )
    who = {"person": later.person_name, "unit": later.unit_name, "step": Name(later.name)}
    if later.undone == Undone.SENT_BACK:
        return _("%(person)s, %(unit)s, has sent '%(step)s' back, so this can no longer be undone.", **who)
    return _("%(person)s, %(unit)s, has completed '%(step)s', so this can no longer be undone.", **who)


def _say_former(step: Step, revision: int) -> None:
    """Every fact that the step of the completion said has the value from before again; a new party is none any more."""
    own = fact.c.instance_id == step.instance_id
    said = step.tx.execute(select(fact).where(own, fact.c.revision == revision).order_by(fact.c.id)).all()
    for (scope_id, name), value in {(row.scope_id, row.name): decode(row.value) for row in said}.items():
        before = step.tx.execute(
            select(fact.c.value, fact.c.scope_id, fact.c.task_id)
            .where(own, fact.c.name == name, fact.c.revision < revision)
            .order_by(fact.c.id.desc())
        ).all()
        own_before = step.scopes.nearest(before, scope_id)
        earlier = [decode(found.value) for found in own_before]
        first_said_in = own_before[0].task_id if own_before else None
        with step.within(scope_id):
            step.facts.say(
                name, earlier[0] if earlier else None, step.actor.person_id if step.actor else None, first_said_in
            )
        if name in step.definition.diagram.process.party_facts:
            was = {code for found in earlier for code in parties.named_by(found)}
            gone = [code for code in parties.named_by(value) if code not in was]
            own_party = (party.c.instance_id == step.instance_id) & (party.c.fact == name)
            step.tx.execute(delete(party).where(own_party, party.c.unit_code.in_(gone)))


def _periods_run_on(step: Step, row: TaskRow, did: Did) -> None:
    """Periods that the step ended go on with their records; those that it started have fallen away."""
    begun, ended = did.begun, did.ended
    latest = {record.key: record for record in step.deadlines.values()}
    for key in begun & latest.keys():
        step.deadlines[key] = deadlines.cancel(step.tx, latest[key], step.now)
    known = deadlines.of_instance(step.tx, step.instance_id)
    started = {latest[key].id for key in begun & latest.keys()}
    for key, status in ended.items():
        own = [record for record in known if record.key == key and record.id not in started]
        of_then = [record for record in own if record.ended_at == row.ended_at and record.status == status]
        if of_then and row.ended_at:  # the last one, should the same have happened twice at one instant
            step.deadlines[key] = deadlines.reopen(step.tx, of_then[-1])
            arm_marks_again(step, key, row.ended_at)
            step.record(PeriodGoesOn(key, of_then[-1].due_at.isoformat()))

"""How an instance begins, and how it is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, union

from engine.db import upsert
from engine.db.case import case_of
from engine.db.rows import InstanceRow
from engine.db.tables import case_link, process_instance, reader, start_draft
from engine.db.unit import unit_of
from engine.deployments import definitions, starts
from engine.deployments.starts import Start
from engine.errors import InvalidValues, NotAllowed, NotFound, RecordsDamaged, StoredByAnotherVersion
from engine.messages import sentences
from engine.organisation import assignment
from engine.organisation.assignment import Actor, Addressee, InstanceSubject, ProcedureSubject, may
from engine.runtime.advance.acting_step import ActingStep
from engine.runtime.advance.advance import WHAT_TO_DO, take
from engine.runtime.advance.numbers import insert_instance, unnumbered
from engine.runtime.step import events, locks, repeated_forms
from engine.runtime.step.context import Context
from engine.runtime.step.facts import facts_of, new_facts
from engine.runtime.step.faults import Fault
from engine.runtime.step.parties import parties_of as parties_of
from engine.runtime.step.parties import units_at_work as units_at_work
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks import drafts
from engine.runtime.tasks.answers import take_answers
from engine.runtime.tasks.drafts import Window
from engine.runtime.tasks.tasks import next_of
from engine.states import InstanceStatus


@repeated_forms.repeatable
@dataclass(frozen=True)
class Started:
    """`next_task_id` is the first task of the same person in the instance, if any."""

    number: str
    next_task_id: str | None


def start(tx: Connection, context: Context, actor: Actor, key: str, raw: Mapping[str, list[str]]) -> Started:
    """The instance runs, with its number, its parties and its periods.

    Raises NotAllowed when this person may not start it, InvalidValues with a sentence per field, and Refused when a role
    of the procedure has no holder: it is better told at the start than found in the middle.
    """
    place = starts.find(tx, key)
    step = beginning(tx, context, actor, place)

    def event(step: Step) -> None:
        take_answers(step, place.form, raw, actor)
        missing = assignment.missing_holders(tx, place.definition.diagram.all_asked(), step.facts, step.now)
        if missing:
            raise InvalidValues({"": sentences(*missing)})
        insert_instance(step)
        drop_draft(tx, actor, key)
        step.record(events.Started(step.instance["number"], start=place.element.id))
        step.workflow.run(place.element.id)

    started = take(step, StepKind.STARTED, event)
    return Started(started.instance["number"], next_of(tx, started.instance_id, actor))


def beginning(tx: Connection, context: Context, actor: Actor, place: Start) -> Step:
    """A step of an instance that is not there yet: what the start form is filled in and checked with.

    Raises NotAllowed when this person may not start the procedure there.
    """
    decision = may(actor, "start", ProcedureSubject(place.starters))
    if not decision.allowed:
        raise NotAllowed(decision.reason)
    definition = place.definition
    instance = unnumbered(definition, actor.person_id, context.now, place.element.id)
    facts = new_facts(definition)
    starter = definition.diagram.process.starter_fact
    if starter:
        facts.say(starter, actor.unit_code, actor.person_id)
    return ActingStep(tx, context, definition, instance, facts, actor, restoring=False)


def save_draft(
    tx: Connection,
    context: Context,
    actor: Actor,
    key: str,
    raw: Mapping[str, list[str]],
    window: Window | None = None,
) -> None:
    """What the person has typed into the start form so far is kept, unchecked.

    Raises NotAllowed, NotFound, and Refused when it would overwrite what another window has saved.
    """
    place = starts.find(tx, key)
    beginning(tx, context, actor, place)
    drafts.require_known(*draft(tx, actor, key), window)
    own = {"person_id": actor.person_id, "unit_code": actor.unit_code, "key": place.key}
    upsert.put(tx, start_draft, own, {"answers": drafts.kept(raw, window), "saved_at": context.now})


def draft(tx: Connection, actor: Actor, key: str) -> tuple[dict[str, list[str]] | None, datetime | None]:
    """The person's draft of a start form and when it was saved; two times None when there is none."""
    row = tx.execute(select(start_draft).where(*_own_draft(actor, key))).first()
    return (row.answers, row.saved_at) if row else (None, None)


def drop_draft(tx: Connection, actor: Actor, key: str) -> None:
    unit_of(tx).changes.remove(start_draft, (actor.person_id, actor.unit_code, key))


def look(tx: Connection, context: Context, row: InstanceRow, actor: Actor) -> Step:
    """A step of the instance that is only looked at, never stored.

    One whose stored state does not fit raises Fault while it runs; parked or ended it is shown with nothing open.
    """
    definition = definitions.load(tx, row.definition_id)
    given = (tx, context, definition, row._asdict(), facts_of(tx, row.id, definition), actor)
    try:
        return Step(*given)
    except (RecordsDamaged, StoredByAnotherVersion) as error:
        if row.status == InstanceStatus.RUNNING:
            raise Fault(row.id, sentences(error.sentence, WHAT_TO_DO), None) from error
        return Step(*given, restoring=False)


def require_visible(tx: Connection, instance_id: str, actor: Actor) -> None:
    """Raises NotFound when this person may not see the instance: that it exists is not told."""
    subject = InstanceSubject(parties_of(tx, instance_id), readers=readers_of(tx, instance_id))
    if not may(actor, "see_instance", subject).allowed:
        raise NotFound


def linked(row: InstanceRow) -> ColumnElement[bool]:
    """The instances that called, started or name this one, and those that this one called, started or names."""
    near = process_instance.alias()
    begun = select(near.c.id).where(near.c.origin_instance_id == row.id)
    named = select(case_link.c.named_id).where(case_link.c.instance_id == row.id)
    naming = select(case_link.c.instance_id).where(case_link.c.named_id == row.id)
    origins = select(near.c.origin_instance_id).where(near.c.id == row.id, near.c.origin_instance_id.is_not(None))
    # an "or" of these would have every instance looked at
    return process_instance.c.id.in_(union(begun, origins, named, naming))


def is_only_reader(tx: Connection, instance_id: str, actor: Actor) -> bool:
    """Whether this person sees the instance for no other reason than a copy that was sent."""
    return not may(actor, "see_instance", InstanceSubject(parties_of(tx, instance_id))).allowed


def _own_draft(actor: Actor, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        start_draft.c.person_id == actor.person_id,
        start_draft.c.unit_code == actor.unit_code,
        start_draft.c.key == key,
    )


def find(tx: Connection, number: str, actor: Actor) -> InstanceRow:
    """The instance's row. Raises NotFound when there is none, or none that this person may see."""
    instance_id = unit_of(tx).keep(("instance numbered", number), lambda: _numbered(tx, number))
    if instance_id is None:
        raise NotFound
    require_visible(tx, instance_id, actor)
    row: InstanceRow = case_of(tx, instance_id).whole
    return row


def note_number(tx: Connection, row: InstanceRow) -> None:
    """The instance is known by its number, too, to whoever looks for it in this transaction."""
    unit_of(tx).keep(("instance numbered", row.number), lambda: str(row.id))


def _numbered(tx: Connection, number: str) -> str | None:
    row = tx.execute(select(process_instance).where(process_instance.c.number == number)).first()
    if row is None:
        return None
    case_of(tx, row.id).note_whole(row)
    return str(row.id)


def readers_of(tx: Connection, instance_id: str) -> frozenset[Addressee]:
    """To whom copies of the instance were sent, but for those that were revoked."""
    rows = (row for row in case_of(tx, instance_id).rows(reader) if row.revoked_at is None)
    return frozenset(Addressee(row.unit_code, row.role, row.person_id) for row in rows)


def lock(tx: Connection, instance_id: str) -> InstanceRow:
    """The instance's row, which nobody else changes until this transaction is over. Raises NotFound."""
    row = locks.lock(tx, instance_id)
    if row is None:
        raise NotFound
    return row

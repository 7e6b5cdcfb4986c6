"""What one instance throws is heard by others: a signal by each that waited for it, a message by one.

The worker takes what is on its way, each in a transaction of its own. The instance that hears is locked before the row, as every
step locks; so two workers deliver nothing twice, and one that is killed has delivered nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from engine.bpmn.reading.events import SIGNAL
from engine.db import fetch
from engine.db.rows import ThrownEventRow
from engine.db.tables import party, process_instance, subscription, thrown_event
from engine.deployments import definitions, retirement
from engine.deployments.definitions import Definition
from engine.messages import Name, sentences
from engine.messages import gettext as _
from engine.runtime.advance import incidents, telling
from engine.runtime.advance.advance import advance
from engine.runtime.advance.beginnings import begin_by_itself
from engine.runtime.notify.notices import notify_administrators
from engine.runtime.step.context import Context
from engine.runtime.step.events import Heard, Started
from engine.runtime.step.faults import Fault
from engine.runtime.step.locks import lock
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.states import InstanceStatus, ThrownStatus

IN_A_ROW = 100
"""So many are heard each because of the one before, with nobody acting in between."""
AT_ONCE = timedelta(hours=1)
"""What has been on its way longer begins a row of its own: somebody has acted, or begun to wait."""
AGAIN = timedelta(minutes=10)
"""So long what is for a parked instance waits before it is tried again."""


def earliest(tx: Connection, now: datetime, but: Collection[str] = ()) -> str | None:
    """What has been on its way longest, those in `but` left out; None when there is nothing."""
    due = select(thrown_event.c.id).where(thrown_event.c.look_at <= now, thrown_event.c.id.not_in(list(but)))
    return tx.scalar(due.order_by(thrown_event.c.look_at, thrown_event.c.id).limit(1))


def take(tx: Connection, context: Context, event_id: str) -> bool:
    """It has been heard, or it is settled that it is not. False when somebody else is at it. Raises Fault."""
    row = fetch.one(tx, ThrownEventRow, select(thrown_event).where(thrown_event.c.id == event_id))
    context = replace(context, heard=telling.number_of(event_id) if context.now - row.thrown_at < AT_ONCE else 0)
    if context.heard > IN_A_ROW:
        return _stop(tx, context, row)
    if row.start_key is not None:
        return _begin_by_signal(tx, context, row)
    if row.kind == SIGNAL:
        return _notify(tx, context, row, row.to_id or "", row.subscription_id or "")
    for instance_id, subscription_id in _candidates(tx, row):
        return _notify(tx, context, row, instance_id, subscription_id)
    return _begin_or_keep(tx, context, row)


def _notify(tx: Connection, context: Context, row: ThrownEventRow, instance_id: str, subscription_id: str) -> bool:
    """The instance hears it, if it still waits."""
    instance = lock(tx, instance_id, skip_locked=True)
    if instance is None or (taken := _take_row(tx, row.id)) is None:
        return False
    waits = tx.scalar(select(subscription.c.id).where(subscription.c.id == subscription_id)) is not None
    if instance.status == InstanceStatus.INCIDENT:
        _note(tx, taken, look_at=context.now + AGAIN)
    elif not waits or instance.status == InstanceStatus.ENDED:
        over = {"status": ThrownStatus.GONE, "look_at": None} if row.kind == SIGNAL else {"look_at": context.now}
        _note(tx, taken, **over)
    else:
        _note(tx, taken, status=ThrownStatus.HEARD, look_at=None, heard_at=context.now, heard_by_id=instance_id)
        advance(tx, context, instance_id, StepKind.HEARD, lambda step: _hear(step, taken, subscription_id))
    return True


def _hear(step: Step, row: ThrownEventRow, subscription_id: str) -> None:
    event = next((one for one in step.workflow.armed_events() if one.id == subscription_id), None)
    if event is not None:  # a new calendar may have moved the instance a moment ago
        step.record(Heard(row.kind, row.name, event.element_id, row.from_id))
        step.workflow.fire(subscription_id)


def _candidates(tx: Connection, row: ThrownEventRow) -> Iterator[tuple[str, str]]:
    """Who may hear the message, whoever has waited longest first."""
    sender = tx.execute(select(process_instance).where(process_instance.c.id == row.from_id)).one()
    named = (subscription.c.kind == row.kind) & (subscription.c.name == row.name)
    found = select(subscription, process_instance.c.origin_instance_id).join(
        process_instance, process_instance.c.id == subscription.c.instance_id
    )
    waiting = tx.execute(
        found.where(named, _found_by(row, sender)).order_by(subscription.c.armed_at, subscription.c.id)
    )
    for one in waiting.all():
        if one.instance_id == sender.id or _is_linked(one, sender) or _share_a_party(tx, one.instance_id, sender.id):
            yield one.instance_id, one.id


def _found_by(row: Any, sender: Any) -> ColumnElement[bool]:
    """By its own word; without one, whoever is linked with the sender, or waits by the sender's number."""
    if row.correlation is not None:
        by_its_word: ColumnElement[bool] = subscription.c.correlation == row.correlation
        return by_its_word
    linked = [process_instance.c.origin_instance_id == sender.id]
    if sender.origin_instance_id is not None:
        linked.append(process_instance.c.id == sender.origin_instance_id)
    return or_(*linked, subscription.c.correlation == sender.number)


def _is_linked(one: Any, sender: Any) -> bool:
    is_begun: bool = one.origin_instance_id == sender.id
    return is_begun or bool(one.instance_id == sender.origin_instance_id)


def _share_a_party(tx: Connection, one: str, other: str) -> bool:
    """Whether a unit sees both cases: between others nothing passes without a paper."""
    theirs = select(party.c.unit_code).where(party.c.instance_id == other, party.c.seen_at.is_not(None))
    both = (party.c.instance_id == one) & party.c.seen_at.is_not(None) & party.c.unit_code.in_(theirs)
    return tx.scalar(select(party.c.unit_code).where(both).limit(1)) is not None


def _begin_by_signal(tx: Connection, context: Context, row: ThrownEventRow) -> bool:
    taken = _take_row(tx, row.id)
    if taken is None:
        return False
    definition = _startable(tx, row.start_key or "")
    start = definition.diagram.elements.get(row.start_element_id or "") if definition is not None else None
    if definition is None or start is None or start not in definition.diagram.starts_by_event(row.kind, row.name):
        _note(tx, taken, status=ThrownStatus.GONE, look_at=None)
    else:
        begun = begin_by_itself(tx, context, definition, start, Started("", start=start.id))
        _note(tx, taken, status=ThrownStatus.HEARD, look_at=None, heard_at=context.now, heard_by_id=begun.instance_id)
    return True


def _begin_or_keep(tx: Connection, context: Context, row: ThrownEventRow) -> bool:
    """A message that nobody waits for begins a case where a procedure says so; else it is kept until its term is over."""
    taken = _take_row(tx, row.id)
    if taken is None:
        return False
    for definition in definitions.every_startable(tx):
        for start in definition.diagram.starts_by_event(row.kind, row.name):
            number = tx.scalar(select(process_instance.c.number).where(process_instance.c.id == row.from_id))
            told = Started("", origin=number, start=start.id)
            begun = begin_by_itself(tx, context, definition, start, told, row.from_id)
            _note(
                tx, taken, status=ThrownStatus.HEARD, look_at=None, heard_at=context.now, heard_by_id=begun.instance_id
            )
            return True
    if row.kept_until is not None and context.now < row.kept_until:
        _note(tx, taken, look_at=row.kept_until)
    else:
        _note(tx, taken, status=ThrownStatus.EXPIRED, look_at=None)
        _notify_administrators(tx, context, row)
    return True


def _stop(tx: Connection, context: Context, row: ThrownEventRow) -> bool:
    """Nobody hears it: what hears and throws would go on without end. Who threw it is parked, or the administrators know."""
    sender = lock(tx, row.from_id, skip_locked=True)
    if sender is None or (taken := _take_row(tx, row.id)) is None:
        return False
    _note(tx, taken, status=ThrownStatus.EXPIRED, look_at=None)
    sentence = _(
        "More than %(most)s messages and signals have set one another off with nobody acting in between. The last "
        "one, '%(name)s', is not delivered. The diagrams may begin or wake one another without end.",
        most=IN_A_ROW,
        name=Name(row.name),
    )
    if not incidents.park(tx, context, Fault(row.from_id, sentence, row.from_element_id)):
        definition = definitions.load(tx, sender.definition_id)
        step = definition.element_name(row.from_element_id)
        about = {"number": sender.number, "procedure": definition.called, "step": step}
        where = _("Case %(number)s (%(procedure)s) threw a message or signal at '%(step)s'.", **about)
        notify_administrators(tx, context, sentences(where, sentence), step.drawn)
    return True


def _notify_administrators(tx: Connection, context: Context, row: ThrownEventRow) -> None:
    sender = tx.execute(select(process_instance).where(process_instance.c.id == row.from_id)).one()
    definition = definitions.load(tx, sender.definition_id)
    step = definition.element_name(row.from_element_id)
    text = _(
        "No case has been waiting for the message '%(name)s', which case %(number)s (%(procedure)s) threw at "
        "'%(step)s'. It is no longer kept.",
        name=Name(row.name),
        number=sender.number,
        procedure=definition.called,
        step=step,
    )
    notify_administrators(tx, context, text, step.drawn)


def _startable(tx: Connection, key: str) -> Definition | None:
    return None if key in retirement.retired(tx) else definitions.latest(tx, key)


def _take_row(tx: Connection, event_id: str) -> ThrownEventRow | None:
    """The row, which is this transaction's alone; None when somebody else has it, or it is over."""
    own = select(thrown_event).where(thrown_event.c.id == event_id, thrown_event.c.status == ThrownStatus.WAITING)
    return fetch.first(tx, ThrownEventRow, own.with_for_update(skip_locked=True))


def put_off(tx: Connection, now: datetime, event_id: str) -> None:
    """What could not be heard, because the instance that hears it cannot go on, is tried again later."""
    tx.execute(update(thrown_event).where(thrown_event.c.id == event_id).values(look_at=now + AGAIN))


def _note(tx: Connection, row: ThrownEventRow, **values: object) -> None:
    tx.execute(update(thrown_event).where(thrown_event.c.id == row.id).values(**values))

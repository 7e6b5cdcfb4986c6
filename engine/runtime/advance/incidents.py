"""Instances that stopped by themselves: each is parked alone and listed; everything else goes on.

A fault at a start leaves no instance behind; it is kept besides (`start_fault`). Whoever looks after the installation is
notified of both, with the procedure, the element and the technical reason, and with nothing that a case says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, insert, select, update

from engine.db import fetch
from engine.db.case import case_of
from engine.db.english import english_of
from engine.db.rows import InstanceRow
from engine.db.tables import incident, process_instance, start_fault
from engine.deployments import definitions
from engine.errors import NotFound, Refused
from engine.ids import new_id
from engine.messages import Name, Text, from_json, in_chinese, sentences, to_json
from engine.messages import gettext as _
from engine.runtime.notify.notices import notify_administrators, notify_people
from engine.runtime.periods import resting
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.entries import CalledIncident, Failed, FailureClosed, Incident, Resumed
from engine.runtime.step.facts import every_value
from engine.runtime.step.faults import Fault, without_contents
from engine.runtime.step.locks import lock
from engine.runtime.step.names import FAILED
from engine.runtime.step.parties import units_at_work
from engine.states import InstanceStatus, NoticeKind

AGAIN = timedelta(days=1)
"""A step that is refused for the same reason is told to an administrator once in this time."""
SHORTEST = 8
"""Characters of a start fault's id that are enough to name it."""


@dataclass(frozen=True)
class Stopped:
    """Something that waits for whoever looks after the installation: a parked case, or a fault at a start.

    `number` is empty and `fault_id` is not for a fault at a start. `times` says how often it was tried.
    """

    number: str
    fault_id: str
    procedure: Name
    element: Name
    since: datetime
    reason: Text
    times: int = 1
    has_failed: bool = False
    """Whether the case is over, and only to be looked at: it has ended with an error that nothing caught."""


def park(tx: Connection, context: Context, fault: Fault) -> bool:
    """The instance rests with an incident that says why; its stored state is the one before the step that failed.

    Its people are told, and those of the instance that waits for it, and the system administrators. A fault of an
    instance that never began is kept as one of a start. Returns whether a system administrator has been notified.
    """
    row = lock(tx, fault.instance_id)
    if row is None:
        return _at_a_start(tx, context, fault)
    if row.status != InstanceStatus.RUNNING:
        return False
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status=InstanceStatus.INCIDENT))
    resting.rest(tx, row.id)
    _raise(tx, context, fault, Incident(fault.sentence))
    stopped_by = _(
        "'%(title)s' (%(number)s) has been stopped by a fault. It goes on once the system administrator has dealt "
        "with it: %(fault)s",
        title=row.title,
        number=row.number,
        fault=fault.sentence,
    )
    _notify(tx, context, row.id, stopped_by)
    if row.origin_task_id is not None and row.origin_instance_id is not None:  # whoever waits for it is told
        audit.append(tx, row.origin_instance_id, context.now, CalledIncident(row.number, fault.sentence))
        caller = tx.execute(select(process_instance).where(process_instance.c.id == row.origin_instance_id)).one()
        text = _(
            "Case %(called)s, which '%(title)s' (%(number)s) waits for, has been stopped by a fault. It will have a "
            "result once the system administrator has dealt with it.",
            called=row.number,
            title=caller.title,
            number=caller.number,
        )
        _notify(tx, context, caller.id, text)
    about, step = _about(tx, row, fault)
    stopped_at = (
        _("Case %(number)s (%(procedure)s) has been stopped by a fault at '%(step)s': %(reason)s", **about)
        if step
        else _("Case %(number)s (%(procedure)s) has been stopped by a fault: %(reason)s", **about)
    )
    then = _("When the fault is removed, resume the case with lianban resume %(number)s --by NAME.", number=row.number)
    return notify_administrators(tx, context, sentences(stopped_at, then), step.drawn)


def _raise(tx: Connection, context: Context, fault: Fault, entry: Incident | Failed) -> None:
    """What has gone wrong is written down: for whoever looks after the installation, and in the record of the case."""
    tx.execute(
        insert(incident).values(
            id=new_id(),
            instance_id=fault.instance_id,
            element_id=fault.element_id,
            message=in_chinese(fault.sentence),
            said=to_json(fault.sentence),
            raised_at=context.now,
        )
    )
    audit.append(tx, fault.instance_id, context.now, entry, element_id=fault.element_id)


def failed(tx: Connection, context: Context, failure: Fault) -> None:
    """The instance has ended with an error that nothing in it caught, and what was open in it has ended with it.

    Its people are told, and the system administrators, for whom it is listed until one of them closes it.
    """
    _raise(tx, context, failure, Failed(failure.sentence))
    row = case_of(tx, failure.instance_id).instance
    assert row is not None
    ended = _(
        "'%(title)s' (%(number)s) has failed and ended. The steps still open in it no longer have to be done. "
        "%(fault)s",
        title=row.title,
        number=row.number,
        fault=failure.sentence,
    )
    _notify(tx, context, row.id, ended)
    about, step = _about(tx, row, failure)
    told = _("Case %(number)s (%(procedure)s) has failed and ended at '%(step)s': %(reason)s", **about)
    then = _(
        "If such cases should go on in future, draw an event that catches the error, and deploy the diagram. When it "
        "is dealt with: lianban incidents --close %(number)s --by NAME",
        number=row.number,
    )
    notify_administrators(tx, context, sentences(told, then), step.drawn)


def refused(tx: Connection, context: Context, fault: Fault) -> bool:
    """A step was refused because of what an earlier form says; nothing is parked. Returns as `park` does."""
    row = fetch.first(tx, InstanceRow, select(process_instance).where(process_instance.c.id == fault.instance_id))
    if row is None:
        return _at_a_start(tx, context, fault)
    about, step = _about(tx, row, fault)
    not_done = (
        _("Case %(number)s (%(procedure)s) could not do something at '%(step)s', but it goes on: %(reason)s", **about)
        if step
        else _("Case %(number)s (%(procedure)s) could not do something, but it goes on: %(reason)s", **about)
    )
    then = _(
        "The case officer knows which field to correct first. If this may happen again, make that field required, or "
        "correct the diagram."
    )
    return notify_administrators(tx, context, sentences(not_done, then), step.drawn, context.now - AGAIN)


def _about(tx: Connection, row: InstanceRow, fault: Fault) -> tuple[dict[str, object], Name]:
    """What whoever looks after the installation is told of the case, and the name of the step; empty without one."""
    procedure, step = _place(tx, row.definition_id, fault.element_id)
    reason = _technical(tx, row.id, row.title, fault.sentence, fault.said)
    return {"number": row.number, "procedure": procedure, "step": step, "reason": reason}, step


def stopped(tx: Connection) -> list[Stopped]:
    """What waits for whoever looks after the installation, the longest first."""
    rows = tx.execute(
        select(
            incident,
            process_instance.c.number,
            process_instance.c.title,
            process_instance.c.definition_id,
            process_instance.c.status,
        )
        .join(process_instance, process_instance.c.id == incident.c.instance_id)
        .where(incident.c.closed_at.is_(None), _is_stopped())
    ).all()
    found = []
    for row in rows:
        procedure, step = _place(tx, row.definition_id, row.element_id)
        reason = _technical(tx, row.instance_id, row.title, from_json(row.said) if row.said else row.message)
        is_over = row.status == InstanceStatus.ENDED
        found.append(Stopped(row.number, "", procedure, step, row.raised_at, reason, has_failed=is_over))
    for row in tx.execute(select(start_fault).where(start_fault.c.closed_at.is_(None))):
        english = english_of(tx)
        drawn = row.element_name or row.element_id
        element = english.element(row.key, row.element_id or "", drawn) if drawn else Name("")
        found.append(
            Stopped(
                "",
                row.id,
                english.element(row.key, "", row.name),
                element,
                row.raised_at,
                from_json(row.said) if row.said else row.message,
                row.times,
            )
        )
    return sorted(found, key=lambda one: (one.since, one.number, one.fault_id))


def parked_at(tx: Connection, instance_id: str) -> datetime:
    """When the instance was parked last."""
    own = select(incident.c.raised_at).where(incident.c.instance_id == instance_id)
    raised_at: datetime = tx.scalars(own.order_by(incident.c.raised_at.desc()).limit(1)).one()
    return raised_at


def _is_stopped() -> ColumnElement[bool]:
    """Whether the instance is parked, or has ended as failed."""
    return (process_instance.c.status == InstanceStatus.INCIDENT) | (process_instance.c.result == FAILED)


def close_failure(tx: Connection, number: str, by: str, now: datetime) -> bool:
    """The case that has failed is dealt with, and listed no more. False when no failed case of this number is listed."""
    instance_id = tx.scalar(
        select(process_instance.c.id).where(process_instance.c.number == number, process_instance.c.result == FAILED)
    )
    own = (incident.c.instance_id == instance_id) & incident.c.closed_at.is_(None)
    if instance_id is None or not tx.execute(update(incident).where(own).values(closed_at=now)).rowcount:
        return False
    audit.append(tx, instance_id, now, FailureClosed(by))
    return True


def close_start_fault(tx: Connection, beginning: str, by: str, now: datetime) -> Name:
    """The fault at a start whose id begins so is done with. Returns the procedure's name; raises NotFound, Refused."""
    if len(beginning) < SHORTEST:
        raise Refused(_("Give at least %(count)s characters of the number.", count=SHORTEST))
    mine = start_fault.c.id.startswith(beginning, autoescape=True) & start_fault.c.closed_at.is_(None)
    rows = tx.execute(select(start_fault.c.id, start_fault.c.key, start_fault.c.name).where(mine).limit(2)).all()
    if not rows:
        raise NotFound(_("There is no open fault in starting with the number %(number)s.", number=beginning))
    if len(rows) > 1:
        raise Refused(
            _(
                "The numbers of several faults in starting begin with %(number)s. Give more characters.",
                number=beginning,
            )
        )
    tx.execute(update(start_fault).where(start_fault.c.id == rows[0].id).values(closed_at=now, closed_by=by))
    return english_of(tx).element(rows[0].key, "", rows[0].name)


def _at_a_start(tx: Connection, context: Context, fault: Fault) -> bool:
    """The same fault is one row and one notice, however often it is tried, until somebody has closed it."""
    unit_code = fault.actor.unit_code if fault.actor is not None else fault.unit_code
    if fault.definition_id is None or unit_code is None:
        return False
    definition = definitions.load(tx, fault.definition_id)
    procedure, step = _place(tx, definition.id, fault.element_id)
    reason = without_contents(fault.sentence, fault.said)
    same = (
        (start_fault.c.key == definition.key)
        & (start_fault.c.message == in_chinese(reason))
        & start_fault.c.element_id.is_not_distinct_from(fault.element_id)
        & start_fault.c.closed_at.is_(None)
    )
    row = tx.execute(select(start_fault.c.id, start_fault.c.raised_at).where(same)).first()
    if row is not None:
        again = {"last_at": context.now, "times": start_fault.c.times + 1}
        tx.execute(update(start_fault).where(start_fault.c.id == row.id).values(**again))
    else:
        tx.execute(
            insert(start_fault).values(
                id=new_id(),
                key=definition.key,
                name=procedure.drawn,
                element_id=fault.element_id,
                element_name=step.drawn or None,
                message=in_chinese(reason),
                said=to_json(reason),
                person_id=fault.actor.person_id if fault.actor is not None else None,
                unit_code=unit_code,
                raised_at=context.now,
                last_at=context.now,
                times=1,
            )
        )
    about = {"procedure": procedure, "step": step, "reason": reason}
    failed = (
        _("'%(procedure)s' could not be started because of a fault at '%(step)s': %(reason)s", **about)
        if step
        else _("'%(procedure)s' could not be started because of a fault: %(reason)s", **about)
    )
    text = sentences(failed, _("Correct the diagram and deploy it again. lianban incidents says more."))
    return notify_administrators(tx, context, text, step.drawn, row.raised_at if row is not None else None)


def _place(tx: Connection, definition_id: str, element_id: str | None) -> tuple[Name, Name]:
    """The names of the procedure and of the element; the element's is empty when none is to blame."""
    definition = definitions.load(tx, definition_id)
    return definition.called, definition.element_name(element_id) if element_id else Name("")


def _technical(tx: Connection, instance_id: str, title: str, sentence: Text, said: Iterable[object] = ()) -> Text:
    return without_contents(sentence, [title, *every_value(tx, instance_id), *said])


def resume(tx: Connection, number: str, by: str, context: Context) -> str:
    """The instance runs again from its stored state. Returns its id; raises NotFound when it has no open incident."""
    found = tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number))
    row = lock(tx, found) if found else None
    if row is None or row.status != InstanceStatus.INCIDENT:
        raise NotFound(_("%(number)s has no fault to deal with.", number=number))
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(status=InstanceStatus.RUNNING))
    resting.wake(tx, row.id)
    tx.execute(
        update(incident)
        .where(incident.c.instance_id == row.id, incident.c.closed_at.is_(None))
        .values(closed_at=context.now)
    )
    audit.append(tx, row.id, context.now, Resumed(by))
    return str(row.id)


def _notify(tx: Connection, context: Context, instance_id: str, text: Text) -> None:
    for unit_code in sorted(units_at_work(tx, instance_id)):
        notify_people(tx, context, instance_id, NoticeKind.INCIDENT, unit_code, ["case_officer", "liaison"], text)

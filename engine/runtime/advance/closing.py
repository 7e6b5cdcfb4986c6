"""Ending an instance past its diagram, and what ends together with an instance, whichever way it ends."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from engine.db.case import case_of
from engine.db.rows import ChildRow, InstanceRow, TaskRow
from engine.db.tables import correction, incident, process_instance, task, timer
from engine.deadlines import deadlines
from engine.deployments import definitions
from engine.errors import RecordsDamaged
from engine.messages import Message, Name, Text, in_chinese
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance import archiving, incidents, lists, telling
from engine.runtime.advance.lapsed_requests import notify_not_needed
from engine.runtime.documents import reading_marks
from engine.runtime.notify import notices
from engine.runtime.step import audit, sealing
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Cancelled
from engine.runtime.step.events import Event, Notified, PeriodStands
from engine.runtime.step.facts import known
from engine.runtime.step.faults import Fault
from engine.runtime.step.locks import lock
from engine.runtime.step.names import ENDED
from engine.runtime.step.scopes import scopes_of
from engine.states import CorrectionStatus, InstanceStatus, NoticeKind, TaskStatus

ALIVE = (InstanceStatus.RUNNING, InstanceStatus.INCIDENT)
WITH_CALLER, CALLED_OFF = "ended_with_caller", "called_off"
"""The results of a called instance for which nobody waits any more: its caller has ended, or goes on without it."""
TOLD = ("case_officer", "liaison")
"""The posts of every unit at work that are told why an instance was cancelled, whether they had a task or not."""


def cancel(
    tx: Connection,
    context: Context,
    instance_id: str,
    result: str,
    actor: Actor | None = None,
    reason: str = "",
    by: str = "",
) -> None:
    """The instance has ended with this result, past its diagram, and whatever it has called with it.

    Its open tasks have lapsed and its periods have fallen away; an overdue stays recorded. Whoever waits for it is
    parked, because there is no answer to go on with. Nothing happens when it has ended already. `by` is who did it,
    when that is no person of the directory.
    """
    row = lock(tx, instance_id)
    if row is None or row.status == InstanceStatus.ENDED:
        return
    _end(tx, context, row, result, actor, reason, by)
    if row.origin_task_id is not None and row.origin_instance_id is not None:
        told = _no_answer(row.number, result, reason)
        incidents.park(tx, context, Fault(row.origin_instance_id, told, None))


def end_called(tx: Connection, context: Context, row: ChildRow, result: str = WITH_CALLER) -> None:
    """The called instance, for which nobody waits any more, has ended; whoever had a task open in it is told."""
    if (found := lock(tx, row.id)) is not None and found.status != InstanceStatus.ENDED:
        _end(tx, context, found, result, None, "", "")


def children(tx: Connection, instance_id: str, statuses: Collection[InstanceStatus] = ALIVE) -> list[ChildRow]:
    """The instances in these states that this one called or started."""
    return [row for row in case_of(tx, instance_id).children() if row.status in statuses]


def _no_answer(number: str, result: str, reason: str) -> Message:
    """Why the case that waits for this one cannot go on."""
    about = {"number": number, "result": ENDED[result], "reason": reason}
    if reason:
        return _(
            "Case %(number)s, which this one waits for, has no result. %(result)s: %(reason)s. It is started again "
            "when this case is resumed.",
            **about,
        )
    return _(
        "Case %(number)s, which this one waits for, has no result: %(result)s. It is started again when this case is "
        "resumed.",
        **about,
    )


def lapsed_text(step_name: str, result: Text) -> Message:
    """What is said to whoever had the task open when its case ended."""
    if not result:
        return _("The case has ended. '%(step)s' no longer has to be done.", step=Name(step_name))
    return _(
        "The case has ended (%(result)s). '%(step)s' no longer has to be done.", result=result, step=Name(step_name)
    )


def lapse_corrections(tx: Connection, instance_id: str, now: datetime) -> None:
    """Corrections that nobody has decided yet have lapsed: what is over is not counted anew."""
    case = case_of(tx, instance_id)
    for row in case.rows(correction):
        if row.status == CorrectionStatus.OPEN:
            notices.clear_decided(tx, row.id, now)
            case.change(correction, row, status=CorrectionStatus.LAPSED, decided_at=now)


def _end(
    tx: Connection,
    context: Context,
    row: InstanceRow,
    result: str,
    actor: Actor | None,
    reason: str,
    by: str,
) -> None:
    events: list[Event] = []
    for record in deadlines.open_of_instance(tx, row.id):
        ended = deadlines.cancel(tx, record, context.now)
        events.append(PeriodStands(record.key, ended.status))
    case = case_of(tx, row.id)
    for armed in case.rows(timer):
        case.remove(timer, armed)
    scopes_of(tx, row.id).store(case, (), context.now)
    if definitions.load(tx, row.definition_id).diagram.hears:
        telling.forget(tx, row.id)
    lapsed = [found for found in case.rows(task) if found.status == TaskStatus.OPEN]
    for left in lapsed:
        notify_not_needed(tx, context, left, by=actor.person_id if actor else None)
        case.change(task, left, status=TaskStatus.LAPSED, ended_at=context.now)
    reading_marks.forget(tx, row.id)
    lapse_corrections(tx, row.id, context.now)
    instance = row._asdict()
    values: dict[str, Any] = {"status": InstanceStatus.ENDED, "ended_at": context.now, "revision": row.revision + 1}
    values |= {"past_diagram": True, **_called(result)}
    with suppress(RecordsDamaged):  # a state that did not fit goes on not fitting
        bound = {**sealing.bound_of(instance), "revision": row.revision + 1}
        values["state"] = sealing.sealed_state(tx, bound, sealing.state_of(tx, instance))
    tx.execute(update(process_instance).where(process_instance.c.id == row.id).values(**values))
    lists.keep(tx, row.id)
    unsolved = (incident.c.instance_id == row.id) & incident.c.closed_at.is_(None)
    tx.execute(update(incident).where(unsolved).values(closed_at=context.now))
    notices.clear_done(tx, row.id, context.now)
    for left in lapsed:
        if result in (WITH_CALLER, CALLED_OFF) or not {*TOLD} & {*left.roles}:
            events.append(_notify_of_lapse(tx, context, row.id, left, result, actor))
    process = definitions.load(tx, row.definition_id).diagram.process
    archiving.want(tx, row.id, process, None, known(tx, row.id), context.now)
    who = {"person_id": actor.person_id, "unit_code": actor.unit_code} if actor else {}
    entry = Cancelled(**_called(result), reason=reason, events=tuple(events), by=by)
    audit.append(tx, row.id, context.now, entry, revision=row.revision + 1, **who)
    for child in children(tx, row.id):
        if child.origin_task_id is not None:
            end_called(tx, context, child)


def _called(result: str) -> dict[str, str]:
    """The result, and its name as it is kept."""
    return {"result": result, "result_name": in_chinese(ENDED[result])}


def _notify_of_lapse(
    tx: Connection, context: Context, instance_id: str, lapsed: TaskRow, result: str, actor: Actor | None
) -> Notified:
    """Whoever was to do the task is told that it is over, unless he ended the case himself; what the audit says of it."""
    text = lapsed_text(lapsed.name, ENDED[result])
    roles = [] if lapsed.assignee_id else sorted(lapsed.roles)
    sent = notices.notify_people(
        tx, context, instance_id, NoticeKind.NOTIFICATION, lapsed.unit_code, roles, text,
        person_id=lapsed.assignee_id, about=lapsed.name, but_not=actor.person_id if actor else None,
    )  # fmt: skip
    return Notified(NoticeKind.NOTIFICATION, text, lapsed.unit_code, sent.id, tuple(sent.people))

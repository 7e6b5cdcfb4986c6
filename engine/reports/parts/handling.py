"""What has been done with a task among colleagues, and what this person may do with it now; for the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, select

from engine.db.case import case_of
from engine.db.rows import HandOverRow, TaskRow
from engine.db.tables import hand_over, task
from engine.messages import Name, Text, pgettext
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, may
from engine.reports.parts.names import Names, UnitName
from engine.runtime.advance import requests
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.runtime.tasks import taking_back
from engine.runtime.tasks import tasks as work
from engine.runtime.tasks.colleagues import Colleague, who_may_be_asked, who_may_do
from engine.runtime.tasks.consultations import opinion_words
from engine.runtime.tasks.dropping import can_be_dropped
from engine.runtime.tasks.sending_back import Earlier, way_back
from engine.runtime.tasks.urging import may_urge_again
from engine.states import HandlingKind, InstanceStatus, TaskStatus

RETURNED, SENT_BACK, CHASED = pgettext("tag", "Returned to me"), pgettext("tag", "Sent back"), pgettext("tag", "Chased")
URGENT = frozenset({RETURNED, SENT_BACK, CHASED})
"""Tags of a task that ask for haste."""
URGED_TODAY = _("You have chased this today. You can chase it again from the next working day.")
VERBS = ("transfer", "return", "delegate", "recall", "consult", "send_back", "drop", "urge")


@dataclass(frozen=True)
class Said:
    """One thing that somebody did with the task: who, to whom, in what words, and the answer if there is one."""

    id: str
    kind: str
    step: Name
    by: str
    unit: UnitName | None
    to: str
    words: str
    at: datetime
    answer: Text
    answered_at: datetime | None


@dataclass(frozen=True)
class TaskHandling:
    """`may` holds each verb that is this person's, with the reason when it is not the time; empty when it is."""

    may: Mapping[str, Text]
    why_here: Said | None
    """How the task came to this person or was opened again: sent back, taken back, handed over or given back."""
    delegation: Said | None
    delegated_to_me: bool
    asked: list[Said]
    """Opinions that are waited for."""
    asked_of_me: Said | None
    opinions: list[Said]
    """What colleagues have answered, in any step of the instance, the latest first."""
    urged: list[Said]
    take_back: Text | None
    """Empty when this person may take the completion back, else why not; None when it is not this person's."""


@dataclass(frozen=True)
class Choices:
    """What the form of one action offers. `earlier` are the steps to which the task may be sent back."""

    task_id: str
    name: Name
    number: str
    title: str
    may: Mapping[str, Text]
    holders: list[Colleague]
    colleagues: list[Colleague]
    earlier: list[tuple[Earlier, str]]
    """Each with the name of whoever did it."""
    why_no_further: Text
    giver: str
    """Who gets the task back; empty when the whole post does, since whoever handed it over cannot do it."""


def task_handling(tx: Connection, context: Context, actor: Actor, row: TaskRow, step: Step) -> TaskHandling:
    """What the page of the task shows of this."""
    names = Names(tx)
    every = requests.of_instance(tx, row.instance_id)
    element_name = step.definition.element_name
    step_names = {found.id: element_name(found.element_id) for found in case_of(tx, row.instance_id).rows(task)}

    def said(record: HandOverRow) -> Said:
        return Said(
            id=record.id,
            kind=record.kind,
            step=step_names.get(record.task_id, Name("")),
            by=names.person(record.from_person),
            unit=names.unit(record.from_unit),
            to=names.person(record.to_person),
            words=record.reason or "",
            at=record.opened_at,
            answer=opinion_words(record.answer or ""),
            answered_at=record.answered_at,
        )

    own = [record for record in every if record.task_id == row.id]
    unanswered = [
        record
        for record in own
        if row.status == TaskStatus.OPEN
        and actor.unit_code == row.unit_code
        and record.kind in requests.REQUESTS
        and not (record.answered_at or record.withdrawn_at)
    ]
    delegation = next((record for record in unanswered if record.kind == HandlingKind.DELEGATION), None)
    asked = [record for record in unanswered if record.kind == HandlingKind.CONSULTATION]
    mine = next((record for record in asked if record.to_person == actor.person_id), None)
    why_here = _why_here(actor, row, every)
    return TaskHandling(
        may=_may(tx, context, actor, row, step),
        why_here=said(why_here) if why_here is not None else None,
        delegation=said(delegation) if delegation is not None else None,
        delegated_to_me=delegation is not None and delegation.to_person == actor.person_id,
        asked=[said(record) for record in asked],
        asked_of_me=said(mine) if mine is not None else None,
        opinions=[
            said(record) for record in reversed(every) if record.answered_at and record.from_unit == actor.unit_code
        ],
        urged=[said(record) for record in reversed(own) if record.kind == HandlingKind.URGE],
        take_back=_take_back(tx, context, actor, row),
    )


def choices(tx: Connection, context: Context, actor: Actor, task_id: str) -> Choices:
    """Whom and what the forms offer for this task. Raises NotFound."""
    row = work.find(tx, task_id, actor)
    instance = case_of(tx, row.instance_id).whole
    step = instances.look(tx, context, instance, actor)
    names = Names(tx)
    holders, giver = who_may_do(tx, row, context.now), requests.handed_by(tx, row)
    is_open = row.status == TaskStatus.OPEN and instance.status == InstanceStatus.RUNNING
    own = is_open and actor.unit_code == row.unit_code
    back = way_back(step, row) if own else None
    already = {found.to_person for found in requests.requests(tx, row) if found.kind == HandlingKind.CONSULTATION}
    return Choices(
        task_id=row.id,
        name=step.definition.element_name(row.element_id),
        number=instance.number,
        title=instance.title,
        may=_may(tx, context, actor, row, step) if is_open else {},
        holders=holders if own else [],
        colleagues=[found for found in who_may_be_asked(tx, row, context.now) if found.id not in already]
        if own
        else [],
        earlier=[(found, names.person(found.done_by)) for found in back.steps] if back else [],
        why_no_further=back.why_no_further if back else "",
        giver=names.person(giver) if any(found.id == giver for found in holders) else "",
    )


class Waits(Protocol):
    """What is read of an open task of a list, whatever else stands in its row."""

    @property
    def id(self) -> str: ...
    @property
    def assignee_id(self) -> str | None: ...
    @property
    def claimed_at(self) -> datetime | None: ...


def tags(tx: Connection, actor: Actor, rows: Sequence[Waits]) -> dict[str, list[Text]]:
    """What the inbox says beside each of these tasks: 委派给我, 征求意见, 转办给我, 退回, 催办 …"""
    ids = [row.id for row in rows]
    found: dict[str, list[Text]] = {row.id: [] for row in rows}
    statement = select(hand_over).where(hand_over.c.task_id.in_(ids) | hand_over.c.to_task.in_(ids))
    own = {row.id: row for row in rows}
    for record in tx.execute(statement.order_by(hand_over.c.opened_at, hand_over.c.id)):
        waits = record.answered_at is None and record.withdrawn_at is None
        to_me, by_me = record.to_person == actor.person_id, record.from_person == actor.person_id
        row = own.get(record.task_id)
        match record.kind:
            case HandlingKind.DELEGATION if waits and row is not None and (to_me or by_me):
                found[row.id].append(pgettext("tag", "Delegated to me") if to_me else pgettext("tag", "Delegated"))
            case HandlingKind.CONSULTATION if waits and row is not None and (to_me or by_me):
                found[row.id].append(
                    pgettext("tag", "Opinion asked for") if to_me else pgettext("tag", "Opinion asked")
                )
            case HandlingKind.TRANSFER | HandlingKind.RETURN if (
                row is not None and to_me and row.assignee_id == actor.person_id
            ):
                if record.opened_at == row.claimed_at:
                    found[row.id].append(
                        pgettext("tag", "Reassigned to me") if record.kind == HandlingKind.TRANSFER else RETURNED
                    )
            case HandlingKind.SEND_BACK if record.to_task in own:
                found[record.to_task].append(SENT_BACK)
            case HandlingKind.URGE if row is not None:
                found[row.id].append(CHASED)
    return {task_id: list(dict.fromkeys(words)) for task_id, words in found.items()}


def _may(tx: Connection, context: Context, actor: Actor, row: TaskRow, step: Step) -> dict[str, Text]:
    if row.status != TaskStatus.OPEN or step.instance["status"] != InstanceStatus.RUNNING:
        return {}
    subject = work.subject(tx, row)
    allowed: dict[str, Text] = {verb: "" for verb in VERBS if may(actor, verb, subject).allowed}
    if "send_back" in allowed:
        back = way_back(step, row)
        allowed["send_back"] = "" if back.steps else back.why_no_further
        if not back.steps and not _has_done_something(tx, row):
            del allowed["send_back"]  # the first step of its unit: nobody would look for a way back
    if "drop" in allowed and not can_be_dropped(step, row):
        del allowed["drop"]
    if "urge" in allowed:
        again_at = may_urge_again(tx, context, actor, row.id)
        allowed["urge"] = URGED_TODAY if again_at else ""
    return allowed


def _has_done_something(tx: Connection, row: TaskRow) -> bool:
    own = (found for found in case_of(tx, row.instance_id).rows(task) if found.unit_code == row.unit_code)
    return any(found.status == TaskStatus.COMPLETED for found in own)


def _take_back(tx: Connection, context: Context, actor: Actor, row: TaskRow) -> Text | None:
    if row.status != TaskStatus.COMPLETED or not may(actor, "take_back", work.subject(tx, row)).allowed:
        return None
    return taking_back.why_not(tx, row, context.now)


def _why_here(actor: Actor, row: TaskRow, every: list[HandOverRow]) -> HandOverRow | None:
    """The latest record that explains why the task is open with this person."""
    if row.status != TaskStatus.OPEN:
        return None
    opened = [record for record in every if record.to_task == row.id]
    handed = [
        record
        for record in every
        if record.task_id == row.id
        and record.kind in (HandlingKind.TRANSFER, HandlingKind.RETURN)
        and record.to_person == row.assignee_id == actor.person_id
        and record.opened_at == row.claimed_at
    ]
    found = handed or opened
    return found[-1] if found else None

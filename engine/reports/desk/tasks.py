"""Everything the page of one task shows, and what a form that is being filled in asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.db.tables import task
from engine.documents import materials
from engine.documents.materials import Material
from engine.forms.schema import Form
from engine.messages import Name, Text
from engine.organisation.assignment import Actor, may
from engine.organisation.directory import UnitDirectory
from engine.reports.case import history
from engine.reports.case.awaited import awaited
from engine.reports.case.documents import DocumentLine, document_lines
from engine.reports.case.event_lines import LogLine
from engine.reports.case.history import StepLine
from engine.reports.case.materials import LinkedCase, to_take_over
from engine.reports.desk import coming_documents
from engine.reports.parts import answers, readers
from engine.reports.parts.answers import FilledForm, Look, Section
from engine.reports.parts.handling import TaskHandling, task_handling
from engine.reports.parts.names import Names, UnitName, outcome_name
from engine.reports.parts.periods import Period, period_of
from engine.reports.parts.rows import counterparts
from engine.reports.parts.sent import materials_sent
from engine.runtime.instances import buttons as actions
from engine.runtime.instances import instances
from engine.runtime.instances.buttons import Button
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.runtime.tasks import tasks as work
from engine.runtime.tasks.drafts import aside, window_of
from engine.states import InstanceStatus, TaskStatus

Raw = Mapping[str, list[str]]


@dataclass(frozen=True)
class TaskView:
    """`form` is None when this person cannot do the task; `refusal` then says why."""

    task_id: str
    element_id: str
    name: Name
    status: str
    number: str
    title: str
    procedure: Name
    revision: int
    unit: UnitName | None
    counterpart: UnitName | None
    assignee: str
    claimed_at: datetime | None
    mine: bool
    may_claim: bool
    refusal: Text
    form: FilledForm | None
    draft_saved_at: datetime | None
    draft_window: str
    """The window that has saved the draft last, whether or not the draft is what is shown."""
    other_draft: bool
    """Whether another draft is kept aside: the person's own, or the one that a colleague has handed over."""
    period: Period | None
    before: list[Section]
    """What was answered in the steps before: those that lead here first, then the latest."""
    sections: list[Section]
    """What the case is about: the start form."""
    steps: list[StepLine]
    log: list[LogLine]
    documents: list[DocumentLine]
    materials: list[Material]
    to_take_over: list[LinkedCase]
    """What the linked instances have, for a form that makes the list."""
    buttons: list[Button]
    ended_at: datetime | None
    ended_by: str
    outcome_name: Name
    undone: str
    """sent_back or taken_back when that ended it or took its completion back, else empty."""
    handling: TaskHandling
    """What colleagues have done with it, and what this person may do with it besides completing it."""


def task_view(tx: Connection, context: Context, actor: Actor, task_id: str, sent: Raw | None) -> TaskView:
    """The task as this person sees it. Raises NotFound."""
    row = work.find(tx, task_id, actor)
    instance = case_of(tx, row.instance_id).whole
    instances.note_number(tx, instance)
    step = instances.look(tx, context, instance, actor)
    step.stand_in(row.scope_id)
    names = Names(tx)
    subject = work.subject(tx, row)
    decision, prepares = may(actor, "complete", subject), may(actor, "prepare", subject).allowed
    form, draft_saved_at, draft_window, other_draft = None, None, "", False
    if row.status == TaskStatus.OPEN and (decision.allowed or prepares) and instance.status == InstanceStatus.RUNNING:
        draft = work.draft(tx, actor.person_id, task_id)
        draft_window = window_of(draft.answers if draft else None)
        other_draft = aside(draft.answers if draft else None) is not None
        if sent is None and draft is not None:
            sent, draft_saved_at = draft.answers, draft.saved_at
        directory = UnitDirectory(tx, actor, context.now, context.fonts)
        form = answers.filled(_form_of(step, row), step, directory, names, sent, work.said_before(tx, row))
    drafts = readers.on_the_way(tx, instance.id, step.definition, actor)
    record = step.deadlines.get(row.deadline_key) if row.deadline_key else None
    return TaskView(
        task_id=task_id,
        element_id=row.element_id,
        name=step.definition.element_name(row.element_id),
        status=row.status,
        number=instance.number,
        title=instance.title,
        procedure=step.definition.called,
        revision=instance.revision,
        unit=names.unit(row.unit_code),
        counterpart=counterparts(tx, names, [instance.id], row.unit_code).get(instance.id),
        assignee=names.person(row.assignee_id),
        claimed_at=row.claimed_at,
        mine=row.assignee_id == actor.person_id,
        may_claim=row.status == TaskStatus.OPEN and row.assignee_id is None and decision.allowed,
        refusal="" if decision.allowed else decision.reason,
        form=form,
        draft_saved_at=draft_saved_at,
        draft_window=draft_window,
        other_draft=other_draft,
        period=period_of(tx, record, names, context, instance.key) if record else None,
        before=_answered(tx, step, row, names),
        sections=answers.sections(_start_groups(step), step, names),
        steps=history.steps(step, names, actor, awaited(step)),
        log=history.log(tx, instance.id, step.definition, names, actor),
        documents=document_lines(tx, instance.id, names, actor, instance.key),
        materials=materials_sent(tx, instance.id, actor, materials.of_instance(tx, instance.id)),
        to_take_over=to_take_over(tx, actor, instance) if form and form.takes_material else [],
        buttons=actions.buttons(step) if instance.status == InstanceStatus.RUNNING else [],
        ended_at=row.ended_at,
        ended_by=names.person(row.ended_by),
        outcome_name=Name("") if row.id in drafts else outcome_name(step.definition, row),
        undone=row.undone or "",
        handling=task_handling(tx, context, actor, row, step),
    )


@dataclass(frozen=True)
class TaskLook(Look):
    """`papers` are the elements that issue the papers to which the values so far lead."""

    papers: frozenset[str]


def look_at_answers(tx: Connection, context: Context, actor: Actor, task_id: str, raw: Raw) -> TaskLook:
    """What the task's form asks and warns of, for the values so far, and which of its papers would be issued.

    Raises NotFound, NotAllowed, AlreadyDone.
    """
    row = work.require_own(tx, actor, task_id)
    instance = case_of(tx, row.instance_id).whole
    step = instances.look(tx, context, instance, actor)
    step.stand_in(row.scope_id)
    form = _form_of(step, row)
    seen, values = answers.look_at(form, step, UnitDirectory(tx, actor, context.now, context.fonts), raw)
    papers = coming_documents.coming(step, step.definition.diagram.elements[row.element_id], form, values)
    return TaskLook(**vars(seen), papers=papers)


def _form_of(step: Step, row: TaskRow) -> Form:
    return step.definition.form_of(step.definition.diagram.elements[row.element_id])


def _answered(tx: Connection, step: Step, row: TaskRow, names: Names) -> list[Section]:
    """The answers of the steps that are done; a step that was done twice stands once, with what holds now."""
    diagram = step.definition.diagram
    ended = [found for found in step.case.rows(task) if found.status == TaskStatus.COMPLETED and found.undone is None]
    latest = sorted(
        sorted(ended, key=lambda found: found.id), key=lambda found: found.ended_at or found.opened_at, reverse=True
    )
    done = dict.fromkeys(found.element_id for found in latest if found.element_id != row.element_id)
    leading = diagram.tasks_before(row.element_id)
    ordered = sorted(done, key=lambda element_id: element_id not in leading)
    definition = step.definition
    forms = [(definition.element_name(found), definition.form_of(diagram.elements[found])) for found in ordered]
    return answers.sections(forms, step, names)


def _start_groups(step: Step) -> list[tuple[Name, Form]]:
    """The start form's groups, each under its own heading: what the case is about."""
    form = step.definition.start_form(step.instance["start_element_id"])
    return [(group.label, Form(form.id, (group,))) for group in form.groups]

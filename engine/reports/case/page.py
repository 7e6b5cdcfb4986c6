"""Where one instance stands: who waits for whom, its periods, its steps, its papers, and the marks on its diagram."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.db.case import case_of
from engine.db.english import english_of
from engine.db.rows import InstanceRow
from engine.db.tables import archive_package, case_link, definition_version, incident, process_instance, scope, task
from engine.deadlines import deadlines
from engine.deployments import definitions
from engine.documents import materials
from engine.documents.materials import Material
from engine.messages import Name, Text, from_json, pgettext
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, ArchiveSubject, InstanceSubject, may
from engine.reports.case import history
from engine.reports.case.awaited import Awaited, awaited
from engine.reports.case.axis import Axis, Bar, axis_of, bar_of
from engine.reports.case.calls import Called, calls
from engine.reports.case.documents import DocumentLine, document_lines
from engine.reports.case.event_lines import LogLine
from engine.reports.case.history import StepLine
from engine.reports.case.marks import Marks, marks_of
from engine.reports.case.rounds import Round, rounds
from engine.reports.parts import answers, readers, sent
from engine.reports.parts.answers import Section
from engine.reports.parts.drawing import Drawing, drawing_of
from engine.reports.parts.names import Names, UnitName, party_names, result_name
from engine.reports.parts.periods import Period, nearest, period_of
from engine.reports.parts.reached import reached_by
from engine.reports.parts.rows import counterparts, procedures
from engine.runtime.instances import buttons as actions
from engine.runtime.instances import instances
from engine.runtime.instances.buttons import Button
from engine.runtime.step import parties
from engine.runtime.step.context import Context
from engine.runtime.step.names import FAILED
from engine.runtime.tasks import tasks as work
from engine.states import InstanceStatus, TaskStatus

AMONG_PARTIES = ("copied", "remark", "proposal")
"""Lines of the record that whoever only reads a copy is not shown: to whom else it went, and what was urged."""


@dataclass(frozen=True)
class Waiting:
    """An open task: who is waited for, and the period under which it is worked."""

    task_id: str
    element_id: str
    unit: UnitName | None
    step: Name
    who: str
    period: Period | None
    for_unit: UnitName | None
    mine: bool
    """Whether the person who looks may do it."""
    may_urge: bool


@dataclass(frozen=True)
class Related:
    """Another instance: `kind` is caller, called, origin (which started this one), started, named or naming.

    Whom a call or a start has linked is told even to those who may not see the other; who is only named is not.
    """

    kind: str
    number: str
    title: str
    procedure: Name
    version: int
    status: str
    result_name: Text
    visible: bool


@dataclass(frozen=True)
class Archive:
    """Who keeps the file of the ended case; `sequence`, `made_at` and `sha256` are None until it is packed."""

    unit: UnitName | None
    sequence: int | None
    made_at: datetime | None
    sha256: str | None
    size: int | None
    mine: bool
    """Whether the person who looks may take it."""
    failure: Text = ""
    """Why it could not be made the last time."""


@dataclass(frozen=True)
class InstanceView:
    number: str
    title: str
    party_name: str
    procedure: Name
    key: str
    version: int
    status: str
    result_name: Text
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    parties: list[tuple[Text, UnitName]]
    waiting: list[Waiting]
    called: list[Called]
    awaited: list[Awaited]
    incident: Text
    has_failed: bool
    """Whether it has ended with an error that nothing caught; `incident` says which."""
    periods: list[Period]
    axis: Axis | None
    bars: list[Bar]
    rounds: list[Round]
    """What several are asked, each for itself."""
    steps: list[StepLine]
    log: list[LogLine]
    sections: list[Section]
    documents: list[DocumentLine]
    materials: list[Material]
    buttons: list[Button]
    related: list[Related]
    drawing: Drawing
    marks: Marks
    archive: Archive | None
    nearest: Period | None
    """The open period that is due first, drawn or of one task."""


def instance_view(tx: Connection, context: Context, actor: Actor, number: str) -> InstanceView:
    """The instance for a party or the bureaus of oversight. Raises NotFound."""
    row = instances.find(tx, number, actor)
    names = Names(tx)
    step = instances.look(tx, context, row, actor)
    diagram = step.definition.diagram
    periods = [period_of(tx, record, names, context, row.key) for record in deadlines.of_instance(tx, row.id)]
    drawn = [period for period in periods if not period.record.of_task]
    waiting = _waiting(tx, row, actor, periods, names)
    called = calls(step, actor, names)
    events = awaited(step)
    oversees = may(actor, "supervise", None).allowed
    told_whom = reached_by(tx, row.id) if oversees else None
    only_reader = instances.is_only_reader(tx, row.id, actor)
    form = step.definition.start_form(row.start_element_id)
    definition = step.definition
    forms = [(definition.element_name(one.id), definition.form_of(one)) for one in diagram.of_kind("userTask")]
    return InstanceView(
        number=row.number,
        title=row.title,
        party_name=party_names(tx, [row.id]).get(row.id, ""),
        procedure=definition.called,
        key=row.key,
        version=step.definition.version,
        status=row.status,
        result_name=result_name(definition, row.result, row.result_name),
        started_at=row.started_at,
        started_by=names.person(row.started_by),
        ended_at=row.ended_at,
        parties=_parties(step, names, actor),
        waiting=waiting,
        called=called,
        awaited=events,
        incident=_incident(tx, row),
        has_failed=row.result == FAILED,
        periods=drawn,
        axis=axis_of(drawn, context.now, context.calendar),
        bars=[bar_of(period, context.now, context.calendar) for period in drawn],
        rounds=rounds(
            step,
            actor,
            names,
            {period.key: period for period in periods},
            readers.on_the_way(tx, row.id, definition, actor),
        ),
        steps=history.steps(step, names, actor, events),
        log=[
            line
            for line in history.log(tx, row.id, step.definition, names, actor, told_whom)
            if not only_reader or line.kind not in AMONG_PARTIES
        ],
        sections=answers.sections([(step.definition.called, form), *forms], step, names),
        documents=document_lines(tx, row.id, names, actor, row.key),
        materials=sent.materials_sent(tx, row.id, actor, materials.of_instance(tx, row.id)),
        buttons=actions.buttons(step) if row.status == InstanceStatus.RUNNING else [],
        related=_related(tx, row, actor),
        drawing=drawing_of(definition),
        marks=marks_of(row, diagram, waiting, called, events, periods, case_of(tx, row.id).rows(scope)),
        archive=_archive(tx, row, actor, names),
        nearest=nearest(periods),
    )


def _archive(tx: Connection, row: InstanceRow, actor: Actor, names: Names) -> Archive | None:
    kept = tx.execute(select(archive_package).where(archive_package.c.instance_id == row.id)).first()
    if kept is None:
        return None
    mine = may(actor, "take_archive", ArchiveSubject(kept.unit_code)).allowed
    return Archive(
        names.unit(kept.unit_code), kept.sequence, kept.made_at, kept.sha256, kept.size, mine, kept.failure or ""
    )


def _parties(step: Any, names: Names, actor: Actor) -> list[tuple[Text, UnitName]]:
    """Each party once, with what it is called in the start form, or in the form that names it later; of a proposed one
    only those are told who may know of it."""
    kept = parties.kept_from(step.tx, step.instance_id, actor.unit_code)
    forms = step.definition.forms
    start = step.definition.start_form(step.instance["start_element_id"])
    found: list[tuple[Text, UnitName]] = []
    for fact_name in step.definition.diagram.process.party_facts:
        asked = [form.by_key[fact_name] for form in (start, *forms.values()) if fact_name in form.by_key]
        for code in parties.named_by(step.facts.get(fact_name)):
            unit = names.unit(code) if code not in kept else None
            if unit is not None and unit not in (named for _, named in found):
                found.append((asked[0].label if asked else _called(step, fact_name), unit))
    return found


def _called(step: Any, party_fact: str) -> Text:
    """What a party is called that no form asks for."""
    is_starter = party_fact == step.definition.diagram.process.starter_fact
    return _("Starting unit") if is_starter else pgettext("party", "Party")


def _waiting(tx: Connection, row: InstanceRow, actor: Actor, periods: list[Period], names: Names) -> list[Waiting]:
    waiting = [found for found in case_of(tx, row.id).rows(task) if found.status == TaskStatus.OPEN]
    found = []
    for open_task in waiting:
        own = [period for period in periods if period.key == open_task.deadline_key and period.record.is_open]
        subject = work.subject(tx, open_task)
        found.append(
            Waiting(
                task_id=open_task.id,
                element_id=open_task.element_id,
                unit=names.unit(open_task.unit_code),
                step=english_of(tx).element(row.key, open_task.element_id, open_task.name),
                who=names.person(open_task.assignee_id),
                period=own[-1] if own else None,
                for_unit=counterparts(tx, names, [row.id], open_task.unit_code).get(row.id),
                mine=may(actor, "complete", subject).allowed,
                may_urge=row.status == InstanceStatus.RUNNING and may(actor, "urge", subject).allowed,
            )
        )
    return sorted(
        found, key=lambda waiting: (waiting.period is None, waiting.period.due_at if waiting.period else None)
    )


def _related(tx: Connection, row: InstanceRow, actor: Actor) -> list[Related]:
    """The instances linked with this one, in the order in which they began."""
    statement = (
        select(process_instance, definition_version.c.version)
        .join(definition_version, definition_version.c.id == process_instance.c.definition_id)
        .where(instances.linked(row))
    )
    known = dict(procedures(tx))
    named = {link.named_id for link in case_of(tx, row.id).rows(case_link) if link.instance_id == row.id}
    found = []
    for other in tx.execute(statement.order_by(process_instance.c.started_at, process_instance.c.number)):
        visible = may(actor, "see_instance", InstanceSubject(instances.parties_of(tx, other.id))).allowed
        if other.id == row.origin_instance_id:
            kind = "caller" if row.origin_task_id else "origin"
        elif other.origin_instance_id == row.id:
            kind = "called" if other.origin_task_id else "started"
        else:
            kind = "named" if other.id in named else "naming"
            if not visible or not readers.knows_of_link(tx, row, other, actor):
                continue
        found.append(
            Related(
                kind=kind,
                number=other.number,
                title=other.title,
                procedure=known.get(other.key, Name(other.key)),
                version=other.version,
                status=other.status,
                result_name=result_name(definitions.load(tx, other.definition_id), other.result, other.result_name),
                visible=visible,
            )
        )
    return found


def _incident(tx: Connection, row: InstanceRow) -> Text:
    """What has stopped the instance, or with what it has failed; of before there were messages in Chinese alone."""
    statement = select(incident).where(incident.c.instance_id == row.id)
    if row.status == InstanceStatus.INCIDENT:
        statement = statement.where(incident.c.closed_at.is_(None))
    elif row.result != FAILED:
        return ""
    latest = tx.execute(statement.order_by(incident.c.raised_at.desc())).first()
    if latest is None:
        return ""
    said: Text = from_json(latest.said) or latest.message
    return said

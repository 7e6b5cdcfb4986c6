"""What a reader is kept from: confidential values are masked; what another unit keeps to itself is left out, and what it
has answered on the way to a paper until the paper is issued.

This is the one place that decides it; every page, the record of the flow and the case file ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import Connection, select

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.bpmn.reading.paths_ahead import elements_after
from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.db.tables import audit_entry, case_link, correction, document, party, task, unit
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.forms.schema import Field
from engine.organisation.assignment import Actor, InternalSubject, may
from engine.reports.parts import sent
from engine.reports.parts.fellows import apart, of_others
from engine.runtime.step.confidentiality import MASK as MASK
from engine.runtime.step.confidentiality import hides as hides
from engine.runtime.step.events import events_of
from engine.runtime.step.facts import known
from engine.states import InstanceStatus, TaskStatus


def leaves_out(field: Field, definition: Definition, facts: Mapping[str, object], actor: Actor | None) -> bool:
    """Whether the reader is not told at all: what a unit says among its own people on the way to a paper.

    It is for that unit and for the bureaus of oversight.
    """
    if not field.internal:
        return False
    if actor is None:
        return True
    named = {facts.get(text, text) for text in definition.units_asked.get(field.key, frozenset())}
    units = frozenset(unit for unit in named if isinstance(unit, str))
    return not may(actor, "read_internal", InternalSubject(units)).allowed


def remark(row: TaskRow, definition: Definition, reader: Actor) -> str:
    """The opinion with which a task ended, for this reader; the reason for which it was sent back is everybody's."""
    element = definition.diagram.elements[row.element_id]
    form = definition.forms.get(element.form_key)
    inside = row.status == TaskStatus.COMPLETED and form is not None and form.keeps_remark_inside
    if inside and not may(reader, "read_internal", InternalSubject(frozenset({row.unit_code}))).allowed:
        return ""
    return row.remark or ""


def on_the_way(tx: Connection, instance_id: str, definition: Definition, reader: Actor) -> frozenset[str]:
    """The done tasks whose answers are drafts to this reader: nothing has gone to the reader's unit since (`sent`), or the
    paper that they have answered for is not issued yet, or went out with a later answer.

    Drafts are for the units that write the paper and for the bureaus of oversight. What was said last is for everybody
    once the paper is issued or the instance has ended. What several are asked each for itself, the unit that began the
    instance reads at once, and none of them what another one has answered.
    """
    if reader.oversees:
        return frozenset()
    case = case_of(tx, instance_id)
    fellows = of_others(case, reader.unit_code)
    if (reader.unit_code, definition.diagram.process.starter_fact) in {
        (row.unit_code, row.fact) for row in case.rows(party)
    }:
        return (_on_the_way(tx, instance_id, definition, reader) - apart(case)) | fellows
    return _on_the_way(tx, instance_id, definition, reader) | fellows


def _on_the_way(tx: Connection, instance_id: str, definition: Definition, reader: Actor) -> frozenset[str]:
    drafting = {element.id: element for element in definition.diagram.of_kind("userTask") if element.drafts}
    case = case_of(tx, instance_id)
    every = [row for row in case.rows(task) if row.status == TaskStatus.COMPLETED and row.unit_code != reader.unit_code]
    ours = _papers_of(tx, instance_id, reader.unit_code, drafting)
    elements = definition.diagram.elements
    alone = [
        row
        for row in every
        if not elements[row.element_id].is_addressed and not ours.intersection(elements[row.element_id].drafts)
    ]
    unsent = sent.unsent_tasks(tx, instance_id, reader, alone) if alone else frozenset()
    done = [row for row in every if row.element_id in drafting]
    if not done:
        return unsent
    issued = case.rows(document)
    order = order_of_record(tx, instance_id)
    done = sorted(done, key=lambda row: order.get(row.id, 0))
    ended = case.instance is not None and case.instance.status == InstanceStatus.ENDED
    drafts = set(unsent)
    for number, row in enumerate(done):
        again = next(
            (order.get(later.id, 0) for later in done[number + 1 :] if later.element_id == row.element_id), None
        )
        went_out = {
            paper.element_id
            for paper in issued
            if order.get(row.id, 0) < order.get(paper.id, 0) and (again is None or order.get(paper.id, 0) < again)
        }
        waits = _papers_to_come(row, drafting[row.element_id], definition) - ours - went_out
        if waits and not (ended and again is None):
            drafts.add(row.id)
    return frozenset(drafts)


def order_of_record(tx: Connection, instance_id: str) -> dict[str, int]:
    """What the record tells of, by its id, in the order in which it happened."""
    entries = case_of(tx, instance_id).rows(audit_entry)
    named = (getattr(event, "id", "") for row in entries for event in events_of(row.content))
    return {found: at for at, found in enumerate(found for found in named if found)}


def unissued(tx: Connection, instance_id: str, definition: Definition, reader: Actor | None) -> frozenset[str]:
    """The names that this reader is not told because what was said of them last is a draft."""
    drafts = on_the_way(tx, instance_id, definition, reader) if reader else frozenset()
    start = frozenset[str]()
    if reader and sent.start_is_unsent(tx, instance_id, reader):
        start = definition.start_form(case_of(tx, instance_id).whole.start_element_id).own_keys
    if not drafts:
        return start
    order = order_of_record(tx, instance_id)
    case = case_of(tx, instance_id)
    several = apart(case)  # what is said in them is seen in them alone
    done = [row for row in case.rows(task) if row.status == TaskStatus.COMPLETED and row.id not in several]
    latest = {row.element_id: row for row in sorted(done, key=lambda row: order.get(row.id, 0))}
    forms = [definition.form_of(definition.diagram.elements[name]) for name, row in latest.items() if row.id in drafts]
    return start.union(*(form.own_keys for form in forms))


def corrections_kept_back(tx: Connection, instance_id: str, definition: Definition, reader: Actor) -> frozenset[str]:
    """The ids of the corrections of which this reader is told nothing: what they correct is a draft to the reader, or what
    another one of several has answered for itself.
    """
    case = case_of(tx, instance_id)
    rows = case.rows(correction)
    if not rows:
        return frozenset()
    several, names = apart(case), unissued(tx, instance_id, definition, reader)
    drafts = on_the_way(tx, instance_id, definition, reader) if several else frozenset()
    return frozenset(row.id for row in rows if (row.task_id in drafts if row.task_id in several else row.name in names))


def may_know(tx: Connection, instance_id: str, definition: Definition, correction_id: str, unit_code: str) -> bool:
    """Whether the people of the unit are told of the correction."""
    kind = tx.scalar(select(unit.c.kind).where(unit.c.code == unit_code)) or ""
    anybody = Actor("", "", unit_code, "", kind, frozenset({"case_officer"}))
    return correction_id not in corrections_kept_back(tx, instance_id, definition, anybody)


class _Linked(Protocol):
    """What is read of an instance that names another one, or is named."""

    @property
    def id(self) -> str: ...
    @property
    def definition_id(self) -> str: ...


def knows_of_link(tx: Connection, one: _Linked, other: _Linked, reader: Actor) -> bool:
    """Whether one of the two instances names the other in what this reader may know."""
    return _names(tx, one, other, reader) or _names(tx, other, one, reader)


def _names(tx: Connection, row: _Linked, other: _Linked, reader: Actor) -> bool:
    """Neither a draft of another unit tells of the other instance nor a field that is not the reader's to read."""
    own = (case_link.c.instance_id == row.id) & (case_link.c.named_id == other.id)
    links = tx.execute(select(case_link.c.fact, case_link.c.task_id).where(own)).all()
    if not links:
        return False
    definition, facts = definitions.load(tx, row.definition_id), known(tx, row.id)
    drafts = on_the_way(tx, row.id, definition, reader)
    fields = [field for form in definition.forms.values() for field in form.fields]
    kept = {
        field.key
        for field in fields
        if hides(field, definition.diagram, facts, reader) or leaves_out(field, definition, facts, reader)
    }
    return any(link.task_id not in drafts and link.fact not in kept for link in links)


def _papers_of(tx: Connection, instance_id: str, unit_code: str, drafting: Mapping[str, Element]) -> frozenset[str]:
    """The papers at which this unit writes, too: an agreement that every side signs."""
    own = {row.element_id for row in case_of(tx, instance_id).rows(task) if row.unit_code == unit_code}
    return frozenset(paper for found in own if found in drafting for paper in drafting[found].drafts)


def _papers_to_come(row: TaskRow, element: Element, definition: Definition) -> frozenset[str]:
    """Those of its papers to which the answer of the task leads; whoever signs one keeps his answer till it is issued."""
    diagram, outcome = definition.diagram, definition.form_of(element).outcome_key

    def holds(condition: str) -> bool | None:
        known = outcome is not None and compile_expression(condition).names == {outcome}
        return bool(evaluate(condition, {outcome: row.outcome}, {})) if known and outcome else None

    signs = {paper for paper in element.drafts if diagram.elements[paper].properties.get("signed_by") == element.id}
    return (frozenset(element.drafts) & elements_after(diagram, element.id, holds)) | signs

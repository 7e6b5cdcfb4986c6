"""What a person may start, and the start form with what will follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.reading import ways
from engine.bpmn.reading.elements import OPERATING, PASSED, Element
from engine.deadlines.counting import Count
from engine.deadlines.standing import Cell
from engine.deployments import starts
from engine.deployments.starts import Start
from engine.errors import ExpressionError, NotFound
from engine.forms.schema import Field
from engine.messages import Name, Text
from engine.organisation.assignment import Actor, ProcedureSubject, may
from engine.organisation.directory import UnitDirectory
from engine.reports.case.history import who_is_asked
from engine.reports.parts import answers
from engine.reports.parts.answers import FilledForm, Look
from engine.reports.parts.examples import cells_of
from engine.reports.parts.names import Names
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.runtime.tasks.drafts import window_of

Raw = Mapping[str, list[str]]


@dataclass(frozen=True)
class Procedure:
    """What may be started. `of` is the procedure where this is one of several ways to begin it."""

    key: str
    name: Name
    of: Name | None
    summary: Name
    period: Name


@dataclass(frozen=True)
class Preview:
    """A period that would run if the form were handed in as it stands."""

    name: Name
    rule: str
    basis: str
    count: Count
    cells: tuple[Cell, ...]
    passed: bool
    hard: bool
    """Not for a recommended period: it is no breach to take longer (A24)."""


@dataclass(frozen=True)
class Coming:
    name: Name
    lane: Text


@dataclass(frozen=True)
class Beginning:
    procedure: Procedure
    form: FilledForm
    draft_saved_at: datetime | None
    draft_window: str
    """The window that has saved the draft last, whether or not the draft is what is shown."""
    preview: Preview | None
    coming: list[Coming]


@dataclass(frozen=True)
class BeginningLook(Look):
    preview: Preview | None


def procedures(tx: Connection, actor: Actor) -> list[Procedure]:
    """What this person may start now: a procedure, or each way to begin it where it has several."""
    found = starts.every(tx)
    return [_procedure(start) for start in found if may(actor, "start", ProcedureSubject(start.starters)).allowed]


def beginning(tx: Connection, context: Context, actor: Actor, key: str, sent: Raw | None) -> Beginning:
    """The start form, with what was sent, else this person's draft, else its defaults. Raises NotAllowed, NotFound."""
    place = starts.find(tx, key)
    step = instances.beginning(tx, context, actor, place)
    draft, saved_at = instances.draft(tx, actor, place.key)
    draft_window = window_of(draft)
    if sent is not None:
        draft, saved_at = None, None
    form = place.form
    directory = UnitDirectory(tx, actor, context.now, context.fonts)
    _, values = answers.look_at(form, step, directory, sent or draft or {})
    return Beginning(
        procedure=_procedure(place),
        form=answers.filled(form, step, directory, Names(tx), sent if sent is not None else draft),
        draft_saved_at=saved_at,
        draft_window=draft_window,
        preview=_preview(step, values),
        coming=_coming(step, place.element),
    )


def beginning_instead(tx: Connection, context: Context, actor: Actor, key: str, other: str, raw: Raw) -> Beginning:
    """The start form of the other procedure, with what was typed into the one of `key` as far as it asks for the same.

    Raises NotFound when the form of `key` does not lead there, and as `beginning` does.
    """
    place = starts.find(tx, key)
    instances.beginning(tx, context, actor, place)
    if other not in {field.own for field in place.form.fields if field.own}:
        raise NotFound
    there = starts.find(tx, other)
    carried = {field.key: _fitting(field, raw) for field in there.form.fields if not field.readonly}
    found = beginning(tx, context, actor, other, {name: values for name, values in carried.items() if values})
    return replace(found, draft_window="")  # a draft of it that this person has is not shown, so it is not overwritten


def _fitting(field: Field, raw: Raw) -> list[str]:
    """What was typed for the same, as far as the field can hold it."""
    offered = {option.value for option in field.options}
    typed = raw.get(field.key) or raw.get(field.carries, [])
    return [text for text in typed if text.strip() and (not offered or text in offered)]


def look_at_beginning(tx: Connection, context: Context, actor: Actor, key: str, raw: Raw) -> BeginningLook:
    """What the start form asks and warns of, and the period that would run, for the values so far."""
    place = starts.find(tx, key)
    step = instances.beginning(tx, context, actor, place)
    seen, values = answers.look_at(place.form, step, UnitDirectory(tx, actor, context.now, context.fonts), raw)
    return BeginningLook(**vars(seen), preview=_preview(step, values))


def _procedure(start: Start) -> Procedure:
    definition = start.definition
    process, english = definition.diagram.process, definition.english
    return Procedure(
        key=start.key,
        name=start.name,
        of=definition.called if start.is_one_of_several else None,
        summary=english.property(process.key, "", "summary", process.summary),
        period=english.property(process.key, "", "period", process.period),
    )


def _preview(step: Step, values: Mapping[str, object]) -> Preview | None:
    """The first period on the way from the start, as the questions before it would be answered."""
    facts = {**step.facts, **values}
    event = _first_period(step, facts)
    if event is None or event.timer is None:
        return None
    try:
        count = step.evaluate_period(event.timer.text, facts)
    except ExpressionError:
        return None
    if count is None:
        return None
    return Preview(
        name=step.definition.english.titled(step.definition.key, event.id, event.properties.get("title") or event.name),
        rule=event.properties.get("rule", ""),
        basis=event.properties.get("basis", ""),
        count=count,
        cells=cells_of(count, step.context),
        passed=count.due_at <= step.now,
        hard=event.properties.get("hard", "true") == "true",
    )


_PASSED_AT_ONCE = ("startEvent", "endEvent", "parallelGateway", "subProcess", *OPERATING, *PASSED)
"""Kinds of elements in which nobody is waited for."""


def _first_period(step: Step, facts: Mapping[str, object]) -> Element | None:
    diagram = step.definition.diagram
    waiting = [step.instance["start_element_id"]]
    seen: set[str] = set()
    while waiting:
        element = diagram.elements[waiting.pop(0)]
        if element.id in seen:
            continue
        seen.add(element.id)
        period = next((event for event in diagram.attached(element.id) if event.is_period), None)
        if period is not None:
            return period
        if element.kind in _PASSED_AT_ONCE:
            waiting += [found.id for found in ways.onward(diagram, element)]
        elif element.kind == "exclusiveGateway":
            waiting += _ways(step, element, facts)[:1]
        elif element.kind == "inclusiveGateway":
            waiting += _ways(step, element, facts)
    return None


def _ways(step: Step, gateway: Element, facts: Mapping[str, object]) -> list[str]:
    """Where its conditions that hold would lead, or else its default flow."""
    flows = step.definition.diagram.flows
    found = []
    for flow in (flows[flow_id] for flow_id in gateway.outgoing if flow_id != gateway.default_flow):
        with suppress(ExpressionError):
            if flow.condition and step.evaluate(flow.condition, facts):
                found.append(flow.target)
    return found or [flows[gateway.default_flow or gateway.outgoing[0]].target]


def _coming(step: Step, start: Element) -> list[Coming]:
    diagram = step.definition.diagram
    definition, following = step.definition, diagram.expected_after(start.id, at_most=5)
    return [Coming(definition.element_name(element.id), who_is_asked(element, definition)) for element in following]

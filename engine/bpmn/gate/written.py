"""Where expressions stand in a diagram and its forms, and which names they may read there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.gate.draft import Draft, takes
from engine.bpmn.reading.elements import COLLECT, FACT, IN, Element
from engine.bpmn.reading.timers import is_literal
from engine.deadlines import recurring
from engine.forms.schema import Form
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

LOOP_COUNTER = "loopCounter"
COUNTERS = frozenset({"nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances", LOOP_COUNTER})
"""What a completion condition knows besides the facts."""


@dataclass(frozen=True)
class Written:
    """An expression where it stands; `names` are those known there besides the facts."""

    element_id: str
    element_name: str
    where: Text
    source: str
    names: frozenset[str] = frozenset()
    must_read: str = ""
    functions: frozenset[str] = frozenset()
    """What it may call besides what every expression may."""

    def problem(self, rule: Rule, reason: Text, remedy: Text, rewrite: str = "") -> Problem:
        said = _("%(where)s: %(said)s", where=self.where, said=reason)
        return rule.problem(self.element_id, self.element_name, said, remedy, rewrite)


def written_in(draft: Draft) -> Iterator[Written]:
    yield from _in_diagram(draft)
    yield from _in_forms(draft)


def _in_diagram(draft: Draft) -> Iterator[Written]:
    for flow in draft.diagram.flows.values():
        if flow.condition:
            source = draft.diagram.elements.get(flow.source)
            yield Written(flow.id, flow.name, _("Condition"), flow.condition, _known_at(draft, source))
    for element in draft.running:
        timer = element.timer
        if timer is not None and timer.text and not is_literal(timer.text):
            is_cycle = timer.kind == "cycle" and element.kind != "startEvent"
            names = (frozenset({"n"}) if is_cycle else frozenset()) | _known_at(draft, element)
            more = recurring.FUNCTIONS if element in draft.diagram.timed_starts else frozenset[str]()
            yield Written(element.id, element.name, _("Timer"), timer.text, names, "n" if is_cycle else "", more)
        for event in element.events:
            if event.condition:
                yield Written(element.id, element.name, _("Condition"), event.condition, _known_at(draft, element))
        for mapping in element.inputs:
            yield Written(
                element.id, element.name, _("Handed over as %(fact)s", fact=mapping.fact[:80]), mapping.expression
            )
        expressions = takes(draft, element, "expressions") | (
            {"excused", "recommended"} if element.kind == "userTask" else set()
        )
        for name, text in element.properties.items():
            if (
                name in expressions
                or name.startswith((FACT, IN))
                or (name == "correlation" and text.strip())
                or (element.is_button and name.startswith("when"))
            ):
                at = _known_at(draft, element)
                yield Written(element.id, element.name, _place_of(element, name), text, at)
        yield from _several_times(draft, element)


def _place_of(element: Element, name: str) -> Text:
    fact = name.removeprefix(FACT)[:80]
    if element.kind == "scriptTask" and name.startswith(FACT):
        return _("Script, %(fact)s", fact=fact)
    return _("Property %(name)s", name=name[:80])


def _several_times(draft: Draft, element: Element) -> Iterator[Written]:
    """How often an element is done, until when, and what is collected of each time."""
    for name, text in element.collects.items():
        at, shown = _known_at(draft, element), (COLLECT + name)[:80]
        yield Written(element.id, element.name, _("Property %(name)s", name=shown), text, at)
    if (many := element.many) is not None:
        for where, text, names in (
            (_("Collection"), many.collection, frozenset[str]()),
            (_("Number of times"), many.cardinality, frozenset[str]()),
            (_("Completion condition"), many.until, COUNTERS),
        ):
            if text:
                yield Written(element.id, element.name, where, text, names)
    if (again := element.again) is not None and again.test:
        yield Written(element.id, element.name, _("Loop condition"), again.test, frozenset({LOOP_COUNTER}))


def _known_at(draft: Draft, element: Element | None) -> frozenset[str]:
    """What is known at the element besides the facts: within an iteration its number."""
    return frozenset({LOOP_COUNTER}) if element is not None and draft.around(element) else frozenset()


def _in_forms(draft: Draft) -> Iterator[Written]:
    for form_id, form in draft.forms.items():
        ends = _ends_of_days(form)
        for key, source, knows_value in form.expressions():
            label = form.by_key[key].label.drawn if key in form.by_key else key
            names = ends | {"value"} if knows_value else ends
            yield Written(f"{form_id}.{key}", label, _("Expression in a form"), source, frozenset(names))


def _ends_of_days(form: Form) -> frozenset[str]:
    """A day that a form asks has its end, too: the midnight after it."""
    return frozenset(
        f"{field.key}_end" for field in form.fields if field.type == "datetime" and field.subtype == "date"
    )

"""What differs between two versions of a procedure, element by element, with both texts: how it reads, not how it is laid out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.bpmn.reading.called import Called, DataMapping
from engine.bpmn.reading.elements import Diagram, Element, Flow, Lane, Process
from engine.bpmn.reading.events import MESSAGE, SIGNAL
from engine.messages import Message, Text, pgettext
from engine.messages import gettext as _

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
Texts = Mapping[str, tuple[Text, str]]
"""What can differ about a thing: a name for machines -> what readers call it, and how it stands."""
KINDS: Mapping[str, Message] = {
    "process": pgettext("element", "procedure"),
    "lane": pgettext("element", "lane"),
    "flow": pgettext("element", "sequence flow"),
    "form": pgettext("element", "form"),
    "userTask": pgettext("element", "user task"),
    "serviceTask": pgettext("element", "service task"),
    "callActivity": pgettext("element", "call activity"),
    "boundaryEvent": pgettext("element", "boundary event"),
    "startEvent": pgettext("element", "start event"),
    "endEvent": pgettext("element", "end event"),
    "exclusiveGateway": pgettext("element", "exclusive gateway"),
    "eventBasedGateway": pgettext("element", "event-based gateway"),
    "intermediateCatchEvent": pgettext("element", "intermediate event"),
    "inclusiveGateway": pgettext("element", "inclusive gateway"),
    "parallelGateway": pgettext("element", "parallel gateway"),
}
DETAIL = "\n"
"""Stands between a field's key and what is said of it: that is shown when it differs, not when the whole form is new."""
OTHER_KIND = pgettext("element", "element")


@dataclass(frozen=True)
class Part:
    """One thing that reads otherwise; empty where there was none, or is none now."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """`kind` is added, removed or changed; the form's own id stands for an element's when it is a form that changed."""

    kind: str
    what: Message
    element_id: str
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Drawn:
    """A version as it is compared: its diagram and the texts of its forms by their ids."""

    diagram: Diagram
    forms: Mapping[str, str]


def differences(before: Drawn, after: Drawn) -> list[Change]:
    """Periods and conditions first, since they decide; then what else reads otherwise, then forms."""
    found = [change for change in _each(before, after) if change is not None]
    return sorted(found, key=lambda change: not any(part.label in (PERIOD, CONDITION) for part in change.parts))


NAME, CONDITION, PERIOD = _("name"), _("condition"), pgettext("diagram", "period")


def _each(before: Drawn, after: Drawn) -> Iterator[Change | None]:
    old, new = before.diagram, after.diagram
    yield _changed("process", new.key, new.name, _of_process(old.process), _of_process(new.process))
    yield from _all("lane", _by_id(old.lanes), _by_id(new.lanes), _of_lane)
    yield from _all("", old.elements, new.elements, lambda element: _of_element(element))
    yield from _all("flow", old.flows, new.flows, _of_flow)
    for form_id in sorted(before.forms.keys() | after.forms.keys()):
        fields = [_of_form(drawn.forms.get(form_id)) for drawn in (before, after)]
        yield _one("form", form_id, form_id, *fields)


def _by_id(lanes: tuple[Lane, ...]) -> dict[str, Lane]:
    return {lane.id: lane for lane in lanes}


def _all(kind: str, before: Mapping[str, Any], after: Mapping[str, Any], texts: Any) -> Iterator[Change | None]:
    """The things of a kind, in the order of the new diagram, and then those that are gone."""
    for thing_id in [*after, *(thing_id for thing_id in before if thing_id not in after)]:
        old, new = before.get(thing_id), after.get(thing_id)
        thing: Any = new if new is not None else old
        told = [None if found is None else texts(found) for found in (old, new)]
        yield _one(kind or thing.kind, thing_id, thing.name, *told)


def _one(kind: str, thing_id: str, name: str, before: Texts | None, after: Texts | None) -> Change | None:
    if before is None or after is None:
        standing, told = (ADDED, after or {}) if before is None else (REMOVED, before)
        is_new = standing == ADDED
        shown = [words for key, words in told.items() if words[1] and DETAIL not in key]
        parts = [Part(label, "" if is_new else text, text if is_new else "") for label, text in shown]
        return Change(standing, KINDS.get(kind, OTHER_KIND), thing_id, name, tuple(parts))
    return _changed(kind, thing_id, name, before, after)


def _changed(kind: str, thing_id: str, name: str, before: Texts, after: Texts) -> Change | None:
    parts = []
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        label = (new or old or ("", ""))[0]
        was, is_now = old[1] if old else "", new[1] if new else ""
        if was != is_now:
            parts.append(Part(label, was, is_now))
    return Change(CHANGED, KINDS.get(kind, OTHER_KIND), thing_id, name, tuple(parts)) if parts else None


def _of_process(process: Process) -> Texts:
    starters = ", ".join(sorted(f"{kind}:{role}" for kind, role in process.candidate_starters))
    return {
        "name": (NAME, process.name),
        "starters": (_("who may start it"), starters),
        "prefix": (_("number prefix"), process.number_prefix),
        "summary": (_("summary"), process.summary),
        "period": (_("note about periods"), process.period),
        "parties": (_("parties"), ", ".join(process.party_facts)),
        "form": (_("form"), process.start_form),
        "tag": (_("version tag"), process.version_tag),
    }


def _of_lane(lane: Lane) -> Texts:
    return {
        "name": (NAME, lane.name),
        "unit": (pgettext("diagram", "unit"), lane.unit),
        "roles": (pgettext("diagram", "posts"), ", ".join(sorted(lane.roles))),
    }


def _of_flow(flow: Flow) -> Texts:
    return {
        "name": (NAME, flow.name),
        "condition": (CONDITION, flow.condition or ""),
        "way": (pgettext("diagram", "path"), f"{flow.source} → {flow.target}"),
    }


def _of_element(element: Element) -> Texts:
    timer = element.timer.written if element.timer else ""
    return {
        "name": (NAME, element.name),
        "timer": (PERIOD if element.is_period else _("timer"), timer),
        "condition": (CONDITION, " ".join(event.condition for event in element.events if event.condition)),
        "told": (
            _("message or signal"),
            ", ".join(one.name for one in element.events if one.kind in (MESSAGE, SIGNAL)),
        ),
        "kind": (_("kind"), " ".join(filter(None, (element.kind, element.event_kind)))),
        "lane": (pgettext("element", "lane"), element.lane.name if element.lane else ""),
        "who": (_("unit and post"), ", ".join(element.candidate_groups)),
        "form": (_("form"), element.form_ref or ""),
        "at": (_("attached to"), element.attached_to or ""),
        "interrupting": (_("interrupts its task"), _truth(element.interrupting) if element.attached_to else ""),
        "default": (_("default flow"), element.default_flow or ""),
        "called": (_("call activity"), _of_called(element.called)),
        "inputs": (_("values handed over"), _of_mappings(element.inputs)),
        "outputs": (_("values handed back"), _of_mappings(element.outputs)),
        **{f"property {name}": (name, value) for name, value in sorted(element.properties.items())},
    }


def _of_called(called: Called | None) -> str:
    return " ".join(filter(None, (called.key, called.version, called.tag))) if called else ""


def _of_mappings(mappings: tuple[DataMapping, ...]) -> str:
    return ", ".join(f"{one.fact} = {one.expression}" for one in mappings)


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _of_form(text: str | None) -> Texts | None:
    """The fields of a form by their keys, each with its type, and with what else is said of it but its place."""
    if text is None:
        return None
    found: dict[str, tuple[Text, str]] = {}
    for component in _components(json.loads(text)):
        label = str(component.get("label") or component.get("key") or component.get("type", ""))
        key = str(component.get("key") or component.get("id") or len(found))
        found[key] = (label, str(component.get("type", "")))
        for name, value in sorted(component.items()):
            if name not in ("id", "key", "type", "layout", "components"):
                told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
                found[f"{key}{DETAIL}{name}"] = (f"{label}: {name}", told)
    return found


def _components(node: Any) -> Iterator[dict[str, Any]]:
    for component in node.get("components", []) if isinstance(node, dict) else []:
        if isinstance(component, dict):
            yield component
            yield from _components(component)

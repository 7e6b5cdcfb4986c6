"""Who says a fact, and whether it can be unset where an expression reads it."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from engine.bpmn.gate.dominators import Dominators
from engine.bpmn.gate.draft import Draft
from engine.bpmn.gate.graph import reached
from engine.bpmn.gate.presence import certain
from engine.bpmn.reading import by_event, ways
from engine.bpmn.reading.elements import FACT, SAYING, Element, Flow
from engine.forms.schema import Field


class Sayers:
    """The elements that say each fact; the start itself says who has begun it, and the facts of its form."""

    def __init__(self, draft: Draft, but_not: Collection[str] = ()) -> None:
        """`but_not` are elements that are not asked what they say."""
        self._draft = draft
        self._of: dict[str, set[str]] = defaultdict(set)
        for element in (one for one in draft.diagram.elements.values() if one.id not in but_not):
            for name in said_by(draft, element):
                self._of[name].add(element.id)
        self._starts = draft.diagram.starts()
        self._certain: dict[str, frozenset[str]] = {}
        self._missing_at: dict[str, Mapping[str, str]] = {}

    @property
    def of(self) -> Mapping[str, set[str]]:
        return self._of

    def may_be_missed(self, name: str, place: str) -> bool:
        """Whether a case can come from the start to this element without anybody having said the fact."""
        return place in self._without(name)

    def way_without(self, name: str, place: str) -> list[Element]:
        """One of the ways on which nobody says the fact, this element included; empty when there is none."""
        came_from, way = self._without(name), list[Element]()
        while place in came_from:
            way.append(self._draft.diagram.elements[place])
            place = came_from[place]
        return way[::-1]

    def _without(self, name: str) -> Mapping[str, str]:
        if name not in self._missing_at:
            self._missing_at[name] = self._reached_without(name, self._of.get(name, set()))
        return self._missing_at[name]

    def _reached_without(self, name: str, sayers: set[str]) -> Mapping[str, str]:
        """What a case can come to while none of these has said anything -> what it comes from, empty at the start."""
        came_from, passed = dict.fromkeys((start.id for start in self._starts), ""), set[str]()
        waiting = deque(self._starts)
        while waiting:
            element = waiting.popleft()
            if element.id not in sayers:
                passed |= self._passed_with(element)
            for following in self._following(element, sayers, passed):
                if following.id not in came_from and name not in self._certain_behind(element, following):
                    came_from[following.id] = element.id
                    waiting.append(following)
        return came_from

    def _passed_with(self, element: Element) -> set[str]:
        """What is over when this is: a sub-process is with its last step, and not when it has begun."""
        if element.kind == "subProcess":
            return set()
        around = self._draft.diagram.scopes_around(element) if not element.outgoing else []
        return {element.id, *(scope.id for scope in around)}

    def _following(self, element: Element, sayers: set[str], passed: set[str]) -> Iterator[Element]:
        """Whoever is in the middle of saying it has not said it: then only what hangs on the activity follows. A join waits
        for all its branches, so behind it everything is said that any of them says."""
        yield from self._draft.attached(element)
        if element.kind == "subProcess":
            yield from by_event.listening(self._draft.diagram, element)
        if element.id in sayers:
            return
        if element.kind == "startEvent":
            yield from by_event.listening(self._draft.diagram, element)
        flows = self._draft.diagram.flows
        for target in ways.onward(self._draft.diagram, element):
            waits = target.kind == "parallelGateway"
            if not waits or all(flows[flow].source in passed for flow in target.incoming):
                yield target

    def _certain_behind(self, element: Element, following: Element) -> frozenset[str]:
        """What has been said for sure when a case goes this way: the unit that presses a button, and what a condition that has
        been true, or all that have not, cannot do without."""
        if following.is_button:
            when = [text for key, text in following.properties.items() if key.startswith("when")]
            return frozenset({self._draft.diagram.asked(following)[0]}).union(*(certain(text, True) for text in when))
        ways = [flow for flow in element.outgoing if self._draft.diagram.flows[flow].target == following.id]
        return frozenset.intersection(*map(self._certain_on, ways)) if ways else frozenset()

    def _certain_on(self, flow_id: str) -> frozenset[str]:
        if flow_id not in self._certain:
            self._certain[flow_id] = self._found_certain(self._draft.diagram.flows[flow_id])
        return self._certain[flow_id]

    def _found_certain(self, flow: Flow) -> frozenset[str]:
        source = self._draft.diagram.elements[flow.source]
        if flow.condition:
            return certain(flow.condition, True)
        if source.default_flow != flow.id:
            return frozenset()
        others = (self._draft.diagram.flows[other].condition for other in source.outgoing if other != flow.id)
        return frozenset[str]().union(*(certain(other, False) for other in others if other))

    def only_behind(self, name: str, place: str) -> bool:
        """Whether everybody who says the fact comes only after this element has been passed; what an event begins may come
        at any time."""
        sayers = self._of.get(name, set())
        if not sayers or place in sayers or not all(map(self._ways.knows, (*sayers, place))):
            return False
        behind = all(self._ways.dominates(place, sayer) for sayer in sayers)
        return behind and not any(self._leads(sayer, place) for sayer in sayers)

    @cached_property
    def _ways(self) -> Dominators:
        draft = self._draft
        return Dominators(draft.diagram.elements, [start.id for start in self._starts], draft.onward_and_within)

    def _leads(self, one: str, other: str) -> bool:
        elements = self._draft.diagram.elements
        return other in reached(self._draft.onward_and_within(elements[one]), self._draft.onward_and_within)


def said_by(draft: Draft, element: Element) -> set[str]:
    """The facts that are said when this is done."""
    names = {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
    names |= {element.properties[name] for name in SAYING if name in element.properties}
    names |= {mapping.fact for mapping in element.outputs} | element.collects.keys()
    form = draft.forms.get(element.form_key)
    names |= form.own_keys if form is not None else frozenset()
    if element.kind == "startEvent" and element.scope is None:
        names |= {draft.diagram.process.starter_fact}
    return names - {""}


def may_be_unset(field: Field, sayers: Sayers, place: str) -> bool:
    """Whether a case can come to this element with nothing in the field: it may be left empty, or is not asked on some way."""
    may_be_left = not field.required or bool(field.show)
    return (may_be_left and field.type != "checkbox" and not field.default) or sayers.may_be_missed(field.key, place)

"""Who says a fact, and whether it can be unset where an expression reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.gate.draft import Draft
from engine.bpmn.gate.graph import reached
from engine.bpmn.reading import ways
from engine.bpmn.reading.elements import FACT, SAYING, Element


class Sayers:
    """The elements that say each fact; the start itself says who has begun it, and the facts of its form."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._of: dict[str, set[str]] = defaultdict(set)
        for element in draft.diagram.elements.values():
            for name in _said_by(draft, element):
                self._of[name].add(element.id)
        self._starts = draft.diagram.starts()

    @property
    def of(self) -> Mapping[str, set[str]]:
        return self._of

    def may_be_missed(self, name: str, place: str) -> bool:
        """Whether a case can come from the start to this element without anybody having said the fact."""
        sayers = self._of.get(name, set())
        seen, passed = {start.id for start in self._starts}, set[str]()
        stack = list(self._starts)
        while stack:
            element = stack.pop()
            if element.id not in sayers:
                passed |= self._passed_with(element)
            for following in self._following(element, sayers, passed):
                if following.id not in seen:
                    seen.add(following.id)
                    stack.append(following)
        return place in seen

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
        if element.id in sayers:
            return
        flows = self._draft.diagram.flows
        for target in ways.onward(self._draft.diagram, element):
            waits = target.kind == "parallelGateway"
            if not waits or all(flows[flow].source in passed for flow in target.incoming):
                yield target

    def only_behind(self, name: str, place: str) -> bool:
        """Whether everybody who says the fact comes only after this element has been passed; what an event begins may come
        at any time."""
        sayers = self._of.get(name, set())
        if not sayers <= reached(self._starts, self._draft.onward_and_within):
            return False
        without = reached(self._starts, lambda one: () if one.id == place else self._draft.onward_and_within(one))
        return bool(sayers) and not sayers & without and not any(self._leads(sayer, place) for sayer in sayers)

    def _leads(self, one: str, other: str) -> bool:
        elements = self._draft.diagram.elements
        return other in reached(self._draft.onward_and_within(elements[one]), self._draft.onward_and_within)


def _said_by(draft: Draft, element: Element) -> set[str]:
    names = {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
    names |= {element.properties[name] for name in SAYING if name in element.properties}
    names |= {mapping.fact for mapping in element.outputs}
    form = draft.forms.get(element.form_key)
    names |= form.own_keys if form is not None else frozenset()
    if element.kind == "startEvent":
        names |= {draft.diagram.process.starter_fact}
    return names - {""}

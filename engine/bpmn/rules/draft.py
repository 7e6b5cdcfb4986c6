"""A diagram that is to be judged, with its forms and what the installation knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.bpmn import constructs
from engine.bpmn.elements import BPMN, FACT, Diagram, Element, Flow, Lane, process_node
from engine.errors import Problem
from engine.forms.schema import Field, Form


@dataclass(frozen=True)
class Draft:
    root: etree._Element
    diagram: Diagram
    forms: Mapping[str, Form]
    operations: Mapping[str, object]
    units: frozenset[str]
    unit_kinds: frozenset[str]
    """Empty: not known, so not asked."""
    roles: frozenset[str]
    functions: frozenset[str]
    rules: frozenset[str]
    """Keys of the city's rules."""

    @cached_property
    def process(self) -> etree._Element:
        """The node of the process that the diagram was read from."""
        return process_node(self.root)

    @cached_property
    def running(self) -> tuple[Element, ...]:
        """The flow nodes that may run. Of others nothing more is asked than that they go."""
        return tuple(element for element in self.diagram.elements.values() if element.kind in constructs.RUNS)

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        return (element for element in self.running if element.kind in kinds)

    def attached(self, element: Element) -> list[Element]:
        return self.diagram.attached(element.id)

    def targets(self, element: Element) -> list[Element]:
        """What follows directly; flows that lead nowhere lead to nothing."""
        flows = (self.diagram.flows[flow] for flow in element.outgoing)
        return [self.diagram.elements[flow.target] for flow in flows if flow.target in self.diagram.elements]

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every name that expressions may read."""
        return frozenset(self.diagram.declared_facts(self.forms.values()))

    @cached_property
    def said(self) -> frozenset[str]:
        """The names that somebody says: a form, a service task, or the start itself."""
        names = {key for form in self.forms.values() for key in form.own_keys}
        for element in self.of_kind("serviceTask", "sendTask"):
            names |= {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
            names.add(element.properties.get("delivered", ""))
        return frozenset(names | {self.diagram.process.starter_fact}) - {""}

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The field that says a name."""
        return {field.key: field for form in self.forms.values() for field in form.fields if not field.readonly}

    @cached_property
    def deadlines(self) -> frozenset[str]:
        """The keys of the periods that are drawn."""
        return frozenset(period.properties["deadline"] for period in self.diagram.periods)

    @cached_property
    def met(self) -> frozenset[str]:
        """The keys of the periods that some service task meets."""
        keys = set()
        for element in self.of_kind("serviceTask", "sendTask"):
            keys.add(element.properties.get("meets", ""))
            if element.properties.get("operation") == "meet_deadline":
                keys.add(element.properties.get("deadline", ""))
        return frozenset(keys)


def about(subject: Element | Flow | Lane, reason: str, remedy: str) -> Problem:
    """The problem with this element."""
    return Problem(subject.id, subject.name, reason, remedy)


def in_the_file(reason: str, remedy: str) -> Problem:
    """A problem that belongs to no element."""
    return Problem("", "", reason, remedy)


def local_name(node: etree._Element) -> str | None:
    """The node's name within the BPMN namespace; None for everything else."""
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return node.tag[len(BPMN) :] if is_bpmn else None


def named(names: Collection[str]) -> str:
    """Names for a sentence."""
    return "、".join(sorted(names))

"""A diagram that is to be judged, with its forms and what the installation knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Protocol

from lxml import etree

from engine.bpmn import constructs, refusals
from engine.bpmn.elements import BPMN, FACT, SAYING, Diagram, Element, Flow, Lane, process_node
from engine.errors import Problem
from engine.forms.schema import Field, Form

SHOWN = 6
"""Names that one sentence lists; the rest is counted."""
LIKE = 80
"""Signs of a wrong name by which the ones most like it are found."""


@dataclass(frozen=True)
class Signature:
    """What a version of a procedure is to those that call it: the names it knows, and what it begins itself.

    `begins` are keys, each with the version that is begun; None is the latest at that time.
    """

    facts: frozenset[str]
    begins: frozenset[tuple[str, int | None]]
    version: int = 1


class Procedures(Protocol):
    """The other procedures of the installation. None for what is not there."""

    def keys(self) -> Collection[str]: ...

    def latest(self, key: str) -> Signature | None: ...

    def numbered(self, key: str, version: int) -> Signature | None: ...

    def tagged(self, key: str, tag: str) -> Signature | None: ...


class NoProcedures:
    """An installation that has no other procedure."""

    def keys(self) -> Collection[str]:
        return ()

    def latest(self, key: str) -> Signature | None:
        return None

    def numbered(self, key: str, version: int) -> Signature | None:
        return None

    def tagged(self, key: str, tag: str) -> Signature | None:
        return None


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
    procedures: Procedures

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

    @cached_property
    def _targets(self) -> Mapping[str, list[Element]]:
        elements, flows = self.diagram.elements, self.diagram.flows
        return {
            key: [elements[flows[flow].target] for flow in element.outgoing if flows[flow].target in elements]
            for key, element in elements.items()
        }

    def targets(self, element: Element) -> list[Element]:
        """What follows directly; flows that lead nowhere lead to nothing."""
        return self._targets[element.id]

    @cached_property
    def _onward(self) -> Mapping[str, list[Element]]:
        return {
            key: [*self.attached(element), *self.targets(element)] for key, element in self.diagram.elements.items()
        }

    def onward(self, element: Element) -> list[Element]:
        """What may follow an element: the events that are attached to it, and the targets of its flows."""
        return self._onward[element.id]

    @cached_property
    def _in_scope(self) -> Mapping[str, list[Element]]:
        return {
            key: [one for one in following if one.attached_to != key or one.interrupting]
            for key, following in self._onward.items()
        }

    def in_scope(self, element: Element) -> list[Element]:
        """What may follow it with the same token: as `paths_ahead`, but no event that leaves the activity running."""
        return self._in_scope[element.id]

    @cached_property
    def form_ids(self) -> frozenset[str]:
        """The forms that came with the diagram, by their ids."""
        return frozenset(
            element.form_ref
            for element in self.diagram.elements.values()
            if element.form_ref and element.form_key in self.forms
        )

    @cached_property
    def facts(self) -> frozenset[str]:
        """Every name that expressions may read."""
        return frozenset(self.diagram.declared_facts(self.forms.values()))

    @cached_property
    def said(self) -> frozenset[str]:
        """The names that somebody says: a form, a service task, a called procedure, or the start itself."""
        names = {key for form in self.forms.values() for key in form.own_keys}
        for element in self.of_kind("serviceTask", "sendTask"):
            names |= {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
            names |= {element.properties.get(name, "") for name in SAYING}
        for call in self.of_kind("callActivity"):
            names |= {handover.fact for handover in call.outputs}
        return frozenset(names | {self.diagram.process.starter_fact}) - {""}

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The field that says a name."""
        return {field.key: field for form in self.forms.values() for field in form.fields if not field.readonly}

    @cached_property
    def user_tasks(self) -> frozenset[str]:
        return frozenset(element.id for element in self.of_kind("userTask"))

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


def at(node: etree._Element, reason: str, remedy: str) -> Problem:
    """The problem with the nearest thing around the node that has an id and that a reader sees on the picture."""
    seen: etree._Element | None = node
    while seen is not None and (seen.get("id") is None or local_name(seen) in _PARTS):
        seen = seen.getparent()
    if seen is None or local_name(seen) == "definitions":
        return in_the_file(reason, remedy)
    return Problem(seen.get("id", ""), " ".join(seen.get("name", "").split()), reason, remedy)


_PARTS = frozenset(
    {
        None,
        "extensionElements",
        "conditionExpression",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "documentation",
        "ioSpecification",
    }
    | {name for name in refusals.ELEMENTS if name.endswith(("EventDefinition", "LoopCharacteristics"))}
    | {name for name in constructs.RUNS if name.endswith("EventDefinition")}
)


def local_name(node: etree._Element) -> str | None:
    """The node's name within the BPMN namespace; None for everything else."""
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return node.tag[len(BPMN) :] if is_bpmn else None


def called(element: Element) -> str:
    """An element for a sentence."""
    return (element.name or element.id)[:40]


def every(names: Collection[str]) -> str:
    """All the names of a short list that stands nowhere else, such as the roles."""
    return "、".join(sorted(names))


def named(names: Collection[str], like: str = "") -> str:
    """Names for a sentence: all of a few, else a handful and how many there are, those first that are most like the wrong one.

    Whoever wrote a name wrongly is helped by the right one, not by a page with every name there is.
    """
    if len(names) <= SHOWN:
        return every(names)
    nearest = get_close_matches(like[:LIKE], sorted(names), SHOWN, 0.5) if like else []
    others = [name for name in sorted(names) if name not in nearest]
    return f"{'、'.join([*nearest, *others][:SHOWN])} 等 {len(names)} 项"

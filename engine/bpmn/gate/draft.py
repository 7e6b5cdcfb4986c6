"""A diagram that is to be judged, with its forms and what the installation knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from itertools import chain

from lxml import etree

from engine.bpmn.gate import constructs, refusals
from engine.bpmn.gate.procedures import NoProcedures, Procedures
from engine.bpmn.reading import by_event, ways
from engine.bpmn.reading.elements import BPMN, FACT, OPERATING, SAYING, Diagram, Element, Flow, Lane
from engine.bpmn.reading.tree import process_node
from engine.forms.schema import Field, Form
from engine.messages import Name, Text, listed
from engine.messages import gettext as _
from engine.problems import Problem, Rule

SHOWN = 6
"""Names that one sentence lists; the rest is counted."""
WAY_SHOWN = 8
"""Steps of a way that one sentence names."""
NAME_SHOWN = 40
"""Characters of a name that one sentence shows."""
LIKE = 80
"""Characters of a wrong name by which the ones most like it are found."""
LISTED = "party_name"
"""The fact that lists show and search beside the title."""
EMPTY = _("(empty)")
"""Stands for a name that is an empty text."""


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
    unreadable: frozenset[str] = frozenset()
    """The forms that came along and cannot be taken; what is wrong with them is told already."""
    post_codes: Mapping[str, str] = field(default_factory=dict)
    """The codes of posts by the names that somebody may have written instead."""

    @cached_property
    def process(self) -> etree._Element:
        """The node of the process that the diagram was read from."""
        return process_node(self.root)

    @cached_property
    def running(self) -> tuple[Element, ...]:
        """The flow nodes that may run. Of others nothing more is asked than that they go."""
        return tuple(element for element in self.diagram.elements.values() if element.kind in constructs.RUNS)

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Element]]:
        by_kind: dict[str, list[Element]] = {}
        for element in self.running:
            by_kind.setdefault(element.kind, []).append(element)
        return by_kind

    def of_kind(self, *kinds: str) -> Iterator[Element]:
        """The flow nodes of these kinds that may run, those of one kind in the order of the diagram."""
        return chain.from_iterable(self._by_kind.get(kind, ()) for kind in kinds)

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
            key: [*self.attached(element), *by_event.listening(self.diagram, element), *self.targets(element)]
            for key, element in self.diagram.elements.items()
        }

    def splits(self, element: Element) -> bool:
        """Whether a token goes on as several: a parallel gateway that forks, or anything else with flows that are all taken."""
        if element.kind.endswith("Gateway"):
            return element.kind == "parallelGateway" and len(element.outgoing) > 1
        flows = [self.diagram.flows[flow] for flow in element.outgoing]
        return sum(flow.condition is None and flow.id != element.default_flow for flow in flows) > 1

    def may_split(self, element: Element) -> bool:
        """Whether a token may go on as several, at least when certain conditions hold."""
        may = element.kind == "inclusiveGateway" or not element.kind.endswith("Gateway")
        return self.splits(element) or (may and len(element.outgoing) > 1)

    def onward(self, element: Element) -> list[Element]:
        """What may follow an element: the events that are attached to it, and the targets of its flows."""
        return self._onward[element.id]

    @cached_property
    def _in_scope(self) -> Mapping[str, list[Element]]:
        return {
            key: [one for one in following if one.interrupting or (one.attached_to != key and one.kind != "startEvent")]
            for key, following in self._onward.items()
        }

    def in_scope(self, element: Element) -> list[Element]:
        """What may follow it with the same token: as `paths_ahead`, but no event that leaves the activity running."""
        return self._in_scope[element.id]

    def begins(self, scope: Element) -> list[Element]:
        """Where a sub-process begins: at its start event, or else at each step that none comes before."""
        return [start for start in self.diagram.starts(scope.id) if start.kind in constructs.RUNS]

    @cached_property
    def beginnings(self) -> tuple[Element, ...]:
        """Where the process begins, and each of its sub-processes."""
        inner = [start for scope in self.of_kind("subProcess") for start in self.begins(scope)]
        return (*self.of_kind("startEvent"), *(start for start in inner if start.kind != "startEvent"))

    def onward_and_within(self, element: Element) -> list[Element]:
        """What may follow with the events on it, into sub-processes and out of them."""
        return [
            *self.attached(element),
            *by_event.listening(self.diagram, element),
            *ways.onward(self.diagram, element),
        ]

    def in_and_within(self, element: Element) -> list[Element]:
        """The same, and what a sub-process holds."""
        inner = self.begins(element) if element.kind == "subProcess" else []
        return [*self.in_scope(element), *inner]

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
        for element in self.of_kind("startEvent", *OPERATING):
            names |= {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
            names |= {element.properties.get(name, "") for name in SAYING}
        for call in self.of_kind("callActivity"):
            names |= {mapping.fact for mapping in call.outputs}
        names |= {name for element in self.running for name in element.collects}
        names.update(self.diagram.item_names.values())
        return frozenset(names | {self.diagram.process.starter_fact}) - {""}

    def form_fields(self) -> Iterator[tuple[str, Field]]:
        """(form id, field) of every field, read-only ones, too."""
        return ((form_id, field) for form_id, form in self.forms.items() for field in form.fields)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The field that says a name; where several start forms say it, one that need not be filled in."""
        said = [field for form in self.forms.values() for field in form.fields if not field.readonly]
        return {field.key: field for field in sorted(said, key=lambda field: not field.required)[::-1]}

    def around(self, element: Element) -> list[Element]:
        """The element and the sub-processes around it that are done several times, the innermost first."""
        return [found for found in (element, *self.diagram.scopes_around(element)) if found.many is not None]

    @cached_property
    def issuing(self) -> frozenset[str]:
        """The service tasks that issue a document."""
        tasks = self.of_kind(*OPERATING)
        return frozenset(task.id for task in tasks if task.properties.get("operation") == "issue_document")

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
        for element in self.of_kind(*OPERATING):
            keys.add(element.properties.get("meets", ""))
            if element.properties.get("operation") == "meet_deadline":
                keys.add(element.properties.get("deadline", ""))
        return frozenset(keys)


def only_read(diagram: Diagram, forms: Mapping[str, Form]) -> Draft:
    """One of which nothing is asked but where it leads and what it says."""
    nothing = frozenset[str]()
    return Draft(
        etree.Element(BPMN + "definitions"),
        diagram,
        forms,
        {},
        nothing,
        nothing,
        nothing,
        nothing,
        nothing,
        NoProcedures(),
    )


def about(rule: Rule, subject: Element | Flow | Lane, reason: Text, remedy: Text, rewrite: str = "") -> Problem:
    """The rule is broken by this element."""
    return rule.problem(subject.id, subject.name, reason, remedy, rewrite)


def in_the_file(rule: Rule, reason: Text, remedy: Text) -> Problem:
    """The rule is broken by no element alone."""
    return rule.problem("", "", reason, remedy)


def of_the_procedure(rule: Rule, draft: Draft, reason: Text, remedy: Text) -> Problem:
    """The rule is broken by what the process says about itself."""
    return rule.problem(draft.diagram.key, draft.diagram.name, reason, remedy)


def in_form(rule: Rule, form_id: str, field: Field, reason: Text, remedy: Text) -> Problem:
    """The rule is broken by a field of a form."""
    return rule.problem(f"{form_id}.{field.key}", field.label, reason, remedy)


def at(rule: Rule, node: etree._Element, reason: Text, remedy: Text) -> Problem:
    """The rule is broken by the nearest thing around the node that has an id and that a reader sees on the picture."""
    seen: etree._Element | None = node
    while seen is not None and (seen.get("id") is None or local_name(seen) in _PARTS):
        seen = seen.getparent()
    if seen is None or local_name(seen) == "definitions":
        return rule.problem("", "", reason, remedy, line=line_of(node))
    name = " ".join(seen.get("name", "").split())
    return rule.problem(seen.get("id", ""), name, reason, remedy, line=line_of(node))


_PARTS = frozenset(
    {
        None,
        "extensionElements",
        "conditionExpression",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "condition",
        "documentation",
        "ioSpecification",
    }
    | {name for name in refusals.ELEMENTS if name.endswith(("EventDefinition", "LoopCharacteristics"))}
    | {name for name in constructs.RUNS if name.endswith(("EventDefinition", "LoopCharacteristics"))}
    | {"loopCardinality", "completionCondition"}
)


def line_of(node: etree._Element) -> int:
    """The line on which the node begins; 0 for one that came from no file."""
    return node.sourceline or 0  # type: ignore[return-value]


def local_name(node: etree._Element) -> str | None:
    """The node's name within the BPMN namespace; None for everything else."""
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return node.tag[len(BPMN) :] if is_bpmn else None


def takes(draft: Draft, element: Element, what: str) -> frozenset[str]:
    """The `required`, `optional` or `expressions` of the element's operation."""
    operation = draft.operations.get(element.properties.get("operation", ""))
    return frozenset(getattr(operation, what, ()))


def called(drawn: Element | Flow) -> Name:
    """An element for a sentence: its name in the reader's language as far as it is known, else its id."""
    return Name((drawn.name or drawn.id)[:NAME_SHOWN])


def labelled(field: Field) -> Name:
    """A field for a sentence, as `called` does an element."""
    return Name((field.label.drawn or field.key)[:NAME_SHOWN])


def shown_way(way: Sequence[Element]) -> Text:
    """A way for a sentence: the named steps and decisions on it, the last ones when there are many."""
    names = [called(element) for element in way if element.name]
    return listed([*(["…"] if len(names) > WAY_SHOWN else []), *names[-WAY_SHOWN:]])


def every(names: Collection[str]) -> Text:
    """All the names of a short list that stands nowhere else, such as the roles."""
    return listed(sorted(names))


def named(names: Collection[str], like: str = "") -> Text:
    """Names for a sentence: all of a few, else a handful and how many there are, those first that are most like the wrong one.

    Whoever wrote a name wrongly is helped by the right one, not by a page with every name there is.
    """
    if len(names) <= SHOWN:
        return every(names)
    nearest = get_close_matches(like[:LIKE], sorted(names), SHOWN, 0.5) if like else []
    others = [name for name in sorted(names) if name not in nearest]
    some = listed([*nearest, *others][:SHOWN])
    return _("%(some)s and others, %(num)s in all", some=some, num=len(names))

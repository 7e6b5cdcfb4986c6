"""What a diagram means to us: its elements, lanes, forms, periods and buttons, read from the tree.

SpiffWorkflow keeps little of this, so it is never asked. Everything here is a plain, frozen value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from lxml import etree

from engine.bpmn.reading import by_event, usual, ways
from engine.bpmn.reading.called import BPMN as BPMN
from engine.bpmn.reading.called import CAMUNDA as CAMUNDA
from engine.bpmn.reading.called import Called, DataMapping, read_called, read_mappings
from engine.bpmn.reading.events import MESSAGE, SIGNAL, EventDefinition, event_definitions
from engine.bpmn.reading.events import TimerText as TimerText
from engine.bpmn.reading.flows import Flow as Flow
from engine.bpmn.reading.flows import read_flows
from engine.bpmn.reading.form_data import drawn_form_id, drawn_forms
from engine.bpmn.reading.kinds import OPERATING as OPERATING
from engine.bpmn.reading.kinds import PASSED as PASSED
from engine.bpmn.reading.process import Lane as Lane
from engine.bpmn.reading.process import Process as Process
from engine.bpmn.reading.process import plain, read_lanes, read_process, split, starters_in
from engine.bpmn.reading.process import properties_of as properties_of
from engine.bpmn.reading.quorum import condition_of
from engine.bpmn.reading.repeated import COLLECT as COLLECT
from engine.bpmn.reading.repeated import Again, Many, collected, read_again, read_many
from engine.bpmn.reading.scripts import with_script
from engine.bpmn.reading.tree import flow_nodes, local_name, process_node, scope_of

HEARING = ("boundaryEvent", "intermediateCatchEvent", "receiveTask")
"""What may wait for a message or signal of another case while a case runs."""
FACT = "fact:"
IN = "in:"
FORM = "form:"
"""What begins the name of a property by which a user task fills in a parameter of its form."""
GIVEN_LIMIT = 120
"""Characters of all that a user task fills in, as `form_key` shows it; the gate refuses what is longer."""
SAYING = ("delivered", "numbered", "pressed_by")
"""Properties of an operation or a button that name a fact which it says."""
Asked = tuple[str, frozenset[str]]
"""Who is asked: a fact that holds a unit, or a fixed unit's code; and the roles, any of which may do it."""


class HasKeys(Protocol):
    """What is asked of a form here."""

    @property
    def keys(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class Element:
    """A flow node. `kind` is its BPMN name; `event_kind` is timer, message, terminate or another event definition's.

    All flow nodes of a process stand side by side, those of sub-processes too: `scope` is the id of the one it lies in.
    """

    id: str
    kind: str
    name: str
    lane: Lane | None
    event_kind: str
    attached_to: str | None
    interrupting: bool
    form_ref: str | None
    candidate_groups: tuple[str, ...]
    properties: Mapping[str, str]
    timer: TimerText | None
    default_flow: str | None
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    called: Called | None = None
    """The procedure that a call activity calls, or a service task starts."""
    inputs: tuple[DataMapping, ...] = ()
    outputs: tuple[DataMapping, ...] = ()
    scope: str | None = None
    """The sub-process that it lies in; None when it lies in the process itself."""
    events: tuple[EventDefinition, ...] = ()
    """All definitions of an event: one that catches happens with any of them, one that throws throws all."""
    many: Many | None = None
    again: Again | None = None
    behind_gateway: bool = False
    """Whether it is one of several events of which the first to happen is taken."""
    by_event: bool = False
    """Whether a sub-process is begun by the event with which it starts, and not by a flow."""

    @cached_property
    def form_parameters(self) -> Mapping[str, str]:
        """What a user task fills in where its form leaves something open, by the parameter's name."""
        given = self.properties.items() if self.kind == "userTask" else ()
        return {name.removeprefix(FORM): value for name, value in given if name.startswith(FORM)}

    @cached_property
    def form_key(self) -> str:
        """The form as this element asks it: its id, with what is filled in; empty without a form."""
        given = ", ".join(f"{name}={value}" for name, value in self.form_parameters.items())[:GIVEN_LIMIT]
        return f"{self.form_ref}({given})" if self.form_ref and given else self.form_ref or ""

    @cached_property
    def collects(self) -> Mapping[str, str]:
        """What is collected of each time that it is done: the fact that holds the list -> the expression of one value."""
        return collected(self.properties)

    @property
    def is_period(self) -> bool:
        return self.timer is not None and "deadline" in self.properties

    @property
    def drafts(self) -> tuple[str, ...]:
        """The elements that issue the papers which a user task drafts or signs."""
        return tuple(filter(None, map(str.strip, self.properties.get("drafts", "").split(","))))

    @property
    def is_addressed(self) -> bool:
        """Whether a user task's answers are said to the other parties: handing them in is what sends them."""
        return "addressed" in self.properties

    @property
    def lapses(self) -> bool:
        """Whether what a border event has begun beside its activity ends with the activity; else it lives on."""
        return self.properties.get("lapses") == "true"

    @property
    def is_button(self) -> bool:
        """Whether it happens when somebody presses it: on a border, as one of several that a gateway waits for, or as what
        begins an event sub-process."""
        awaited = self.kind == "intermediateCatchEvent" and self.behind_gateway
        stands = self.kind == "boundaryEvent" or self.begins_within or awaited
        return stands and self.event_kind == MESSAGE and self.properties.get("awaits") != MESSAGE

    @property
    def begins_within(self) -> bool:
        """Whether a sub-process begins here; with an event it is one that an event begins."""
        return self.kind == "startEvent" and self.scope is not None

    @property
    def heard(self) -> EventDefinition | None:
        """The message or signal of other cases for which it waits while a case runs; None when it waits for neither."""
        is_told = self.event_kind in (MESSAGE, SIGNAL) and not self.is_button
        return self.events[0] if is_told and (self.kind in HEARING or self.begins_within) else None

    @property
    def is_clock(self) -> bool:
        """Whether it stands beside the work and carries periods: a receive task that waits for no message."""
        return self.kind == "receiveTask" and not self.events

    @property
    def throws(self) -> tuple[EventDefinition, ...]:
        """The messages and signals that it throws."""
        own = self.events if self.kind in ("intermediateThrowEvent", "endEvent", "sendTask") else ()
        return tuple(event for event in own if event.kind in (MESSAGE, SIGNAL))

    @property
    def throws_error(self) -> bool:
        """Whether it ends the sub-process around it, and what catches the error goes on."""
        return self.kind == "endEvent" and self.event_kind == "error"

    @property
    def comes_again(self) -> bool:
        """Whether an event that lets its activity or scope go on may happen more than once."""
        return not self.interrupting and any(event.comes_again for event in self.events)

    @property
    def times(self) -> int | None:
        """How often it may happen at most; None when that is not limited, or when several things make it happen."""
        timer = self.events[0].timer if len(self.events) == 1 else None
        return timer.times if timer is not None else None


@dataclass(frozen=True)
class Diagram:
    process: Process
    lanes: tuple[Lane, ...]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]
    drawn_forms: Mapping[str, bytes] = field(default_factory=dict)
    """The forms that are drawn in the steps that ask them, as form-js documents by their ids."""

    @property
    def key(self) -> str:
        return self.process.key

    @property
    def name(self) -> str:
        return self.process.name

    @cached_property
    def _within(self) -> Mapping[str | None, list[Element]]:
        within = defaultdict(list)
        for element in self.elements.values():
            within[element.scope].append(element)
        return dict(within)

    def within(self, scope: str | None) -> list[Element]:
        """What lies directly in the sub-process, or in the process itself."""
        return list(self._within.get(scope, ()))

    def starts(self, scope: str | None = None) -> list[Element]:
        """Where a scope begins: at its start events, or else at whatever no flow leads to."""
        inner = self.within(scope)
        drawn = [element for element in inner if element.kind == "startEvent"]
        return drawn or [
            element for element in inner if not (element.incoming or element.attached_to or element.by_event)
        ]

    @cached_property
    def form_starts(self) -> tuple[Element, ...]:
        """Where somebody may start the procedure with a form: its start events without a trigger."""
        return tuple(start for start in self.of_kind("startEvent") if start.scope is None and not start.events)

    @cached_property
    def hears(self) -> bool:
        """Whether anything in it waits for messages or signals of other cases."""
        return any(element.heard is not None for element in self.elements.values())

    @cached_property
    def starts_by_itself(self) -> tuple[Element, ...]:
        """Where the procedure begins with nobody who starts it: at a time, or when something is told."""
        return tuple(start for start in self.of_kind("startEvent") if start.scope is None and start.events)

    def starts_by_event(self, kind: str, name: str) -> list[Element]:
        """Where it begins when this message or signal is thrown."""
        return [start for start in self.starts_by_itself if any(event.catches(kind, name) for event in start.events)]

    @cached_property
    def timed_starts(self) -> tuple[Element, ...]:
        """Where the procedure begins by itself at a time."""
        return tuple(start for start in self.of_kind("startEvent") if start.scope is None and start.timer is not None)

    def starters_at(self, start: Element) -> frozenset[tuple[str, str]]:
        """Who may start there, as (kind of unit, role): by its own word, else by that of the process."""
        own = start.properties.get("starters")
        return self.process.candidate_starters if own is None else starters_in(own)

    def handlers(self, scope: str | None = None) -> list[Element]:
        """The start event of each event sub-process of the scope."""
        own = [element.id for element in self.within(scope) if element.by_event]
        starts = [[start for start in self.within(handler) if start.kind == "startEvent"] for handler in own]
        return [found[0] for found in starts if found]

    def scopes_around(self, element: Element) -> list[Element]:
        """The sub-processes that it lies in, the innermost first."""
        found: list[Element] = []
        while element.scope is not None and element.scope in self.elements:
            element = self.elements[element.scope]
            if element in found:  # only in a file in which ids are given twice
                break
            found.append(element)
        return found

    @cached_property
    def item_names(self) -> Mapping[str, str]:
        """What the item is called in each activity that is done once for each of several; empty where it has no name."""
        return {element.id: element.many.item_name for element in self.elements.values() if element.many is not None}

    def of_kind(self, *kinds: str) -> list[Element]:
        return [element for element in self.elements.values() if element.kind in kinds]

    @cached_property
    def form_ids(self) -> frozenset[str]:
        """The forms that the diagram names."""
        return frozenset(element.form_ref for element in self.elements.values() if element.form_ref)

    def form_uses(self, form_id: str) -> dict[str, Mapping[str, str]]:
        """`form_key` of each way in which the diagram asks this form -> what is filled in, in the order of the diagram."""
        asking = (element for element in self.elements.values() if element.form_ref == form_id)
        return {element.form_key: element.form_parameters for element in asking}

    @cached_property
    def periods(self) -> tuple[Element, ...]:
        """The timer events that carry a legal period."""
        return tuple(element for element in self.elements.values() if element.is_period)

    @cached_property
    def _attached(self) -> Mapping[str, list[Element]]:
        attached = defaultdict(list)
        for element in self.elements.values():
            if element.attached_to is not None:
                attached[element.attached_to].append(element)
        return dict(attached)

    def attached(self, element_id: str) -> list[Element]:
        """The boundary events of an activity."""
        return list(self._attached.get(element_id, ()))

    def deadline_of(self, element: Element) -> str | None:
        """The period under which a task is worked: the one it carries itself or names, or that of a sub-process around it."""
        return by_event.period_over(self, element)

    def asked(self, element: Element) -> Asked:
        """Who is asked to do a task or may press a button: its own word, else its lane's."""
        if element.candidate_groups:
            pairs = [group.partition(":") for group in element.candidate_groups]
            return pairs[0][0], frozenset(role for _, _, role in pairs)
        if "role" in element.properties:
            return element.properties.get("unit", ""), split(element.properties["role"])
        lane = element.lane
        return (lane.unit, lane.roles) if lane else ("", frozenset())

    def all_asked(self) -> list[Asked]:
        """Everybody whom the procedure may ask, without repeats, in the order of the diagram."""
        return list(dict.fromkeys(self.asked(element) for element in self.of_kind("userTask")))

    def declared_facts(self, forms: Iterable[HasKeys]) -> set[str]:
        """Every name that forms, operations and the start may say."""
        names = {key for form in forms for key in form.keys}
        for element in self.elements.values():
            names |= {name.removeprefix(FACT) for name in element.properties if name.startswith(FACT)}
            names |= {element.properties[name] for name in SAYING if name in element.properties}
            names |= {mapping.fact for mapping in element.outputs} | element.collects.keys()
        names.update(self.item_names.values())
        return names | {*self.process.party_facts, self.process.starter_fact} - {""}

    def next_elements(self, element: Element) -> list[Element]:
        targets = (self.flows[flow].target for flow in element.outgoing if flow in self.flows)
        return [self.elements[target] for target in targets if target in self.elements]

    def tasks_before(self, element_id: str) -> set[str]:
        """The user tasks that lead here without another one in between."""
        found, seen, stack = set[str](), {element_id}, [element_id]
        while stack:
            for source in ways.before(self, self.elements[stack.pop()]):
                if source.id not in seen:
                    seen.add(source.id)
                    if source.kind == "userTask":
                        found.add(source.id)
                    else:
                        stack.append(source.id)
        return found

    def first_task(self, event: Element) -> Element | None:
        """The user task that a boundary event leads to directly."""
        return next((target for target in self.next_elements(event) if target.kind == "userTask"), None)

    def expected_after(
        self, element_id: str, at_most: int = 4, holds: Callable[[str], bool | None] = lambda _: None
    ) -> list[Element]:
        """The named steps that follow when every question is answered in the usual way; see `usual`."""
        return usual.expected_after(self, element_id, at_most, holds)


def read_elements(root: etree._Element) -> Diagram:
    """The executable process of the tree, or its first one. A tree without a process gives an empty diagram."""
    return _read(root, process_node(root))


def read_processes(root: etree._Element) -> tuple[Diagram, ...]:
    """Each process of the tree that may be executed, in the order of the file."""
    processes = root.findall(f"{BPMN}process")
    return tuple(_read(root, found) for found in processes if found.get("isExecutable", "false") == "true")


def _read(root: etree._Element, process: etree._Element) -> Diagram:
    lanes, lane_of = read_lanes(process)
    flows = read_flows(process)
    incoming, outgoing = defaultdict(list), defaultdict(list)
    for flow in flows.values():
        incoming[flow.target].append(flow.id)
        outgoing[flow.source].append(flow.id)
    known = {str(found.get("id")): found for found in root if found.get("id")}
    gateways = {node.get("id", "") for node in process.iter(f"{BPMN}eventBasedGateway")}
    elements: dict[str, Element] = {}
    for node in flow_nodes(process):
        element_id, scope = node.get("id", ""), scope_of(node, process)
        lane = lane_of.get(element_id) or lane_of.get(node.get("attachedToRef", ""))
        if lane is None and scope in elements:
            lane = elements[scope].lane
        ways = (tuple(incoming[element_id]), tuple(outgoing[element_id]))
        behind_gateway = any(flows[flow].source in gateways for flow in ways[0])
        elements[element_id] = _element(node, scope, lane, ways, event_definitions(node, known), behind_gateway)
    starts = [found for found in elements.values() if found.kind == "startEvent" and found.scope is None]
    first = next((found.form_key for found in starts if not found.events), "")
    return Diagram(read_process(root, process, first), lanes, elements, flows, drawn_forms(process))


def _element(
    node: etree._Element,
    scope: str | None,
    lane: Lane | None,
    ways: tuple[tuple[str, ...], tuple[str, ...]],
    events: tuple[EventDefinition, ...],
    behind_gateway: bool,
) -> Element:
    properties = with_script(node, properties_of(node))
    interrupts = "isInterrupting" if node.tag == f"{BPMN}startEvent" else "cancelActivity"
    return Element(
        id=node.get("id", ""),
        kind=local_name(node),
        name=plain(node.get("name")),
        lane=lane,
        event_kind=events[0].kind if events else "",
        attached_to=node.get("attachedToRef"),
        interrupting=node.get(interrupts, "true") == "true",
        form_ref=node.get(f"{CAMUNDA}formRef") or drawn_form_id(node),
        candidate_groups=tuple(
            part.strip() for part in node.get(f"{CAMUNDA}candidateGroups", "").split(",") if part.strip()
        ),
        properties=properties,
        timer=next((event.timer for event in events if event.timer is not None), None),
        default_flow=node.get("default"),
        incoming=ways[0],
        outgoing=ways[1],
        called=read_called(node, properties),
        inputs=read_mappings(node, "in"),
        outputs=read_mappings(node, "out"),
        scope=scope,
        events=events,
        many=read_many(node, condition_of(properties, collected(properties))),
        again=read_again(node),
        behind_gateway=behind_gateway,
        by_event=node.get("triggeredByEvent") == "true",
    )

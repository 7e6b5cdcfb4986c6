"""What a diagram means to us: its elements, lanes, forms, periods and buttons, read from the tree.

SpiffWorkflow keeps little of this, so it is never asked. Everything here is a plain, frozen value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from lxml import etree

from engine.bpmn.reading.called import BPMN as BPMN
from engine.bpmn.reading.called import CAMUNDA as CAMUNDA
from engine.bpmn.reading.called import Called, Handover, read_called, read_handovers

FLOW_NODES = {
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
    "callActivity", "subProcess", "transaction", "adHocSubProcess",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway",
}  # fmt: skip
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
class Lane:
    id: str
    name: str
    unit: str
    roles: frozenset[str]


@dataclass(frozen=True)
class TimerText:
    """`kind` is date, duration or cycle; `text` is an ISO literal or an expression."""

    kind: str
    text: str


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Element:
    """A flow node. `kind` is its BPMN name; `event_kind` is timer, message, terminate or another event definition's."""

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
    inputs: tuple[Handover, ...] = ()
    outputs: tuple[Handover, ...] = ()

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
        return self.kind == "boundaryEvent" and self.event_kind == "message"


@dataclass(frozen=True)
class Process:
    """`candidate_starters` are (kind of unit, role); the facts are names."""

    key: str
    name: str
    candidate_starters: frozenset[tuple[str, str]]
    number_prefix: str
    summary: str
    period: str
    title_fact: str
    starter_fact: str
    party_facts: tuple[str, ...]
    start_form: str
    version_tag: str = ""
    """What the analyst calls this version; callers may ask for it."""
    draws_withdrawal: bool = False
    """Whether a withdrawal is drawn from the beginning, so that the pages offer none of their own."""


@dataclass(frozen=True)
class Diagram:
    process: Process
    lanes: tuple[Lane, ...]
    elements: Mapping[str, Element]
    flows: Mapping[str, Flow]

    @property
    def key(self) -> str:
        return self.process.key

    @property
    def name(self) -> str:
        return self.process.name

    @cached_property
    def item_names(self) -> Mapping[str, str]:
        """What the item is called in each activity that is done once for each of several; empty for a number of times."""
        return {}

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
        """The period under which a task is worked: the one it carries itself, or the one it names."""
        own = (event.properties["deadline"] for event in self.attached(element.id) if event.is_period)
        return next(own, None) or element.properties.get("deadline")

    def asked(self, element: Element) -> Asked:
        """Who is asked to do a task or may press a button: its own word, else its lane's."""
        if element.candidate_groups:
            pairs = [group.partition(":") for group in element.candidate_groups]
            return pairs[0][0], frozenset(role for _, _, role in pairs)
        if "role" in element.properties:
            return element.properties.get("unit", ""), _split(element.properties["role"])
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
            names |= {handover.fact for handover in element.outputs}
        return names | {*self.process.party_facts, self.process.starter_fact} - {""}

    def next_elements(self, element: Element) -> list[Element]:
        return [self.elements[self.flows[flow].target] for flow in element.outgoing if flow in self.flows]

    def tasks_before(self, element_id: str) -> set[str]:
        """The user tasks that lead here without another one in between."""
        found, seen, stack = set[str](), {element_id}, [element_id]
        while stack:
            element = self.elements[stack.pop()]
            sources = [self.flows[flow].source for flow in element.incoming]
            for source in {*sources, *([element.attached_to] if element.attached_to else [])} - seen:
                seen.add(source)
                if self.elements[source].kind == "userTask":
                    found.add(source)
                else:
                    stack.append(source)
        return found

    def first_task(self, event: Element) -> Element | None:
        """The user task that a boundary event leads to directly."""
        return next((target for target in self.next_elements(event) if target.kind == "userTask"), None)

    def expected_after(
        self, element_id: str, at_most: int = 4, holds: Callable[[str], bool | None] = lambda _: None
    ) -> list[Element]:
        """The named steps that follow when every question is answered in the usual way.

        `holds` tells whether a condition is true already; None when that cannot be known yet. Then the usual way is the
        gateway's property `usual`, else its default flow; where nothing is usual, nothing more is foretold. Of branches
        that run side by side every first step of a person is told, and the last branch is followed.
        """
        found: list[Element] = []
        seen = {element_id}
        element = self.elements[element_id]
        while len(found) < at_most:
            flow = self._expected_flow(element, holds)
            if flow is None or flow not in self.flows:
                break
            element = self.elements[self.flows[flow].target]
            if element.kind == "parallelGateway" and len(element.outgoing) > 1:
                onward = [target for target in self.next_elements(element) if target.kind != "receiveTask"]
                element = onward[-1] if onward else element
                beside = [other for other in onward[:-1] if other.kind == "userTask" and other.id not in seen]
                seen.update(other.id for other in beside)
                found += beside
            if element.id in seen:
                break
            seen.add(element.id)
            if element.kind in ("userTask", "serviceTask", "sendTask", "callActivity") and element.name:
                found.append(element)
        return found[:at_most]

    def _expected_flow(self, element: Element, holds: Callable[[str], bool | None]) -> str | None:
        conditions = {flow: self.flows[flow].condition for flow in element.outgoing if flow in self.flows}
        for flow, condition in conditions.items():
            answer = holds(condition) if condition else False
            if answer:
                return flow
            if answer is None:
                break
        else:
            if any(conditions.values()):
                return element.default_flow
        return element.properties.get("usual") or element.default_flow or next(iter(element.outgoing), None)


def read_elements(root: etree._Element) -> Diagram:
    """The executable process of the tree, or its first one. A tree without a process gives an empty diagram."""
    process = process_node(root)
    lanes, lane_of = _lanes(process)
    flows = {flow.id: flow for flow in map(_flow, process.iterfind(f"{BPMN}sequenceFlow"))}
    incoming, outgoing = defaultdict(list), defaultdict(list)
    for flow in flows.values():
        incoming[flow.target].append(flow.id)
        outgoing[flow.source].append(flow.id)
    elements = {}
    for node in process:
        if _local(node) in FLOW_NODES:
            element_id = node.get("id", "")
            lane = lane_of.get(element_id) or lane_of.get(node.get("attachedToRef", ""))
            elements[element_id] = _element(node, lane, incoming[element_id], outgoing[element_id])
    return Diagram(_process(root, process, elements), lanes, elements, flows)


def process_node(root: etree._Element) -> etree._Element:
    """The executable process of the tree, its first one, or an empty one that is no part of it."""
    processes = root.findall(f"{BPMN}process")
    executable = (found for found in processes if found.get("isExecutable") == "true")
    return next(executable, processes[0] if processes else etree.Element(f"{BPMN}process", id=""))


def properties_of(node: etree._Element) -> dict[str, str]:
    """The `camunda:property` pairs of an element, in order."""
    path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    return {found.get("name", ""): found.get("value", "") for found in node.iterfind(path)}


def _process(root: etree._Element, process: etree._Element, elements: Mapping[str, Element]) -> Process:
    key = process.get("id", "")
    properties = properties_of(process)
    pool = next((pool for pool in root.iter(f"{BPMN}participant") if pool.get("processRef") == key), None)
    starters = _split(process.get(f"{CAMUNDA}candidateStarterGroups", ""))
    start = next((element for element in elements.values() if element.kind == "startEvent"), None)
    return Process(
        key=key,
        name=_text(pool.get("name") if pool is not None else None) or _text(process.get("name")) or key,
        candidate_starters=frozenset((kind, role) for kind, _, role in (group.partition(":") for group in starters)),
        number_prefix=properties.get("number_prefix", ""),
        summary=properties.get("summary", ""),
        period=properties.get("period", ""),
        title_fact=properties.get("title", ""),
        starter_fact=properties.get("starter", ""),
        party_facts=tuple(name.strip() for name in properties.get("parties", "").split(",") if name.strip()),
        start_form=start.form_key if start else "",
        version_tag=process.get(f"{CAMUNDA}versionTag", "").strip(),
        draws_withdrawal=properties.get("withdrawal") == "drawn",
    )


def _lanes(process: etree._Element) -> tuple[tuple[Lane, ...], dict[str, Lane]]:
    lanes, lane_of = [], {}
    for node in process.iter(f"{BPMN}lane"):
        properties = properties_of(node)
        lane = Lane(
            node.get("id", ""), _text(node.get("name")), properties.get("unit", ""), _split(properties.get("role", ""))
        )
        lanes.append(lane)
        for reference in node.iterfind(f"{BPMN}flowNodeRef"):
            lane_of[(reference.text or "").strip()] = lane
    return tuple(lanes), lane_of


def _flow(node: etree._Element) -> Flow:
    condition = node.find(f"{BPMN}conditionExpression")
    return Flow(
        id=node.get("id", ""),
        name=_text(node.get("name")),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        condition=(condition.text or "").strip() if condition is not None else None,
    )


def _element(node: etree._Element, lane: Lane | None, incoming: list[str], outgoing: list[str]) -> Element:
    properties = properties_of(node)
    return Element(
        id=node.get("id", ""),
        kind=_local(node),
        name=_text(node.get("name")),
        lane=lane,
        event_kind=_event_kind(node),
        attached_to=node.get("attachedToRef"),
        interrupting=node.get("cancelActivity", "true") == "true",
        form_ref=node.get(f"{CAMUNDA}formRef"),
        candidate_groups=tuple(
            part.strip() for part in node.get(f"{CAMUNDA}candidateGroups", "").split(",") if part.strip()
        ),
        properties=properties,
        timer=_timer(node),
        default_flow=node.get("default"),
        incoming=tuple(incoming),
        outgoing=tuple(outgoing),
        called=read_called(node, properties),
        inputs=read_handovers(node, "in"),
        outputs=read_handovers(node, "out"),
    )


def _event_kind(node: etree._Element) -> str:
    kinds = [
        _local(child).removesuffix("EventDefinition") for child in node if _local(child).endswith("EventDefinition")
    ]
    return kinds[0] if kinds else ""


def _timer(node: etree._Element) -> TimerText | None:
    definition = node.find(f"{BPMN}timerEventDefinition")
    if definition is None:
        return None
    for kind, tag in (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle")):
        found = definition.find(f"{BPMN}{tag}")
        if found is not None:
            return TimerText(kind, (found.text or "").strip())
    return TimerText("date", "")


def _local(node: etree._Element) -> str:
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return node.tag[len(BPMN) :] if is_bpmn else ""


def _split(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _text(text: str | None) -> str:
    return " ".join((text or "").split())

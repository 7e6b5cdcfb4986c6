"""A diagram as the reference sees it: read from the file by itself, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NODES = {
    "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent", "task", "manualTask",
    "userTask", "serviceTask", "sendTask", "scriptTask", "businessRuleTask", "receiveTask", "callActivity", "subProcess",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
}  # fmt: skip
AGAIN_BY_NATURE = ("message", "signal", "conditional", "escalation")
"""What may happen more than once while it interrupts nothing."""


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Event:
    """One event definition. `name`: the code of an error or escalation, the name of a message or signal; or empty."""

    kind: str
    name: str = ""
    condition: str = ""

    def hears(self, kind: str, name: str) -> bool:
        """10.5.1: an error or escalation without a code is any; a message or signal is known by its name."""
        if kind in ("error", "escalation"):
            return self.kind == kind and self.name in ("", name)
        return self.kind == kind and self.name == name and bool(name)


@dataclass(frozen=True)
class Many:
    """10.3.2, multi-instance: all texts are expressions, empty where they are not drawn."""

    collection: str
    item: str
    number: str
    until: str
    sequential: bool


@dataclass(frozen=True)
class Again:
    """10.3.2, standard loop."""

    test: str
    most: str
    before: bool


@dataclass(frozen=True)
class Node:
    """A flow node. `event` is the name of its first event definition, empty when it has none."""

    id: str
    kind: str
    event: str = ""
    attached_to: str | None = None
    cancels: bool = True
    """Whether a border event interrupts its activity, or an event sub-process its scope."""
    repeats: bool = False
    """Whether an event that interrupts nothing happens as often as somebody makes it happen."""
    lapses: bool = False
    """Whether what a border event has begun beside its activity ends with it: a word of ours."""
    default: str | None = None
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    scope: str = ""
    """The sub-process it lies in; empty for the process itself."""
    events: tuple[Event, ...] = ()
    times: int | None = None
    """How often a cycle comes at most, where nothing else makes the event happen."""
    many: Many | None = None
    again: Again | None = None
    by_event: bool = False
    script: tuple[tuple[str, str], ...] = ()
    """What a script task says: names and expressions, in their order."""
    meets: str = ""
    """The key of the period that a service task meets: a word of ours, as the next one."""
    period: str = ""
    """The key of the period that a timer carries."""


@dataclass(frozen=True)
class Drawing:
    nodes: dict[str, Node]
    borders: dict[str, list[Node]] = field(default_factory=dict)
    """Activity -> the events on its border, in the order of the file."""

    def starts(self, scope: str = "") -> list[Node]:
        """Where the scope begins: at its start events, or else at whatever nothing leads to."""
        inner = [node for node in self.nodes.values() if node.scope == scope]
        drawn = [node for node in inner if node.kind == "startEvent"]
        if scope == "" and drawn:
            drawn = [node for node in drawn if not node.event][:1] or drawn
        return drawn or [node for node in inner if not (node.incoming or node.attached_to or node.by_event)]

    def handlers(self, scope: str = "") -> list[Node]:
        """The start event of each event sub-process of the scope."""
        own = [node.id for node in self.nodes.values() if node.scope == scope and node.by_event]
        return [
            next(node for node in self.nodes.values() if node.scope == key and node.kind == "startEvent") for key in own
        ]


def read(text: str | bytes) -> Drawing:
    """The executable process of the file."""
    root = etree.fromstring(text.encode() if isinstance(text, str) else text)
    process = next(found for found in root.iterfind(f"{BPMN}process") if found.get("isExecutable") == "true")
    flows = [_flow(found, number) for number, found in enumerate(process.iter(f"{BPMN}sequenceFlow"))]
    flows += _links(process)
    names = {key: name for found in root if (key := found.get("id")) and (name := _own_name(found))}
    nodes = [_node(found, flows, process, names) for found in process.iter() if _name(found) in NODES]
    borders: dict[str, list[Node]] = {}
    for node in nodes:
        if node.attached_to is not None:
            borders.setdefault(node.attached_to, []).append(node)
    return Drawing({node.id: node for node in nodes}, borders)


def _flow(found: etree._Element, number: int) -> Flow:
    condition = found.findtext(f"{BPMN}conditionExpression")
    return Flow(found.get("id", f"flow {number}"), found.get("sourceRef", ""), found.get("targetRef", ""), condition)


def _links(process: etree._Element) -> list[Flow]:
    """10.5.1: a pair of link events stands for a flow from the one to the other; several may lead to one."""
    found = []
    for throws in process.iter(f"{BPMN}intermediateThrowEvent"):
        link = throws.find(f"{BPMN}linkEventDefinition")
        for catches in throws.getparent().iterfind(f"{BPMN}intermediateCatchEvent") if link is not None else ():
            other = catches.find(f"{BPMN}linkEventDefinition")
            if other is not None and other.get("name") == link.get("name"):
                found.append(Flow(f"link {throws.get('id')}", throws.get("id"), catches.get("id"), None))
    return found


def _own_name(found: etree._Element) -> str:
    """By what an event is known: an error or escalation by its code, a message or signal by its name."""
    kind = _name(found)
    if kind in ("error", "escalation"):
        return found.get(f"{kind}Code", "")
    return found.get("name", "") if kind in ("message", "signal") else ""


def _node(found: etree._Element, flows: list[Flow], process: etree._Element, names: dict[str, str]) -> Node:
    key = found.get("id", "")
    events = tuple(_event(child, names) for child in found if _name(child).endswith("EventDefinition"))
    if _name(found) in ("receiveTask", "sendTask") and found.get("messageRef"):
        events = (Event("message", _called(found.get("messageRef"), names)),)
    cancels = found.get("cancelActivity", found.get("isInterrupting", "true")) == "true"
    cycle = found.findtext(f"{BPMN}timerEventDefinition/{BPMN}timeCycle")
    limited = re.match(r"R(\d+)/", cycle or "")
    may_repeat = cycle is not None or any(event.kind in AGAIN_BY_NATURE for event in events)
    within = found.getparent()
    return Node(
        id=key,
        kind=_name(found),
        event=events[0].kind if events else "",
        attached_to=found.get("attachedToRef"),
        cancels=cancels,
        repeats=not cancels and may_repeat,
        lapses=_property(found, "lapses") == "true",
        default=found.get("default"),
        incoming=tuple(flow for flow in flows if flow.target == key),
        outgoing=tuple(flow for flow in flows if flow.source == key),
        scope="" if within is process else within.get("id"),
        events=events,
        times=int(limited.group(1)) if limited and len(events) == 1 else None,
        many=_many(found),
        again=_again(found),
        by_event=found.get("triggeredByEvent") == "true",
        script=_script(found),
        meets=_property(found, "deadline") if _property(found, "operation") == "meet_deadline" else "",
        period=_property(found, "deadline") if _name(found) == "boundaryEvent" else "",
    )


def _script(found: etree._Element) -> tuple[tuple[str, str], ...]:
    """10.3.3.6: the language is the engine's own affair; ours has one assignment a line."""
    lines = [line.partition("=") for line in (found.findtext(f"{BPMN}script") or "").splitlines() if line.strip()]
    return tuple((name.strip(), value.strip()) for name, _, value in lines)


def _called(reference: str, names: dict[str, str]) -> str:
    """What the file defines under this id; a drawing by hand defines nothing, and refers by the name itself."""
    return names.get(reference, reference)


def _event(found: etree._Element, names: dict[str, str]) -> Event:
    kind = _name(found).removesuffix("EventDefinition")
    return Event(kind, _called(found.get(f"{kind}Ref", ""), names), found.findtext(f"{BPMN}condition") or "")


def _many(found: etree._Element) -> Many | None:
    drawn = found.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if drawn is None:
        return None
    collection, item = drawn.get(f"{CAMUNDA}collection", ""), drawn.get(f"{CAMUNDA}elementVariable", "")
    number, until = (drawn.findtext(f"{BPMN}{name}") or "" for name in ("loopCardinality", "completionCondition"))
    return Many(collection, item, number, until, drawn.get("isSequential") == "true")


def _again(found: etree._Element) -> Again | None:
    drawn = found.find(f"{BPMN}standardLoopCharacteristics")
    if drawn is None:
        return None
    test = drawn.findtext(f"{BPMN}loopCondition") or ""
    return Again(test, drawn.get("loopMaximum", ""), drawn.get("testBefore") == "true")


def _property(found: etree._Element, name: str) -> str:
    rows = found.iterfind(f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property")
    return next((row.get("value", "") for row in rows if row.get("name") == name), "")


def _name(found: etree._Element) -> str:
    return found.tag.removeprefix(BPMN) if isinstance(found.tag, str) else ""

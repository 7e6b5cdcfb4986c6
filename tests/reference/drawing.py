"""A diagram as the reference sees it: read from the file by itself, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NODES = {
    "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "userTask", "serviceTask", "sendTask",
    "receiveTask", "callActivity", "exclusiveGateway", "parallelGateway",
}  # fmt: skip


@dataclass(frozen=True)
class Flow:
    id: str
    source: str
    target: str
    condition: str | None


@dataclass(frozen=True)
class Node:
    """A flow node. `event` is the name of its event definition, empty when it has none."""

    id: str
    kind: str
    event: str = ""
    attached_to: str | None = None
    cancels: bool = True
    """Whether a border event interrupts its activity."""
    repeats: bool = False
    """Whether a border event happens as often as somebody makes it happen."""
    default: str | None = None
    incoming: tuple[Flow, ...] = ()
    outgoing: tuple[Flow, ...] = ()


@dataclass(frozen=True)
class Drawing:
    nodes: dict[str, Node]
    borders: dict[str, list[Node]] = field(default_factory=dict)
    """Activity -> the events on its border, in the order of the file."""

    @property
    def starts(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind == "startEvent"]


def read(text: str | bytes) -> Drawing:
    """The executable process of the file."""
    root = etree.fromstring(text.encode() if isinstance(text, str) else text)
    process = next(found for found in root.iterfind(f"{BPMN}process") if found.get("isExecutable") == "true")
    flows = [_flow(found) for found in process.iterfind(f"{BPMN}sequenceFlow")]
    nodes = [_node(found, flows) for found in process if _name(found) in NODES]
    borders: dict[str, list[Node]] = {}
    for node in nodes:
        if node.attached_to is not None:
            borders.setdefault(node.attached_to, []).append(node)
    return Drawing({node.id: node for node in nodes}, borders)


def _flow(found: etree._Element) -> Flow:
    condition = found.findtext(f"{BPMN}conditionExpression")
    return Flow(found.get("id", ""), found.get("sourceRef", ""), found.get("targetRef", ""), condition)


def _node(found: etree._Element, flows: list[Flow]) -> Node:
    key = found.get("id", "")
    names = [_name(child) for child in found]
    event = next((name.removesuffix("EventDefinition") for name in names if name.endswith("EventDefinition")), "")
    cancels = found.get("cancelActivity", "true") == "true"
    is_cycle = found.find(f"{BPMN}timerEventDefinition/{BPMN}timeCycle") is not None
    return Node(
        id=key,
        kind=_name(found),
        event=event,
        attached_to=found.get("attachedToRef"),
        cancels=cancels,
        repeats=not cancels and (event == "message" or is_cycle),
        default=found.get("default"),
        incoming=tuple(flow for flow in flows if flow.target == key),
        outgoing=tuple(flow for flow in flows if flow.source == key),
    )


def _name(found: etree._Element) -> str:
    return found.tag.removeprefix(BPMN) if isinstance(found.tag, str) else ""

"""The sequence flows of a process, of all its sub-processes too; a pair of link events is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.reading.called import BPMN


@dataclass(frozen=True)
class Flow:
    id: str
    name: str
    source: str
    target: str
    condition: str | None
    is_link: bool = False
    """Whether it is a pair of link events, which no line connects."""


def read_flows(process: etree._Element) -> dict[str, Flow]:
    """Id -> flow, in the order of the file, the pairs of links last."""
    found = [*map(_flow, process.iter(f"{BPMN}sequenceFlow")), *_links(process)]
    return {flow.id: flow for flow in found}


def _flow(node: etree._Element) -> Flow:
    condition = node.find(f"{BPMN}conditionExpression")
    return Flow(
        id=node.get("id", ""),
        name=" ".join(node.get("name", "").split()),
        source=node.get("sourceRef", ""),
        target=node.get("targetRef", ""),
        condition=(condition.text or "").strip() if condition is not None else None,
    )


def _links(process: etree._Element) -> Iterator[Flow]:
    """From each event that throws a link to the one that catches it in the same scope; no id of a file has a blank in it."""
    seen: Counter[str] = Counter()
    catching: dict[tuple[etree._Element | None, str], str] = {}
    for node in process.iter(f"{BPMN}intermediateCatchEvent"):
        for name in _link_names(node):
            catching.setdefault((node.getparent(), name), node.get("id", ""))
    for node in process.iter(f"{BPMN}intermediateThrowEvent"):
        for name in _link_names(node):
            target = catching.get((node.getparent(), name))
            if target is not None:
                source = node.get("id", "")
                yield Flow(_id(source, target, seen), name, source, target, None, is_link=True)


def _link_names(node: etree._Element) -> Iterator[str]:
    return (found.get("name", "").strip() for found in node.iterfind(f"{BPMN}linkEventDefinition"))


def _id(source: str, target: str, seen: Counter[str]) -> str:
    """What a pair is called; the second of two between the same elements has its number."""
    key = f"{source} > {target}"
    seen[key] += 1
    return key if seen[key] == 1 else f"{key} {seen[key]}"

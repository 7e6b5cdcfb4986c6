"""The tree of a file as it was written: which nodes flow, and in which scope each lies."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.reading.called import BPMN

FLOW_NODES = {
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
    "callActivity", "subProcess", "transaction", "adHocSubProcess",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway",
}  # fmt: skip
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
"""Flow nodes that hold others."""


def flow_nodes(process: etree._Element) -> Iterator[etree._Element]:
    """The flow nodes of the process and of all its sub-processes, each sub-process before what lies in it."""
    for node in process.iter(f"{BPMN}*"):
        within = node.getparent()
        if (
            local_name(node) in FLOW_NODES
            and within is not None
            and (within is process or local_name(within) in SCOPES)
        ):
            yield node


def scope_of(node: etree._Element, process: etree._Element) -> str | None:
    within = node.getparent()
    return None if within is None or within is process else within.get("id", "")


def process_node(root: etree._Element) -> etree._Element:
    """The executable process of the tree, its first one, or an empty one that is no part of it."""
    processes = root.findall(f"{BPMN}process")
    executable = (found for found in processes if found.get("isExecutable") == "true")
    return next(executable, processes[0] if processes else etree.Element(f"{BPMN}process", id=""))


def local_name(node: etree._Element) -> str:
    is_bpmn = isinstance(node.tag, str) and node.tag.startswith(BPMN)
    return node.tag[len(BPMN) :] if is_bpmn else ""

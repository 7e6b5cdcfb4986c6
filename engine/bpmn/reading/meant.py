"""What a file that is legal but odd means, in our words: written into the tree that was read, never into the file.

Extensions of Camunda's relatives are read as Camunda's; flows and lanes without an id get one; a truth may be written 1 or 0, a
reference with the prefix of its namespace.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

from lxml import etree

from engine.bpmn.reading.called import BPMN, CAMUNDA

TWINS = {
    "{http://activiti.org/bpmn}": "activiti",
    "{http://flowable.org/bpmn}": "flowable",
    "{http://operaton.org/schema/1.0/bpmn}": "operaton",
}
"""Namespaces in which the same names mean the same as in Camunda's, and how they are usually called."""
TRUTHS = frozenset(
    {
        "isExecutable",
        "isClosed",
        "cancelActivity",
        "isInterrupting",
        "parallelMultiple",
        "isForCompensation",
        "instantiate",
        "triggeredByEvent",
        "isSequential",
        "testBefore",
        "isImmediate",
    }
)
REFERENCES = frozenset({"attachedToRef", "processRef", "bpmnElement", "sourceRef", "targetRef"})
"""Attributes that name an element of the file, perhaps with the prefix of its namespace."""
BORN_WITHOUT_ID = {f"{BPMN}sequenceFlow": "flow", f"{BPMN}lane": "lane"}


def in_our_words(root: etree._Element) -> None:
    """The tree says the same in our words."""
    _share_out(root)
    used = {found for node in root.iter(etree.Element) if (found := node.get("id"))}
    for node in root.iter(etree.Element):
        _as_camunda(node)
        for name in TRUTHS & set(node.attrib):
            written = node.get(name, "").strip()
            node.set(name, {"1": "true", "0": "false"}.get(written, written))
        for name in REFERENCES & set(node.attrib):
            _without_prefix(node, name, used)
        if node.tag in BORN_WITHOUT_ID and not node.get("id"):
            node.set("id", _free_id(node, used))


def _without_prefix(node: etree._Element, name: str, ids: set[str]) -> None:
    """The reference is an id of the file where it is one but for its prefix."""
    written = node.get(name, "")
    bare = written.rpartition(":")[2]
    if written not in ids and bare in ids:
        node.set(name, bare)


def _share_out(root: etree._Element) -> None:
    """A definition beside the processes to which events refer stands in each of them."""
    used = set[str]()
    shared = {str(node.get("id")): node for node in root if _is_definition(node) and node.get("id")}
    for reference in list(root.iter(f"{BPMN}eventDefinitionRef")):
        key, event = (reference.text or "").strip().rpartition(":")[2], reference.getparent()
        found = shared.get(key)
        if found is not None and event is not None:
            used.add(key)
            own = deepcopy(found)
            for node in own.iter(etree.Element):
                node.attrib.pop("id", "")
            event.replace(reference, own)
    for key in used:
        root.remove(shared[key])


def _is_definition(node: etree._Element) -> bool:
    return isinstance(node.tag, str) and node.tag.startswith(BPMN) and node.tag.endswith("EventDefinition")


def twins_in(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """(node, name with its usual prefix) of every extension that is read as Camunda's, in a tree as it was written."""
    for node in root.iter(etree.Element):
        for name in (str(node.tag), *map(str, node.attrib)):
            if (namespace := _namespace(name)) in TWINS:
                yield node, f"{TWINS[namespace]}:{name.removeprefix(namespace)}"


def _as_camunda(node: etree._Element) -> None:
    """Where the same is said in both, Camunda's own counts, and the other one stays what it is."""
    for name, value in list(node.attrib.items()):
        namespace = _namespace(str(name))
        own = f"{CAMUNDA}{str(name).removeprefix(namespace)}"
        if namespace in TWINS and own not in node.attrib:
            del node.attrib[name]
            node.set(own, value)
    if (namespace := _namespace(str(node.tag))) in TWINS:
        node.tag = f"{CAMUNDA}{str(node.tag).removeprefix(namespace)}"


def _namespace(name: str) -> str:
    return name[: name.index("}") + 1] if name.startswith("{") else ""


def _free_id(node: etree._Element, used: set[str]) -> str:
    """An id that nothing has, the same at every reading: a flow's says what it connects."""
    ends = (node.get("sourceRef", ""), node.get("targetRef", ""))
    wanted = "__".join(ends)[:56] if all(ends) else BORN_WITHOUT_ID[str(node.tag)]
    found, number = wanted, 1
    while found in used:
        number += 1
        found = f"{wanted}_{number}"
    used.add(found)
    return found

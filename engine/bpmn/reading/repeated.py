"""What is done several times: for every item of a list (multi-instance), or as long as a condition holds (standard loop)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.reading.called import BPMN, CAMUNDA

COLLECT = "collect:"
"""What begins the name of a property that says what is collected of each time."""


@dataclass(frozen=True)
class Many:
    """An activity that is done once for each item of a list, or a number of times. All texts are expressions.

    `collection` gives the list and `cardinality` the number; one of them is empty. `item_name` is what the item is called in
    an iteration. When `until` has come true, what is still open is over.
    """

    collection: str
    item_name: str
    cardinality: str
    until: str
    sequential: bool
    behavior: str = "All"
    """What BPMN lets throw an event for each that is done; only All runs."""


@dataclass(frozen=True)
class Again:
    """An activity that is done once more as long as `test` holds, at most `most` times. Both are expressions, or empty."""

    test: str
    most: str
    before: bool
    """Whether the test is asked before the first time, too."""


def collected(properties: Mapping[str, str]) -> Mapping[str, str]:
    """The fact that holds a list -> the expression of one value of it."""
    return {name.removeprefix(COLLECT): text for name, text in properties.items() if name.startswith(COLLECT)}


def read_many(node: etree._Element, quorum: str = "") -> Many | None:
    """`quorum` is the completion condition that the activity's quorum stands for, where the diagram writes none."""
    found = node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if found is None:
        return None
    inner = found.find(f"{BPMN}inputDataItem")
    return Many(
        collection=(found.get(f"{CAMUNDA}collection") or found.findtext(f"{BPMN}loopDataInputRef") or "").strip(),
        item_name=str(
            found.get(f"{CAMUNDA}elementVariable") or (inner.get("name") if inner is not None else None) or ""
        ),
        cardinality=_text(found, "loopCardinality"),
        until=_text(found, "completionCondition") or quorum,
        sequential=found.get("isSequential") == "true",
        behavior=found.get("behavior", "All"),
    )


def read_again(node: etree._Element) -> Again | None:
    found = node.find(f"{BPMN}standardLoopCharacteristics")
    if found is None:
        return None
    return Again(_text(found, "loopCondition"), found.get("loopMaximum", "").strip(), found.get("testBefore") == "true")


def _text(node: etree._Element, name: str) -> str:
    return (node.findtext(f"{BPMN}{name}") or "").strip()

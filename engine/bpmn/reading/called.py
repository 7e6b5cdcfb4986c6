"""What a call activity, or a service task that starts a procedure, says about the other procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
STARTS = "start_procedure"
"""The operation that begins a procedure for which nobody waits."""
LATEST, DEPLOYMENT, VERSION, VERSION_TAG = BINDINGS = ("latest", "deployment", "version", "versionTag")
"""Which version is begun, in Camunda's words."""


@dataclass(frozen=True)
class Called:
    """The procedure that is begun, and which version of it: `version` and `tag` are as they were written."""

    key: str
    binding: str = LATEST
    version: str = ""
    tag: str = ""

    @property
    def is_pinned(self) -> bool:
        """Whether the version is settled when the diagram is deployed, not each time."""
        return self.binding != LATEST


@dataclass(frozen=True)
class DataMapping:
    """A value that a call hands over: the expression is read on one side, the fact is said on the other."""

    expression: str
    fact: str


def read_called(node: etree._Element, properties: Mapping[str, str]) -> Called | None:
    """What the flow node begins; None for one that begins nothing. An empty binding is the usual one."""
    if node.tag == f"{BPMN}callActivity":
        binding, version, tag = (
            node.get(f"{CAMUNDA}calledElement{name}", "").strip() for name in ("Binding", "Version", "VersionTag")
        )
        return Called(node.get("calledElement", ""), binding or LATEST, version, tag)
    if properties.get("operation") == STARTS:
        binding, version, tag = (properties.get(name, "").strip() for name in ("binding", "version", "version_tag"))
        return Called(properties.get("procedure", ""), binding or LATEST, version, tag)
    return None


def read_mappings(node: etree._Element, direction: str) -> tuple[DataMapping, ...]:
    """What `camunda:in` or `camunda:out` hands over; `source` names a fact, which is an expression as it stands."""
    found = node.iterfind(f"{BPMN}extensionElements/{CAMUNDA}{direction}")
    return tuple(
        DataMapping(str(passed.get("sourceExpression") or passed.get("source") or ""), passed.get("target") or "")
        for passed in found
    )

"""What a process says about itself, and the lanes in which its steps stand."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.bpmn.reading.called import BPMN, CAMUNDA


@dataclass(frozen=True)
class Lane:
    id: str
    name: str
    unit: str
    roles: frozenset[str]


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
    """The form of the first start event without a trigger; empty when it begins by itself alone."""
    version_tag: str = ""
    """What the analyst calls this version; callers may ask for it."""
    draws_withdrawal: bool = False
    """Whether a withdrawal is drawn from the beginning, so that the pages offer none of their own."""


def properties_of(node: etree._Element) -> dict[str, str]:
    """The `camunda:property` pairs of an element, in order."""
    path = f"{BPMN}extensionElements/{CAMUNDA}properties/{CAMUNDA}property"
    return {found.get("name", ""): found.get("value", "") for found in node.iterfind(path)}


def read_process(root: etree._Element, process: etree._Element, start_form: str) -> Process:
    """What the process says about itself, and the pool in which it is drawn about it."""
    key = process.get("id", "")
    properties = properties_of(process)
    pool = next((pool for pool in root.iter(f"{BPMN}participant") if pool.get("processRef") == key), None)
    return Process(
        key=key,
        name=plain(pool.get("name") if pool is not None else None) or plain(process.get("name")) or key,
        candidate_starters=starters_in(process.get(f"{CAMUNDA}candidateStarterGroups", "")),
        number_prefix=properties.get("number_prefix", ""),
        summary=properties.get("summary", ""),
        period=properties.get("period", ""),
        title_fact=properties.get("title", ""),
        starter_fact=properties.get("starter", ""),
        party_facts=tuple(name.strip() for name in properties.get("parties", "").split(",") if name.strip()),
        start_form=start_form,
        version_tag=process.get(f"{CAMUNDA}versionTag", "").strip(),
        draws_withdrawal=properties.get("withdrawal") == "drawn",
    )


def read_lanes(process: etree._Element) -> tuple[tuple[Lane, ...], dict[str, Lane]]:
    """The lanes, and which one each flow node stands in: the innermost."""
    lanes, lane_of = [], {}
    for node in process.iter(f"{BPMN}lane"):
        properties = properties_of(node)
        lane = Lane(
            node.get("id", ""), plain(node.get("name")), properties.get("unit", ""), split(properties.get("role", ""))
        )
        lanes.append(lane)
        for reference in node.iterfind(f"{BPMN}flowNodeRef"):
            lane_of[(reference.text or "").strip()] = lane
    return tuple(lanes), lane_of


def starters_in(text: str) -> frozenset[tuple[str, str]]:
    """(kind of unit, role) of everybody in a list such as town:case_officer,department:case_officer."""
    return frozenset((kind, role) for kind, _, role in (group.partition(":") for group in split(text)))


def split(text: str) -> frozenset[str]:
    """The parts of a list that is written with commas."""
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def plain(text: str | None) -> str:
    """The text in one line."""
    return " ".join((text or "").split())

"""Shapes for what has none: in columns by how far it is from the start, below whatever is drawn already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from math import isfinite
from typing import NamedTuple

from lxml import etree

from engine.bpmn.gate.rules.shapes import DI, drawn_in
from engine.bpmn.reading.elements import Diagram, Element
from engine.bpmn.reading.tree import SCOPES

DC = "{http://www.omg.org/spec/DD/20100524/DC}"
LINES = "{http://www.omg.org/spec/DD/20100524/DI}"
COLUMN, ROW, LEFT, GAP = 180, 130, 100, 100


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def draw_missing(root: etree._Element, diagram: Diagram) -> int:
    """Every step, and every flow between drawn ones, has a shape or a line now. Returns how many were added.

    A sub-process is drawn closed, and what is in it on a plane of its own, which modelers and our pages open. Steps that are
    missing in one that is drawn open stay so: there is no room for them.
    """
    drawn = drawn_in(root)
    scopes = [None, *(one.id for one in diagram.of_kind(*SCOPES))]
    return sum(_draw(root, diagram, scope, drawn) for scope in scopes)


def _draw(root: etree._Element, diagram: Diagram, scope: str | None, drawn: Collection[str]) -> int:
    within = diagram.within(scope)
    elements = [element for element in within if element.id and element.id not in drawn]
    if scope is not None and not _is_closed(root, scope):
        elements = []
    if elements or scope is None:
        plane = _plane(root, scope or diagram.key, scope is None)
    elif (found := _plane_with(root, within)) is not None:
        plane = found
    else:
        return 0
    boxes = dict(_boxes(plane))
    for element, box in _placed(diagram, elements, boxes):
        boxes[element.id] = box
        shape = etree.SubElement(plane, f"{DI}BPMNShape", id=f"{element.id}_di", bpmnElement=element.id)
        if element.kind in SCOPES:
            shape.set("isExpanded", "false")
        etree.SubElement(shape, f"{DC}Bounds", {name: f"{value:g}" for name, value in box._asdict().items()})
    own = {element.id for element in within} & boxes.keys()
    missing = [flow for flow in diagram.flows.values() if flow.id not in drawn and not flow.is_link]
    flows = [flow for flow in missing if {flow.source, flow.target} <= own]
    for flow in flows:
        edge = etree.SubElement(plane, f"{DI}BPMNEdge", id=f"{flow.id}_di", bpmnElement=flow.id)
        for x, y in _way(boxes[flow.source], boxes[flow.target]):
            etree.SubElement(edge, f"{LINES}waypoint", x=f"{x:g}", y=f"{y:g}")
    return len(elements) + len(flows)


def _is_closed(root: etree._Element, scope: str) -> bool:
    """Whether the sub-process is drawn closed, or not at all yet."""
    shapes = (one for one in root.iter(f"{DI}BPMNShape") if one.get("bpmnElement", "").rpartition(":")[2] == scope)
    return all(shape.get("isExpanded", "false") == "false" for shape in shapes)


def _plane_with(root: etree._Element, within: Collection[Element]) -> etree._Element | None:
    """The plane on which these steps are drawn, if they are: that of their sub-process, or the one that it stands on itself."""
    keys = {element.id for element in within}
    planes = root.iter(f"{DI}BPMNPlane")
    return next((plane for plane in planes if keys & dict(_boxes(plane)).keys()), None)


def _plane(root: etree._Element, drawn: str, is_first: bool) -> etree._Element:
    """The plane on which this process or sub-process is drawn; the first one of the file for the process."""
    planes = list(root.iter(f"{DI}BPMNPlane"))
    own = [plane for plane in planes if is_first or plane.get("bpmnElement", "").rpartition(":")[2] == drawn]
    if own:
        return own[0]
    picture = etree.SubElement(root, f"{DI}BPMNDiagram", id=f"picture_{drawn}")
    return etree.SubElement(picture, f"{DI}BPMNPlane", id=f"picture_{drawn}_plane", bpmnElement=drawn)


def _boxes(plane: etree._Element) -> Iterator[tuple[str, Box]]:
    for shape in plane.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        if bounds is not None:
            values = (_number(bounds.get(name, "0")) for name in Box._fields)
            yield shape.get("bpmnElement", "").rpartition(":")[2], Box(*values)


def _number(text: str) -> float:
    """The number that is written there; 0 for what is none, as some tools write."""
    try:
        found = float(text)
    except ValueError:
        return 0
    return found if isfinite(found) else 0


def _placed(diagram: Diagram, elements: list[Element], boxes: Mapping[str, Box]) -> Iterator[tuple[Element, Box]]:
    """Boundary events on the lower edge of their activity, everything else in its column."""
    top = max((box.y + box.height for box in boxes.values()), default=0) + GAP
    columns, placed = _columns(diagram), dict(boxes)
    used, hung = defaultdict[int, int](int), defaultdict[str | None, int](int)
    for element in sorted(elements, key=lambda one: one.attached_to is not None):
        width, height = _size(element)
        host = placed.get(element.attached_to or "")
        if host is not None:
            number = hung[element.attached_to]
            hung[element.attached_to] += 1
            box = Box(host.x + 10 + number * 40, host.y + host.height - height / 2, width, height)
        else:
            column = columns.get(element.id, 0)
            middle = top + used[column] * ROW
            used[column] += 1
            box = Box(LEFT + column * COLUMN + (100 - width) / 2, middle + (80 - height) / 2, width, height)
        placed[element.id] = box
        yield element, box


def _columns(diagram: Diagram) -> dict[str, int]:
    """How many steps each element is from the start; those that nothing leads to stand in the first column."""
    starts = [diagram.starts(scope) for scope in (None, *(one.id for one in diagram.of_kind(*SCOPES)))]
    columns = {element.id: 0 for found in starts for element in found}
    queue = list(columns)
    for key in queue:
        element = diagram.elements[key]
        following = [*diagram.next_elements(element), *diagram.attached(key)]
        for target in following:
            if target.id not in columns:
                columns[target.id] = columns[key] + (target.attached_to is None)
                queue.append(target.id)
    return columns


def _size(element: Element) -> tuple[float, float]:
    if element.kind.endswith("Event"):
        return 36, 36
    return (50, 50) if element.kind.endswith("Gateway") else (100, 80)


def _way(source: Box, target: Box) -> list[tuple[float, float]]:
    """From the right side to the left one, with a corner half way where they are not on one line."""
    begins = (source.x + source.width, source.y + source.height / 2)
    ends = (target.x, target.y + target.height / 2)
    half = (begins[0] + ends[0]) / 2
    corners = [(half, begins[1]), (half, ends[1])] if begins[1] != ends[1] else []
    return [begins, *corners, ends]

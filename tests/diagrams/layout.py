"""Can a person read this drawing? A checker of BPMN diagram interchange: positions, routes and labels, not meaning.

`problems` looks at the numbers in the file only. Text is measured as bpmn-js sets it: 12 px for a Chinese character.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, pairwise, product
from typing import NamedTuple

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"

MOST_CROSSINGS = 10
CHARACTER, NARROW_CHARACTER, SPACE, LINE = 12, 7, 4, 14
TASK_PADDING = 7
LONGEST_SHARED_STRETCH = 5
"""Flows without a common end may touch at a corner; a longer stretch on one line cannot be told apart."""

EDGES = {"sequenceFlow", "messageFlow", "association"}
FRAMES = {"participant", "lane", "subProcess", "transaction", "adHocSubProcess", "group"}
OTHER_SHAPES = {"task", "callActivity", "textAnnotation", "dataObjectReference", "dataStoreReference"}

Point = tuple[float, float]


class Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Box) -> bool:
        return (self.x < other.right and other.x < self.right) and (self.y < other.bottom and other.y < self.bottom)

    def contains(self, other: Box) -> bool:
        return (self.x <= other.x and other.right <= self.right) and (self.y <= other.y and other.bottom <= self.bottom)

    def has_on_border(self, point: Point) -> bool:
        x, y = point
        return self.contains(Box(x, y, 0, 0)) and (x in (self.x, self.right) or y in (self.y, self.bottom))


class Segment(NamedTuple):
    """One straight stretch of an edge."""

    start: Point
    end: Point

    @property
    def box(self) -> Box:
        (x1, y1), (x2, y2) = self
        return Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))

    @property
    def vertical(self) -> bool:
        return self.start[0] == self.end[0]

    def shared_with(self, other: Segment) -> float:
        """The length on which both lie on one line."""
        one, two = self.box, other.box
        if self.vertical and other.vertical and one.x == two.x:
            return min(one.bottom, two.bottom) - max(one.y, two.y)
        return min(one.right, two.right) - max(one.x, two.x) if one.y == two.y else 0

    def crosses(self, other: Segment) -> bool:
        upright, level = (self.box, other.box) if self.vertical else (other.box, self.box)
        return level.x < upright.x < level.right and upright.y < level.y < upright.bottom


class Drawing:
    """The elements of a file and where they are drawn."""

    def __init__(self, diagram: bytes) -> None:
        root = etree.fromstring(diagram, etree.XMLParser(resolve_entities=False, no_network=True))
        self.elements = {node.get("id", ""): node for node in root.iter(f"{BPMN}*") if node.get("id")}
        self.kinds = {id_: etree.QName(node).localname for id_, node in self.elements.items()}
        self.drawn = Counter[str]()
        self.shapes: dict[str, Box] = {}
        self.edges: dict[str, list[Segment]] = {}
        self.labels: dict[str, Box] = {}
        for drawn in root.iter(f"{BPMNDI}BPMNShape", f"{BPMNDI}BPMNEdge"):
            id_ = drawn.get("bpmnElement", "")
            self.drawn[id_] += 1
            bounds, label = drawn.find(f"{DC}Bounds"), drawn.find(f"{BPMNDI}BPMNLabel/{DC}Bounds")
            if bounds is not None:
                self.shapes[id_] = _box(bounds)
            else:
                points = [(x, y) for x, y in (_numbers(point, "x", "y") for point in drawn.iter(f"{DI}waypoint"))]
                self.edges[id_] = [Segment(start, end) for start, end in pairwise(points)]
            if label is not None:
                self.labels[id_] = _box(label)
        self.nodes = {id_: box for id_, box in self.shapes.items() if self.kinds.get(id_) not in FRAMES}
        self.lanes = {id_: box for id_, box in self.shapes.items() if self.kinds.get(id_) == "lane"}

    def attribute(self, id_: str, name: str) -> str:
        return self.elements[id_].get(name, "") if id_ in self.elements else ""

    def ends(self, edge: str) -> tuple[str, str]:
        return self.attribute(edge, "sourceRef"), self.attribute(edge, "targetRef")

    def host(self, id_: str) -> str:
        """The activity on whose border a boundary event sits."""
        return self.attribute(id_, "attachedToRef")

    def is_round(self, id_: str) -> bool:
        """Events and gateways: their bounding box has corners that the shape itself has not."""
        return self.kinds.get(id_, "").endswith(("Event", "Gateway"))

    def has_label_outside(self, id_: str) -> bool:
        return self.is_round(id_) or self.kinds.get(id_) in EDGES


def problems(diagram_bytes: bytes) -> list[str]:
    """What a careful reader would complain about, one sentence each; an empty list for a good drawing."""
    drawing = Drawing(diagram_bytes)
    checks = (_interchange, _shapes, _lanes, _routes, _shared_lines, _crossings, _labels, _text)
    return [problem for check in checks for problem in check(drawing)]


def _interchange(drawing: Drawing) -> Iterator[str]:
    for id_, kind in drawing.kinds.items():
        if kind in EDGES and id_ not in drawing.edges:
            yield f"{id_} has no edge"
        is_shape = kind in FRAMES | OTHER_SHAPES or kind.endswith(("Task", "Event", "Gateway"))
        if is_shape and id_ not in drawing.shapes:
            yield f"{id_} has no shape"
    for id_, times in drawing.drawn.items():
        if id_ not in drawing.elements:
            yield f"{id_} is drawn but does not exist"
        if times > 1:
            yield f"{id_} is drawn {times} times"
        if drawing.attribute(id_, "name") and drawing.has_label_outside(id_) and id_ not in drawing.labels:
            yield f"{id_} has a name but no place for it"


def _shapes(drawing: Drawing) -> Iterator[str]:
    for (one, box), (other, other_box) in combinations(drawing.nodes.items(), 2):
        if box.overlaps(other_box) and drawing.host(one) != other and drawing.host(other) != one:
            yield f"{one} and {other} overlap"
    for id_, box in drawing.nodes.items():
        host = drawing.shapes.get(drawing.host(id_))
        if host and not host.has_on_border(box.centre):
            yield f"{id_} does not sit on the border of its activity"


def _lanes(drawing: Drawing) -> Iterator[str]:
    for lane, area in drawing.lanes.items():
        for reference in drawing.elements[lane].iterfind(f"{BPMN}flowNodeRef"):
            id_ = (reference.text or "").strip()
            if id_ in drawing.nodes and not area.contains(drawing.nodes[id_]):
                yield f"{id_} lies outside its lane {lane}"


def _routes(drawing: Drawing) -> Iterator[str]:
    for edge, segments in drawing.edges.items():
        if any(segment.box.width and segment.box.height for segment in segments):
            yield f"{edge} has a diagonal stretch"
        for id_, box in drawing.nodes.items():
            if any(segment.box.overlaps(box) for segment in segments):
                yield f"{edge} runs through {id_}"
        points = [segments[0].start, segments[-1].end] if segments else []
        for end, point in zip(drawing.ends(edge), points, strict=False):
            if end in drawing.shapes and not _is_docked(drawing, end, point):
                yield f"{edge} does not meet {end}"


def _is_docked(drawing: Drawing, id_: str, point: Point) -> bool:
    box = drawing.shapes[id_]
    in_the_middle = point[0] == box.centre[0] or point[1] == box.centre[1]
    return box.has_on_border(point) and (in_the_middle or not drawing.is_round(id_))


def _shared_lines(drawing: Drawing) -> Iterator[str]:
    for one, other in combinations(drawing.edges, 2):
        common_end = any(a == b for a, b in zip(drawing.ends(one), drawing.ends(other), strict=True))
        stretches = product(drawing.edges[one], drawing.edges[other])
        if not common_end and any(a.shared_with(b) > LONGEST_SHARED_STRETCH for a, b in stretches):
            yield f"{one} and {other} run on one line"


def _crossings(drawing: Drawing) -> Iterator[str]:
    found = [
        f"{one} with {other}"
        for one, other in combinations(drawing.edges, 2)
        for stretch, other_stretch in product(drawing.edges[one], drawing.edges[other])
        if stretch.crosses(other_stretch)
    ]
    if len(found) > MOST_CROSSINGS:
        yield f"{len(found)} crossings, more than {MOST_CROSSINGS}: {', '.join(found)}"


def _labels(drawing: Drawing) -> Iterator[str]:
    for (one, box), (other, other_box) in combinations(drawing.labels.items(), 2):
        if box.overlaps(other_box):
            yield f"the labels of {one} and {other} overlap"
    for id_, label in drawing.labels.items():
        for other, box in drawing.nodes.items():
            if label.overlaps(box):
                yield f"the label of {id_} lies on {other}"
        for edge, segments in drawing.edges.items():
            if any(segment.box.overlaps(label) for segment in segments):
                yield f"the label of {id_} lies on {edge}"
        if drawing.lanes and not any(area.contains(label) for area in drawing.lanes.values()):
            yield f"the label of {id_} lies on the border of a lane"


def _text(drawing: Drawing) -> Iterator[str]:
    for id_ in (*drawing.nodes, *drawing.edges):
        room = drawing.labels.get(id_)
        if not drawing.has_label_outside(id_) and id_ in drawing.nodes:
            shape = drawing.nodes[id_]
            room = Box(shape.x, shape.y, shape.width - 2 * TASK_PADDING, shape.height - 2 * TASK_PADDING)
        if room and not _fits(drawing.attribute(id_, "name"), room):
            yield f"the name of {id_} is too long for its box"


def _fits(text: str, room: Box) -> bool:
    """Chinese breaks between any two characters, so only whole characters count on a line."""
    width = sum(SPACE if c == " " else CHARACTER if ord(c) > 0x2E7F else NARROW_CHARACTER for c in text)
    usable = room.width if width <= room.width else room.width // CHARACTER * CHARACTER
    return usable > 0 and math.ceil(width / usable) * LINE <= room.height


def _numbers(element: etree._Element, *attributes: str) -> list[float]:
    return [float(element.get(attribute, "nan")) for attribute in attributes]


def _box(bounds: etree._Element) -> Box:
    return Box(*_numbers(bounds, "x", "y", "width", "height"))

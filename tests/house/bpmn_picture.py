"""A diagram as an SVG picture, written from the positions in its file; the same file always gives the same picture.

What is to be pointed out stands in another colour. An element that has a shape and that nobody here can draw raises KeyError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from lxml import etree

from tests.diagrams.layout import Box
from tests.house import bpmn_icons as icons
from tests.house.bpmn_text import LINE_HEIGHT, text_at, width_of, wrapped

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
INK, SHOWN_INK, BACK, SHOWN_BACK = "#2b3440", "#0b5cad", "#fff", "#e4f0fb"
MARGIN = 14
FONT = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
FRAMES = ("participant", "lane", "subProcess")
"""What other shapes stand in."""
STRIP = 30
"""How wide the strip with the name of a pool or a lane is."""
LABEL = 84
"""A name beside its shape may be at least so wide, whatever the file says: it may be another language than the file's."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Drawn:
    """A piece of the picture, and the room that it takes."""

    svg: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class _Shape:
    node: etree._Element
    kind: str
    box: Box
    label: Box | None
    name: str
    is_shown: bool

    @property
    def ink(self) -> str:
        return SHOWN_INK if self.is_shown else INK

    @property
    def back(self) -> str:
        return SHOWN_BACK if self.is_shown else BACK

    @property
    def centre(self) -> Point:
        return self.box.x + self.box.width / 2, self.box.y + self.box.height / 2


def picture(data: bytes, names: Mapping[str, str], shown: Collection[str], title: str) -> str:
    """The picture of the file, which says these names for its own where there are any; `shown` are ids that stand out."""
    root = etree.fromstring(data)
    nodes = {str(node.get("id")): node for node in root.iter(etree.Element) if node.get("id")}
    shapes = [_shape(di, nodes, names, shown) for di in root.iter(f"{DI}BPMNShape")]
    edges = [_edge(di, nodes, names, shown) for di in root.iter(f"{DI}BPMNEdge")]
    frames = sorted((one for one in shapes if one.kind in FRAMES), key=lambda one: -one.box.width * one.box.height)
    others = [one for one in shapes if one.kind not in FRAMES]
    others.sort(key=lambda one: one.kind == "boundaryEvent")
    return _whole([*map(_frame, frames), *edges, *map(_flow_node, others)], title)


def _whole(pieces: list[Drawn], title: str) -> str:
    boxes = [box for piece in pieces for box in piece.boxes]
    left, top = (math.floor(min(values)) - MARGIN for values in ([box.x for box in boxes], [box.y for box in boxes]))
    width = math.ceil(max(box.right for box in boxes)) + MARGIN - left
    height = math.ceil(max(box.bottom for box in boxes)) + MARGIN - top
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" width="{width}" '
            f'height="{height}" font-family="{FONT}" font-size="12">',
            f"<title>{escape(title, quote=False)}</title>",
            f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="6" fill="#fff" />',
            *(piece.svg for piece in pieces if piece.svg),
            "</svg>\n",
        ]
    )


def _shape(
    di: etree._Element, nodes: Mapping[str, etree._Element], names: Mapping[str, str], shown: Collection[str]
) -> _Shape:
    key = str(di.get("bpmnElement"))
    node = nodes[key]
    label = di.find(f"{DI}BPMNLabel/{DC}Bounds")
    named = str(node.get("categoryValueRef", key)).rpartition(":")[2]
    name = names.get(named) or str(nodes[named].get("name") or nodes[named].get("value") or _text_of(node))
    bounds = di.find(f"{DC}Bounds")
    return _Shape(
        node=node,
        kind=etree.QName(node).localname,
        box=_box(bounds),
        label=_box(label) if label is not None else None,
        name=name,
        is_shown=key in shown,
    )


def _text_of(node: etree._Element) -> str:
    return str(node.findtext(f"{BPMN}text") or "")


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None
    x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


# --- pools, lanes, frames ---


def _frame(shape: _Shape) -> Drawn:
    if shape.kind == "subProcess":
        return _sub_process(shape)
    box, is_black_box = shape.box, shape.kind == "participant" and not shape.node.get("processRef")
    svg = _rect(box, shape.ink, shape.back if is_black_box or shape.kind == "lane" else BACK, 1.5)
    middle = box.y + box.height / 2
    if is_black_box:
        return Drawn(svg + text_at(shape.name, shape.centre[0], middle, box.width - 20, shape.ink), (box,))
    x = box.x + STRIP / 2
    words = text_at(shape.name, 0, 0, box.height - 10, shape.ink)
    svg += f'<path d="M{box.x + STRIP:g} {box.y:g}V{box.bottom:g}" stroke="{shape.ink}" stroke-width="1.5" />'
    return Drawn(f'{svg}<g transform="translate({x:g} {middle:g}) rotate(-90)">{words}</g>', (box,))


def _sub_process(shape: _Shape) -> Drawn:
    is_event = shape.node.get("triggeredByEvent") == "true"
    svg = _rect(shape.box, shape.ink, shape.back, 1.5, 10, ' stroke-dasharray="2 4"' if is_event else "")
    name = text_at(shape.name, shape.centre[0], shape.box.y + 15, shape.box.width - 20, shape.ink)
    return Drawn(svg + name + _mark(shape), (shape.box,))


def _rect(box: Box, ink: str, fill: str, width: float, radius: float = 0, more: str = "") -> str:
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" rx="{radius:g}" fill="{fill}" '
        f'stroke="{ink}" stroke-width="{width:g}"{more} />'
    )


def _mark(shape: _Shape) -> str:
    """How often it is done: at the middle of its lower edge."""
    many = shape.node.find(f"{BPMN}multiInstanceLoopCharacteristics")
    kind = "loop" if shape.node.find(f"{BPMN}standardLoopCharacteristics") is not None else ""
    if many is not None:
        kind = "sequential" if many.get("isSequential") == "true" else "parallel"
    return icons.drawn(icons.MARKS[kind], shape.centre[0], shape.box.bottom - 11, shape.ink) if kind else ""


# --- steps, events, gateways, data ---


def _flow_node(shape: _Shape) -> Drawn:
    if shape.kind.endswith("Event"):
        return _labelled(shape, _event(shape))
    if shape.kind.endswith("Gateway"):
        return _labelled(shape, _gateway(shape))
    if shape.kind == "dataObjectReference":
        return _labelled(shape, icons.drawn(icons.PAPER, *shape.centre, shape.ink, back=shape.back))
    if shape.kind == "group":
        return _labelled(shape, _rect(shape.box, shape.ink, "none", 1.5, 10, ' stroke-dasharray="10 6 2 6"'))
    if shape.kind == "textAnnotation":
        return _annotation(shape)
    return _task(shape)


def _labelled(shape: _Shape, svg: str) -> Drawn:
    """With its name below, or where the file says."""
    if not shape.name:
        return Drawn(svg, (shape.box,))
    x, y = (shape.centre[0], shape.box.bottom + 6)
    width = float(LABEL)
    if shape.label is not None:
        x, y, width = shape.label.x + shape.label.width / 2, shape.label.y, max(shape.label.width, LABEL)
    lines = wrapped(shape.name, width)
    if shape.label is not None and shape.label.y < shape.box.y and shape.kind.endswith("Gateway"):
        y -= (len(lines) - 1) * LINE_HEIGHT  # a name above grows upwards
    room = Box(x - width / 2, y, width, len(lines) * LINE_HEIGHT)
    halo = shape.kind == "boundaryEvent"
    return Drawn(svg + text_at(shape.name, x, y + room.height / 2, width, shape.ink, halo), (shape.box, room))


def _event(shape: _Shape) -> str:
    x, y = shape.centre
    node, kind = shape.node, shape.kind
    is_beside = node.get("cancelActivity") == "false" or node.get("isInterrupting") == "false"
    dashes = ' stroke-dasharray="5 3"' if is_beside else ""
    width = 3.5 if kind == "endEvent" else 1.5
    svg = _circle(x, y, 18 if width == 1.5 else 17, shape, width, dashes)
    if kind in ("boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"):
        svg += _circle(x, y, 14.5, shape, 1.5, dashes)
    found = next((etree.QName(one).localname for one in node if _is_definition(one)), "")
    if found:
        icon = icons.EVENTS[found.removesuffix("EventDefinition")]
        svg += icons.drawn(icon, x, y, shape.ink, kind in icons.THROWN, shape.back)
    return svg + (icons.drawn(icons.LAPSES, x - 14, y + 14, shape.ink) if _lapses(node) else "")


def _is_definition(node: etree._Element) -> bool:
    return isinstance(node.tag, str) and node.tag.endswith("EventDefinition")


def _lapses(node: etree._Element) -> bool:
    return any(one.get("name") == "lapses" and one.get("value") == "true" for one in node.iter(f"{CAMUNDA}property"))


def _circle(x: float, y: float, radius: float, shape: _Shape, width: float, more: str) -> str:
    ink, fill = shape.ink, shape.back
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{ink}" stroke-width="{width:g}"{more} />'
    )


def _gateway(shape: _Shape) -> str:
    (x, y), half = shape.centre, shape.box.width / 2
    diamond = f"M{x:g} {y - half:g}L{x + half:g} {y:g}L{x:g} {y + half:g}L{x - half:g} {y:g}Z"
    svg = f'<path d="{diamond}" fill="{shape.back}" stroke="{shape.ink}" stroke-width="1.5" />'
    return svg + icons.drawn(icons.GATEWAYS[shape.kind], x, y, shape.ink)


def _task(shape: _Shape) -> Drawn:
    icon = icons.TASKS[shape.kind]
    svg = _rect(shape.box, shape.ink, shape.back, 4 if shape.kind == "callActivity" else 1.5, 10)
    svg += icons.drawn(icon, shape.box.x + 15, shape.box.y + 14, shape.ink, shape.kind in icons.THROWN, shape.back)
    mark = _mark(shape)
    x, y = shape.centre
    y += (4 if icon else 0) - (6 if mark else 0)
    return Drawn(svg + mark + text_at(shape.name, x, y, shape.box.width - 10, shape.ink), (shape.box,))


def _annotation(shape: _Shape) -> Drawn:
    box = shape.box
    svg = f'<path d="M{box.x + 10:g} {box.y:g}H{box.x:g}V{box.bottom:g}H{box.x + 10:g}" fill="none" stroke="{shape.ink}" />'
    width = box.width - 14
    beside = box.x + 8 + max(map(width_of, wrapped(shape.name, width)), default=0) / 2
    return Drawn(svg + text_at(shape.name, beside, shape.centre[1], width, shape.ink), (box,))


# --- lines ---


def _edge(
    di: etree._Element, nodes: Mapping[str, etree._Element], names: Mapping[str, str], shown: Collection[str]
) -> Drawn:
    key = str(di.get("bpmnElement"))
    node = nodes[key]
    points = [(float(one.get("x", "0")), float(one.get("y", "0"))) for one in di.iter(WAYPOINT)]
    ink = SHOWN_INK if key in shown else INK
    kind = etree.QName(node).localname
    room = tuple(Box(x, y, 0, 0) for x, y in points)
    svg = "".join(LINES[kind](node, nodes, points, ink))
    name, bounds = names.get(key) or str(node.get("name") or ""), di.find(f"{DI}BPMNLabel/{DC}Bounds")
    if not name or bounds is None:
        return Drawn(svg, room)
    label = _box(bounds)
    x, y = label.x + label.width / 2, label.y + label.height / 2
    return Drawn(svg + text_at(name, x, y, max(label.width, LABEL), ink, halo=True), (*room, label))


def _line(points: list[Point], ink: str, dashes: str = "") -> str:
    path = "L".join(f"{x:g} {y:g}" for x, y in points)
    more = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{path}" fill="none" stroke="{ink}" stroke-width="1.5" stroke-linejoin="round"{more} />'


def _head(points: list[Point], ink: str, fill: str) -> str:
    """The arrow at the end."""
    x, y = points[-1]
    turn = _turn(points[-2], points[-1])
    return (
        f'<path d="M0 0L-10-5V5Z" transform="translate({x:g} {y:g}) rotate({turn:g})" fill="{fill}" stroke="{ink}" '
        'stroke-width="1.2" stroke-linejoin="round" />'
    )


def _turn(start: Point, end: Point) -> float:
    return round(math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])), 1)


def _sequence_flow(
    node: etree._Element, nodes: Mapping[str, etree._Element], points: list[Point], ink: str
) -> Iterator[str]:
    yield _line(points, ink)
    yield _head(points, ink, ink)
    source = nodes[str(node.get("sourceRef"))]
    (x, y), turn = points[0], _turn(points[0], points[1])
    at = f'transform="translate({x:g} {y:g}) rotate({turn:g})" stroke="{ink}" stroke-width="1.5"'
    if source.get("default") == node.get("id"):
        yield f'<path d="M7 6L13-6" {at} />'
    elif node.find(f"{BPMN}conditionExpression") is not None and not str(source.tag).endswith("Gateway"):
        yield f'<path d="M0 0L8-5L16 0L8 5Z" fill="#fff" {at} />'


def _message_flow(
    _node: etree._Element, _nodes: Mapping[str, etree._Element], points: list[Point], ink: str
) -> Iterator[str]:
    (x, y), turn = points[0], _turn(points[0], points[1])
    at = f'transform="translate({x:g} {y:g}) rotate({turn:g})"'
    yield _line(points, ink, "8 5")
    yield f'<circle cx="5" r="4" {at} fill="#fff" stroke="{ink}" stroke-width="1.5" />'
    yield _head(points, ink, "#fff")


def _association(
    _node: etree._Element, _nodes: Mapping[str, etree._Element], points: list[Point], ink: str
) -> Iterator[str]:
    yield _line(points, ink, "1.5 4")


def _of_data(
    _node: etree._Element, _nodes: Mapping[str, etree._Element], points: list[Point], ink: str
) -> Iterator[str]:
    (x, y), turn = points[-1], _turn(*list(pairwise(points))[-1])
    yield _line(points, ink, "1.5 4")
    yield (
        f'<path d="M-7-4L0 0L-7 4" transform="translate({x:g} {y:g}) rotate({turn:g})" fill="none" stroke="{ink}" '
        'stroke-width="1.5" />'
    )


LINES = {
    "sequenceFlow": _sequence_flow,
    "messageFlow": _message_flow,
    "association": _association,
    "dataInputAssociation": _of_data,
}


def names_in_order(data: bytes, names: Mapping[str, str]) -> list[str]:
    """What the steps, events and questions of the diagram are called, in the order of the file: the picture in words."""
    root = etree.fromstring(data)
    drawn = {str(di.get("bpmnElement")) for di in root.iter(f"{DI}BPMNShape")}
    found = (node for node in root.iter(etree.Element) if node.get("id") in drawn and node.get("name"))
    named = (names.get(str(node.get("id"))) or str(node.get("name")) for node in found)
    return [re.sub(r"\s+", " ", name) for name in named]

"""Which steps usually follow, for whoever wants to know what comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.bpmn.reading import ways
from engine.bpmn.reading.kinds import OPERATING, PASSED

if TYPE_CHECKING:
    from engine.bpmn.reading.elements import Diagram, Element


def expected_after(
    diagram: Diagram, element_id: str, at_most: int, holds: Callable[[str], bool | None]
) -> list[Element]:
    """The named steps that follow when every question is answered in the usual way.

    `holds` tells whether a condition is true already; None when that cannot be known yet. Then the usual way is the
    gateway's property `usual`, else its default flow; where nothing is usual, nothing more is foretold. Of branches
    that run side by side every first step of a person is told, and the last branch is followed.
    """
    found: list[Element] = []
    seen = {element_id}
    element = diagram.elements[element_id]
    while len(found) < at_most:
        flow = _expected_flow(diagram, element, holds)
        if flow is None or flow not in diagram.flows:
            break
        element = diagram.elements[diagram.flows[flow].target]
        while element.kind == "subProcess" and diagram.starts(element.id):
            element = diagram.starts(element.id)[0]
        if element.kind in ("parallelGateway", "inclusiveGateway") and len(element.outgoing) > 1:
            onward = [target for target in _side_by_side(diagram, element, holds) if not target.is_clock]
            element = onward[-1] if onward else element
            beside = [other for other in onward[:-1] if other.kind == "userTask" and other.id not in seen]
            seen.update(other.id for other in beside)
            found += beside
        if element.id in seen:
            break
        seen.add(element.id)
        if element.kind in ("userTask", "callActivity", *OPERATING, *PASSED) and element.name:
            found.append(element)
    return found[:at_most]


def _side_by_side(diagram: Diagram, gateway: Element, holds: Callable[[str], bool | None]) -> list[Element]:
    """What follows a gateway by flows that are all taken; of an inclusive one those whose condition holds already."""
    flows = [diagram.flows[flow] for flow in gateway.outgoing]
    if gateway.kind == "inclusiveGateway":
        flows = [flow for flow in flows if flow.condition and holds(flow.condition)]
    return [diagram.elements[flow.target] for flow in flows]


def _expected_flow(diagram: Diagram, element: Element, holds: Callable[[str], bool | None]) -> str | None:
    if element.kind == "eventBasedGateway":
        return None  # nobody knows what will happen first
    onward = ways.flows_out(diagram, element)
    conditions = {flow: diagram.flows[flow].condition for flow in onward}
    for flow, condition in conditions.items():
        answer = holds(condition) if condition else False
        if answer:
            return flow
        if answer is None:
            break
    else:
        if any(conditions.values()):
            return element.default_flow
    return element.properties.get("usual") or element.default_flow or next(iter(onward), None)

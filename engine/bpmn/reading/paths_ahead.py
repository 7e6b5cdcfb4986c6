"""Where a task leads by what is answered in it, as far as the diagram tells before the answer is given."""

from __future__ import annotations

from collections.abc import Callable

from engine.bpmn.reading import ways
from engine.bpmn.reading.elements import FACT, SAYING, Diagram, Element

Holds = Callable[[str], bool | None]
"""Whether a condition is true; None when that cannot be known yet."""


def _open(condition: str) -> bool | None:
    return None


def elements_after(diagram: Diagram, task_id: str, holds: Holds, behind: Holds = _open) -> frozenset[str]:
    """The elements on every way that goes on from the task without coming back to it.

    Questions are decided by `holds` up to the next task or the next fact that the procedure says, and by `behind` from
    there on: unless it knows better, every answer is possible.
    """
    seen = set[tuple[str, bool]]()
    waiting = [(found, True) for found in _next(diagram, diagram.elements[task_id], holds)]
    while waiting:
        element, decided = waiting.pop()
        if (element.id, decided) in seen or element.id == task_id:
            continue
        seen.add((element.id, decided))
        decided = decided and not _says_something(element)
        waiting += [(target, decided) for target in _next(diagram, element, holds if decided else behind)]
    return frozenset(element_id for element_id, _ in seen)


def _next(diagram: Diagram, element: Element, holds: Holds) -> list[Element]:
    if element.kind == "subProcess":
        return diagram.starts(element.id)
    found = []
    is_taken = False
    for flow_id in ways.flows_out(diagram, element):
        flow = diagram.flows[flow_id]
        if flow_id == element.default_flow:
            continue
        answer = holds(flow.condition) if flow.condition else True
        if answer is not False:
            found.append(diagram.elements[flow.target])
        is_taken = is_taken or bool(answer)
        if answer and element.kind == "exclusiveGateway":
            return found
    if element.default_flow and not is_taken:
        found.append(diagram.elements[diagram.flows[element.default_flow].target])
    return found


def _says_something(element: Element) -> bool:
    asks = element.kind in ("userTask", "receiveTask", "callActivity")
    return asks or any(name.startswith(FACT) or name in SAYING for name in element.properties)

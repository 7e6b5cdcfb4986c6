"""Event sub-processes as they stand in a diagram: from where on they listen, what their events stand on, and periods over all
that is around a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bpmn.reading.elements import Diagram, Element


def listening(diagram: Diagram, element: Element) -> list[Element]:
    """What begins the event sub-processes that listen from this element on: where a sub-process, or the case, begins."""
    if element.kind == "subProcess":
        return diagram.handlers(element.id)
    return diagram.handlers() if element.kind == "startEvent" and element.scope is None else []


def handled_by(diagram: Diagram, start: Element) -> Element | None:
    """The event sub-process that this start event begins; None for any other element."""
    around = diagram.elements.get(start.scope or "") if start.kind == "startEvent" else None
    return around if around is not None and around.by_event else None


def host_of(diagram: Diagram, event: Element) -> str | None:
    """The activity whose border the event is on, or the scope in which its event sub-process listens; None for the case."""
    handler = handled_by(diagram, event)
    return handler.scope if handler is not None else event.attached_to or event.id


def period_over(diagram: Diagram, element: Element) -> str | None:
    """The key of the period under which a task is worked, that of the nearest thing around it that carries one."""
    named = element.properties.get("deadline")
    inside = (element, *diagram.scopes_around(element))
    for host in inside:
        own = (event.properties["deadline"] for event in diagram.attached(host.id) if event.is_period)
        listens = _carried_by_a_handler(diagram, host.id, inside) if host.kind == "subProcess" else None
        if found := next(own, None) or listens or named:
            return found
    return _carried_by_a_handler(diagram, None, inside)


def _carried_by_a_handler(diagram: Diagram, scope: str | None, inside: tuple[Element, ...]) -> str | None:
    """The key of the period that an event sub-process of the scope carries, but for one that is itself around the task."""
    starts = (start for start in diagram.handlers(scope) if handled_by(diagram, start) not in inside)
    return next((start.properties["deadline"] for start in starts if start.is_period), None)

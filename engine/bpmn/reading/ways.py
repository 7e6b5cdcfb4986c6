"""Where a token goes next, into sub-processes and out of them, as far as the diagram tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.bpmn.reading.events import ERROR, ESCALATION

if TYPE_CHECKING:
    from engine.bpmn.reading.elements import Diagram, Element


def onward(diagram: Diagram, element: Element) -> list[Element]:
    """What follows: where a sub-process begins, what lies behind it when its last step is done, else the targets of the flows."""
    if element.kind == "subProcess" and not element.by_event:
        return diagram.starts(element.id)
    targets = (diagram.flows[flow].target for flow in flows_out(diagram, element))
    return [diagram.elements[target] for target in targets if target in diagram.elements]


def flows_out(diagram: Diagram, element: Element) -> list[str]:
    """The flows by which it goes on: behind the last step of a sub-process those that leave it, behind an error those of
    what catches it."""
    if element.throws_error:
        element = catcher(diagram, element) or element
    elif not element.outgoing:
        element = _left_with(diagram, element)
    return [flow for flow in element.outgoing if flow in diagram.flows]


def _left_with(diagram: Diagram, element: Element) -> Element:
    """The sub-process that is left with its last step; itself where none is, as in what an event has begun beside one."""
    for around in diagram.scopes_around(element):
        if around.outgoing:
            return around
        if around.by_event and not all(start.interrupting for start in diagram.starts(around.id)):
            break
    return element


def catcher(diagram: Diagram, end: Element) -> Element | None:
    """What catches the error of this end event."""
    return catches(diagram, end, ERROR, end.events[0].name)


def catches(diagram: Diagram, element: Element, kind: str, name: str) -> Element | None:
    """What catches an error or escalation from here: an event on its border; then, of each scope around it, one that begins
    an event sub-process there, but for that in which it stands, or one on the border.

    Of several the one that names it comes before the one that catches any.
    """
    inside = [element, *diagram.scopes_around(element)]
    for number, host in enumerate([*inside, None]):
        came = inside[number - 1] if number else None
        waiting = diagram.attached(host.id) if host is not None else []
        if number and not (came is not None and came.by_event):
            waiting = [*diagram.handlers(host.id if host is not None else None), *waiting]
        fit = [one for one in waiting if any(event.catches(kind, name) for event in one.events)]
        if fit:
            fit.sort(key=lambda one: all(event.name != name for event in one.events))
            return min(fit, key=lambda one: one.kind != "startEvent")
    return None


def uncaught(diagram: Diagram) -> Iterator[tuple[Element, str, str]]:
    """(element, kind, name) of each error and escalation that is drawn and that nothing in the diagram catches."""
    for element in diagram.elements.values():
        if element.kind in ("endEvent", "intermediateThrowEvent"):
            for event in element.events:
                thrown = event.kind in (ERROR, ESCALATION)
                if thrown and catches(diagram, element, event.kind, event.name) is None:
                    yield element, event.kind, event.name


def before(diagram: Diagram, element: Element) -> list[Element]:
    """What comes before: the host of an event, the last steps of a sub-process, what leads to the one that begins here."""
    if (host := diagram.elements.get(element.attached_to or "")) is not None:
        return [host]
    if not element.incoming:
        element = next((around for around in diagram.scopes_around(element) if around.incoming), element)
    found: list[Element] = []
    flows = (diagram.flows[flow] for flow in element.incoming if flow in diagram.flows)
    for source in (diagram.elements[flow.source] for flow in flows if flow.source in diagram.elements):
        found += last_of(diagram, source) if source.kind == "subProcess" else [source]
    return found


def last_of(diagram: Diagram, scope: Element) -> Iterator[Element]:
    """The steps with which a sub-process is over."""
    for element in diagram.within(scope.id):
        if not element.outgoing and not element.throws_error:
            yield from last_of(diagram, element) if element.kind == "subProcess" else [element]

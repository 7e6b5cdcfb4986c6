"""Nothing turns in a circle by itself."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import circles, reached, too_large
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import ERROR
from engine.messages import gettext as _
from engine.problems import Problem, Rule

LOOP_IDLE = Rule("loop-idle", _("A loop waits for somebody."))
LOOP_NO_GATEWAY = Rule("loop-no-gateway", _("Something in a loop decides whether it goes on."))
_AUTOMATIC = ("serviceTask", "sendTask", "exclusiveGateway", "inclusiveGateway", "parallelGateway")


def check(draft: Draft) -> Iterator[Problem]:
    if not too_large(draft):
        yield from _idle_loops(draft)


def _is_automatic(draft: Draft, element: Element) -> bool:
    """Whether it may be passed with nobody waited for; a sub-process, when there is a way through it that waits for nobody."""
    if element.kind == "boundaryEvent":
        return element.event_kind == ERROR
    if element.kind != "subProcess":
        return element.kind in _AUTOMATIC
    passed = reached(draft.begins(element), lambda one: _onward(draft, one) if _is_passed(draft, one) else ())
    inner = [draft.diagram.elements[key] for key in passed]
    return any(one.kind == "endEvent" or (not one.outgoing and _is_passed(draft, one)) for one in inner)


def _onward(draft: Draft, element: Element) -> list[Element]:
    """What may follow with nothing happening from outside: the targets, and what catches an error."""
    return [*draft.targets(element), *(event for event in draft.attached(element) if event.event_kind == ERROR)]


def _is_passed(draft: Draft, element: Element) -> bool:
    return element.kind in ("startEvent", "endEvent") or _is_automatic(draft, element)


def _idle_loops(draft: Draft) -> Iterator[Problem]:
    """Every circle has somebody to wait for, and something that decides."""
    automatic = {element.id: element for element in draft.running if _is_automatic(draft, element)}
    for element in circles(automatic, lambda one: _onward(draft, one)):
        yield about(
            LOOP_IDLE,
            element,
            _("Nothing in this loop waits for anybody, so it would turn without end."),
            _("Put a user task into the loop, or take the loop out."),
        )
    others = {element.id: element for element in draft.running if not _decides(draft, element)}
    for element in circles(others, draft.onward):
        yield about(
            LOOP_NO_GATEWAY,
            element,
            _("Nothing in this loop decides whether it goes round once more."),
            _("Draw an exclusive gateway from which one flow leads back and another one leads on."),
        )


def _decides(draft: Draft, element: Element) -> bool:
    """Whether it has conditions by which a token may leave a loop."""
    return element.kind in ("exclusiveGateway", "eventBasedGateway") or any(
        draft.diagram.flows[flow].condition for flow in element.outgoing
    )

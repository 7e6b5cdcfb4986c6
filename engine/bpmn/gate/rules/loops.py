"""Nothing turns in a circle by itself."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import circles, reached, too_large
from engine.bpmn.reading.elements import OPERATING, PASSED, Element
from engine.bpmn.reading.events import CONDITIONAL, ERROR, ESCALATION, LINK
from engine.bpmn.reading.repeated import Again
from engine.messages import gettext as _
from engine.problems import Problem, Rule

LOOP_IDLE = Rule("loop-idle", _("A loop waits for somebody."))
LOOP_NO_GATEWAY = Rule("loop-no-gateway", _("Something in a loop decides whether it goes on."))
LOOP_ENDS = Rule("loop-ends", _("A loop marker says when it ends."))
MOST = 1000
"""Rounds of one loop; the engine takes no more."""
_AUTOMATIC = (
    *OPERATING, *PASSED, "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
    "intermediateThrowEvent",
)  # fmt: skip


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.running:
        if element.again is not None:
            yield from _marked(draft, element, element.again)
    if not too_large(draft):
        yield from _idle_loops(draft)


def _marked(draft: Draft, element: Element, again: Again) -> Iterator[Problem]:
    if element.many is not None:
        yield about(
            LOOP_ENDS,
            element,
            _("This step is both a loop and multi-instance."),
            _("Delete one of the two markers. You can set the other on an enclosing sub-process."),
        )
    elif again.most and not (again.most.isascii() and again.most.isdigit() and 1 <= int(again.most[:9]) <= MOST):
        yield about(
            LOOP_ENDS,
            element,
            _("'%(most)s' is not a number of rounds.", most=again.most[:40]),
            _("Write a whole number from 1 to %(most)s as loopMaximum, or delete it.", most=MOST),
        )
    elif not again.test and not again.most:
        yield about(
            LOOP_ENDS,
            element,
            _("Nothing says when this loop ends."),
            _("Write a loopCondition, which is checked after each round, or a loopMaximum."),
        )
    elif not again.most and _is_automatic(draft, element):
        yield about(
            LOOP_IDLE,
            element,
            _("No step in this loop waits for somebody, so it would run without end."),
            _("Put a user task into the loop, or remove the loop."),
        )


def _is_automatic(draft: Draft, element: Element) -> bool:
    """Whether it may be passed with nobody waited for; a sub-process, when there is a way through it that waits for nobody."""
    if element.kind in ("boundaryEvent", "intermediateCatchEvent"):
        return element.event_kind in (ERROR, ESCALATION, CONDITIONAL, LINK)
    if element.kind != "subProcess":
        return element.kind in _AUTOMATIC
    if element in draft.diagram.scopes_around(element):
        return False  # only in a file in which ids are given twice

    def following(one: Element) -> list[Element]:
        found = _onward(draft, one) if _is_passed(draft, one) else _interrupting(draft, one)
        return [inner for inner in found if inner.scope == element.id]

    passed = reached(draft.begins(element), following)
    inner = [draft.diagram.elements[key] for key in passed]
    return not draft.diagram.within(element.id) or any(
        one.kind == "endEvent" or (not one.outgoing and _is_passed(draft, one)) for one in inner
    )


def _onward(draft: Draft, element: Element) -> list[Element]:
    """What may follow with nothing happening from outside: the targets, what catches an error, what interrupts by a condition."""
    interrupting = _interrupting(draft, element)
    if interrupting and not _is_passed(draft, element):
        return interrupting
    errors = [event for event in draft.attached(element) if event.event_kind in (ERROR, ESCALATION)]
    return [*draft.targets(element), *errors, *interrupting]


def _interrupting(draft: Draft, element: Element) -> list[Element]:
    """The events on it that end it when a condition holds, which it may do at once."""
    return [event for event in draft.attached(element) if event.event_kind == CONDITIONAL and event.interrupting]


def _is_passed(draft: Draft, element: Element) -> bool:
    return element.kind in ("startEvent", "endEvent") or _is_automatic(draft, element)


def _idle_loops(draft: Draft) -> Iterator[Problem]:
    """Every circle has somebody to wait for, and something that decides."""
    automatic = {
        element.id: element
        for element in draft.running
        if _is_automatic(draft, element) or _interrupting(draft, element)
    }
    for element in circles(automatic, lambda one: _onward(draft, one)):
        yield about(
            LOOP_IDLE,
            element,
            _("No step in this loop waits for somebody, so it would run without end."),
            _("Put a user task into the loop, or remove the loop."),
        )
    others = {element.id: element for element in draft.running if not _decides(draft, element)}
    for element in circles(others, draft.onward):
        yield about(
            LOOP_NO_GATEWAY,
            element,
            _("Nothing in this loop decides whether to go round again."),
            _("Draw an exclusive gateway with one flow that leads back and another that leads on."),
        )


def _decides(draft: Draft, element: Element) -> bool:
    """Whether it has conditions by which a token may leave a loop."""
    return element.kind in ("exclusiveGateway", "eventBasedGateway") or any(
        draft.diagram.flows[flow].condition for flow in element.outgoing
    )

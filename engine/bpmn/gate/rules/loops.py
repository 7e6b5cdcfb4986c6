"""Nothing turns in a circle by itself."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.automatic import interrupting, is_automatic, onward
from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import circles, too_large
from engine.bpmn.gate.procedures import resolve
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.repeated import Again
from engine.messages import gettext as _
from engine.problems import Problem, Rule

LOOP_IDLE = Rule("loop-idle", _("A loop waits for somebody."))
LOOP_NO_GATEWAY = Rule("loop-no-gateway", _("Something in a loop decides whether it goes on."))
LOOP_ENDS = Rule("loop-ends", _("A loop marker says when it ends."))
MOST = 1000
"""Rounds of one loop; the engine takes no more."""


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
    elif not again.most and is_automatic(draft, element):
        yield about(
            LOOP_IDLE,
            element,
            _("No step in this loop waits for somebody, so it would run without end."),
            _("Put a user task into the loop, or remove the loop."),
        )


def _idle_loops(draft: Draft) -> Iterator[Problem]:
    """Every circle has somebody to wait for, and something that decides."""
    automatic = {
        element.id: element for element in draft.running if is_automatic(draft, element) or interrupting(draft, element)
    }
    own = list(circles(automatic, lambda one: onward(draft, one)))
    for element in own:
        yield about(
            LOOP_IDLE,
            element,
            _("No step in this loop waits for somebody, so it would run without end."),
            _("Put a user task into the loop, or remove the loop."),
        )
    calls = {
        element.id: element for element in draft.of_kind("callActivity") if _calls_what_never_waits(draft, element)
    }
    for element in circles(automatic | calls, lambda one: onward(draft, one)) if calls and not own else ():
        yield about(
            LOOP_IDLE,
            element,
            _("This loop waits for nobody: what it calls ends by itself at once, so it would turn without end."),
            _("Put a user task into the loop, or take the loop out."),
        )
    others = {element.id: element for element in draft.running if not _decides(draft, element)}
    for element in circles(others, draft.onward):
        yield about(
            LOOP_NO_GATEWAY,
            element,
            _("Nothing in this loop decides whether to go round again."),
            _("Draw an exclusive gateway with one flow that leads back and another that leads on."),
        )


def _calls_what_never_waits(draft: Draft, element: Element) -> bool:
    called = resolve(draft.procedures, element.called) if element.called is not None else None
    return called is not None and called.never_waits


def _decides(draft: Draft, element: Element) -> bool:
    """Whether it has conditions by which a token may leave a loop."""
    return element.kind in ("exclusiveGateway", "eventBasedGateway") or any(
        draft.diagram.flows[flow].condition for flow in element.outgoing
    )

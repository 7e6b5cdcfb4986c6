"""An event sub-process stands beside the steps of its scope, begins with one event, and is led to by nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

HANDLER_FLOWS = Rule("handler-flows", _("An event sub-process is begun by its event alone."))
HANDLER_START = Rule("handler-start", _("An event sub-process begins with one event that says when."))
HANDLER_ONCE = Rule("handler-once", _("An event sub-process is done once for each time that its event happens."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("subProcess"):
        if element.by_event:
            yield from _beside(draft, element)
            yield from _begins(draft, element)
    for start in draft.of_kind("startEvent"):
        around = draft.diagram.elements.get(start.scope or "")
        if not start.interrupting and not (around is not None and around.by_event):
            yield _interrupts_nothing(start)


def _interrupts_nothing(start: Element) -> Problem:
    return about(
        HANDLER_START,
        start,
        _("Only the start event of an event sub-process leaves something open that it could interrupt."),
        _("Delete isInterrupting."),
    )


def _beside(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.incoming or element.outgoing or draft.attached(element):
        yield about(
            HANDLER_FLOWS,
            element,
            _("A flow or an event is drawn at the event sub-process, which only its own start event begins."),
            _(
                "Take it away. What is to follow stands in the event sub-process; what should be over when its event happens is "
                "ended by making the start event interrupting."
            ),
        )
    if element.many is not None or element.again is not None:
        yield about(
            HANDLER_ONCE,
            element,
            _("An event sub-process cannot be multi-instance or a loop."),
            _("Delete the marker. It can stand on a sub-process within."),
        )


def _begins(draft: Draft, element: Element) -> Iterator[Problem]:
    starts = [start for start in draft.of_kind("startEvent") if start.scope == element.id]
    if len(starts) != 1:
        yield about(
            HANDLER_START,
            element,
            _("The event sub-process does not have exactly one start event."),
            _("Draw one start event in it, with the event that begins it."),
        )
    for start in starts:
        if start.form_ref:
            yield about(
                HANDLER_START,
                start,
                _("Nobody fills in a form where an event sub-process begins."),
                _("Delete the form, and draw a user task that asks it behind this start event."),
            )
        if not start.events:
            yield about(
                HANDLER_START,
                start,
                _("Nothing says when the event sub-process begins."),
                _(
                    "Give its start event a timer, a condition, an error, an escalation, or a message, which is a button."
                ),
            )
        if "lapses" in start.properties:
            yield about(
                HANDLER_START,
                start,
                _(
                    "What an event sub-process has begun ends with the scope that it stands in, so lapses says nothing here."
                ),
                _("Delete the property lapses."),
            )

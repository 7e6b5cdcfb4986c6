"""An event sub-process stands beside the steps of its scope, begins with one event, and is led to by nothing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

HANDLER_FLOWS = Rule("handler-flows", _("Only its own event begins an event sub-process."))
HANDLER_START = Rule("handler-start", _("An event sub-process begins with an event that says when."))
HANDLER_ONCE = Rule("handler-once", _("An event sub-process is done once each time its event happens."))


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
        _("Only the start event of an event sub-process has something to interrupt."),
        _("Delete isInterrupting."),
    )


def _beside(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.incoming or element.outgoing or draft.attached(element):
        yield about(
            HANDLER_FLOWS,
            element,
            _("A flow or an event is attached to the event sub-process, but only its own start event can begin it."),
            _(
                "Remove it. Draw the following steps inside the event sub-process. To end what is open outside when "
                "the event happens, make the start event interrupting."
            ),
        )
    if element.many is not None or element.again is not None:
        yield about(
            HANDLER_ONCE,
            element,
            _("An event sub-process cannot be multi-instance or a loop."),
            _("Delete the marker. You can set it on a sub-process inside."),
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
                _("Delete the form, and draw a user task for it after this start event."),
            )
        if not start.events:
            yield about(
                HANDLER_START,
                start,
                _("Nothing says when the event sub-process begins."),
                _("Give its start event a timer, a condition, an error, an escalation, or a message (a button)."),
            )
        if "lapses" in start.properties:
            yield about(
                HANDLER_START,
                start,
                _("What an event sub-process begins ends with the scope it is in, so lapses has no effect here."),
                _("Delete the property lapses."),
            )

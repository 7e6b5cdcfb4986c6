"""A clock task carries something, stands beside the work, and ends."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

CLOCK_EMPTY = Rule("clock-empty", _("A clock task carries a period or a button."))
CLOCK_NOT_LAST = Rule("clock-not-last", _("A plain end event follows a clock task."))
PERIOD_NEVER_MET = Rule("period-never-met", _("Some step meets every period of a clock task."))
CLOCK_ENDLESS = Rule("clock-endless", _("A clock task ends."))


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("receiveTask"):
        if element.is_clock:
            yield from _clock(draft, element)


def _clock(draft: Draft, element: Element) -> Iterator[Problem]:
    attached = draft.attached(element)
    periods = [event for event in attached if event.is_period]
    if not attached:
        yield about(
            CLOCK_EMPTY,
            element,
            _("The clock task has neither a period nor a button, so nothing can happen."),
            _(
                "Attach a timer boundary event with the property deadline, or a message boundary event (a button). If "
                "somebody has to act, make it a user task."
            ),
        )
    if any(target.kind != "endEvent" or target.event_kind for target in draft.targets(element)):
        yield about(
            CLOCK_NOT_LAST,
            element,
            _("Only a plain end event may follow a clock task directly."),
            _(
                "A clock task runs beside the work: split the path with a parallel gateway and draw each branch on "
                "its own."
            ),
        )
    keys = {event.properties["deadline"] for event in periods}
    for key in sorted(keys - draft.met):
        yield about(
            PERIOD_NEVER_MET,
            element,
            _("No step meets the period '%(key)s'.", key=key[:80]),
            _(
                "Add the property meets=%(key)s to the service task that meets it, or draw a service task with "
                "operation=meet_deadline.",
                key=key[:80],
            ),
        )
    if not keys and not any(end.event_kind == "terminate" for end in draft.of_kind("endEvent")):
        yield about(
            CLOCK_ENDLESS,
            element,
            _("The clock task never ends, and so the case never ends."),
            _("Make the end event that closes the case a terminate end event."),
        )

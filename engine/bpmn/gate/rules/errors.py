"""An error that is thrown within a sub-process is caught on its border, and what catches one may happen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at
from engine.bpmn.reading import ways
from engine.bpmn.reading.elements import BPMN, Element
from engine.bpmn.reading.events import ERROR
from engine.messages import gettext as _
from engine.problems import Problem, Rule

ERROR_MISSING = Rule("error-missing", _("The error of an event exists."))
ERROR_UNCAUGHT = Rule("error-uncaught", _("An error is caught on the border of a sub-process around it."))
ERROR_NEVER = Rule("error-never", _("An event on a border catches an error that something within throws."))
ERROR_INTERRUPTS = Rule("error-interrupts", _("What catches an error interrupts."))


def check(draft: Draft) -> Iterator[Problem]:
    yield from _missing(draft)
    ends = [end for end in draft.of_kind("endEvent") if end.throws_error]
    caught = {end.id: ways.catcher(draft.diagram, end) for end in ends}
    for end in ends:
        if caught[end.id] is None:
            yield about(
                ERROR_UNCAUGHT,
                end,
                _("Nothing catches this error, so the case would stop here as failed."),
                _(
                    "Draw an event with this error on the border of the sub-process, and behind it what happens then. An "
                    "outcome of the case itself is drawn as an exclusive gateway that leads to an end event of its own."
                ),
            )
    catchers = {found.id for found in caught.values() if found is not None}
    for event in draft.of_kind("boundaryEvent"):
        if event.event_kind == ERROR:
            yield from _border(event, catchers)


def _missing(draft: Draft) -> Iterator[Problem]:
    errors = {error.get("id") for error in draft.root.iterfind(f"{BPMN}error")}
    for node in draft.process.iter(f"{BPMN}errorEventDefinition"):
        reference = node.get("errorRef")
        if reference is not None and reference.rpartition(":")[2] not in errors:
            yield at(
                ERROR_MISSING,
                node,
                _("The error %(reference)s does not exist.", reference=reference[:80]),
                _("Choose the error again in the properties of the event."),
            )


def _border(event: Element, catchers: set[str]) -> Iterator[Problem]:
    if not event.interrupting:
        yield about(
            ERROR_INTERRUPTS,
            event,
            _("The error has ended the sub-process, so nothing goes on beside what catches it."),
            _('Make the event interrupting (cancelActivity="true").'),
        )
    if event.id not in catchers:
        yield about(
            ERROR_NEVER,
            event,
            _("No end event within throws an error that would come to this event, so it never happens."),
            _(
                "Draw an error end event with the same error within the sub-process, or delete this event. What a person "
                "or a time makes happen is a button or a timer."
            ),
        )

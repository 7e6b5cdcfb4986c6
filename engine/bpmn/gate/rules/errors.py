"""Errors and escalations: what is thrown is defined, and what catches one may happen."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at
from engine.bpmn.gate.procedures import resolve, thrown_by
from engine.bpmn.reading import by_event, ways
from engine.bpmn.reading.elements import BPMN, Element
from engine.bpmn.reading.events import ERROR, ESCALATION
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

ERROR_MISSING = Rule("error-missing", _("The error that an event refers to exists."))
ESCALATION_MISSING = Rule("escalation-missing", _("The escalation that an event refers to exists."))
ERROR_UNCAUGHT = Rule("error-uncaught", _("An error is caught outside the place where it is thrown."), Severity.WARNING)
ESCALATION_UNCAUGHT = Rule(
    "escalation-uncaught", _("An escalation is caught outside the place where it is thrown."), Severity.WARNING
)
ERROR_NEVER = Rule(
    "error-never", _("An event that catches an error has something inside that throws it."), Severity.WARNING
)
ESCALATION_NEVER = Rule(
    "escalation-never", _("An event that catches an escalation has something inside that throws it."), Severity.WARNING
)
ERROR_CODE = Rule("error-code", _("An error on the border of a service task is the one that its operation throws."))
ERROR_INTERRUPTS = Rule("error-interrupts", _("An event that catches an error is interrupting."))
Thrown = tuple[Element, str, str]
"""(what throws it, error or escalation, code)."""


def check(draft: Draft) -> Iterator[Problem]:
    yield from _missing(draft)
    for element, kind, _name in ways.uncaught(draft.diagram):
        yield _uncaught(element, kind)
    caught = {found.id for one in _thrown(draft) if (found := ways.catches(draft.diagram, *one)) is not None}
    for event in draft.of_kind("boundaryEvent", "startEvent"):
        if event.event_kind in (ERROR, ESCALATION):
            yield from _catches(draft, event, caught)


def _missing(draft: Draft) -> Iterator[Problem]:
    for kind, rule in ((ERROR, ERROR_MISSING), (ESCALATION, ESCALATION_MISSING)):
        known = {found.get("id") for found in draft.root.iterfind(f"{BPMN}{kind}")}
        for node in draft.process.iter(f"{BPMN}{kind}EventDefinition"):
            reference = node.get(f"{kind}Ref")
            if reference is not None and reference.rpartition(":")[2] not in known:
                yield at(
                    rule,
                    node,
                    _("The error %(reference)s does not exist.", reference=reference[:80])
                    if kind == ERROR
                    else _("The escalation %(reference)s does not exist.", reference=reference[:80]),
                    _("Choose it again in the properties of the event."),
                )


def _uncaught(element: Element, kind: str) -> Problem:
    if kind == ERROR:
        return about(
            ERROR_UNCAUGHT,
            element,
            _(
                "Nothing in this diagram catches the error. A case that was called hands it to the call activity. Any "
                "other case fails and ends here, with everything that is open in it."
            ),
            _(
                "Draw an event with this error on the border of an enclosing sub-process, and after it what to do "
                "then. If it is simply one outcome of the case, draw an exclusive gateway that leads to a separate "
                "end event."
            ),
        )
    return about(
        ESCALATION_UNCAUGHT,
        element,
        _(
            "Nothing in this diagram catches the escalation. It is recorded and, if the case was called, handed to "
            "the call activity. It has no other effect."
        ),
        _("Draw an event with this escalation on the border of an enclosing sub-process, and after it who is to act."),
    )


def _thrown(draft: Draft) -> Iterator[Thrown]:
    """What may be thrown: by events, by operations that cannot be done, by procedures that are called."""
    for element in draft.running:
        if element.kind in ("endEvent", "intermediateThrowEvent"):
            yield from ((element, event.kind, event.name) for event in element.events)
        elif element.kind in ("serviceTask", "sendTask"):
            name = element.properties.get("operation", "")
            if _may_fail(draft, name):
                yield element, ERROR, name
        elif element.kind == "callActivity" and element.called is not None:
            signature = resolve(draft.procedures, element.called)
            thrown = thrown_by(draft.procedures, signature) if signature is not None else ()
            yield from ((element, kind, code) for kind, code in thrown)


def _catches(draft: Draft, event: Element, caught: set[str]) -> Iterator[Problem]:
    is_error = event.event_kind == ERROR
    if is_error and not event.interrupting:
        yield about(
            ERROR_INTERRUPTS,
            event,
            _(
                "The error has ended the step that threw it, so nothing can run at the same time as the event that "
                "catches it."
            ),
            _('Make the event interrupting (cancelActivity="true").'),
        )
    if event.id in caught or _calls_the_unknown(draft, event):
        return
    host = draft.diagram.elements.get(by_event.host_of(draft.diagram, event) or "")
    operation = host.properties.get("operation", "") if host is not None else ""
    if is_error and host is not None and host.kind in ("serviceTask", "sendTask"):
        yield about(
            ERROR_CODE if _may_fail(draft, operation) else ERROR_NEVER,
            event,
            _("The operation '%(operation)s' never throws this error.", operation=operation[:80]),
            _(
                "An operation that cannot be carried out throws an error whose errorCode is the name of the "
                "operation: extend_deadline, shorten_deadline, pause_deadline, resume_deadline or issue_document. "
                "Write that code, or leave the error out."
            ),
        )
    else:
        yield about(
            ERROR_NEVER if is_error else ESCALATION_NEVER,
            event,
            _("Nothing inside throws an error that would reach this event, so it never happens.")
            if is_error
            else _("Nothing inside throws an escalation that would reach this event, so it never happens."),
            _(
                "Draw an end event with the same error in the sub-process or in the called procedure, or delete this "
                "event. For something that a person or a time triggers, draw a button or a timer."
            )
            if is_error
            else _(
                "Draw an event that throws the same escalation in the sub-process or in the called procedure, or "
                "delete this event. For something that a person or a time triggers, draw a button or a timer."
            ),
        )


def _may_fail(draft: Draft, operation: str) -> bool:
    return bool(getattr(draft.operations.get(operation), "may_fail", False))


def _calls_the_unknown(draft: Draft, event: Element) -> bool:
    """Whether the host calls, or holds what calls, a procedure that is not there; that is told by `calls`."""
    host = draft.diagram.elements.get(by_event.host_of(draft.diagram, event) or "")
    return any(
        call.called is not None and resolve(draft.procedures, call.called) is None
        for call in draft.of_kind("callActivity")
        if host is None or host in (call, *draft.diagram.scopes_around(call))
    )

"""What goes by itself in one go: nobody acts, and no time passes."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.gate.draft import Draft
from engine.bpmn.gate.graph import reached
from engine.bpmn.reading.elements import OPERATING, PASSED, Element
from engine.bpmn.reading.events import CONDITIONAL, ERROR, ESCALATION, LINK, MESSAGE, SIGNAL
from engine.bpmn.reading.timers import read_instant

_AUTOMATIC = (
    *OPERATING, *PASSED, "exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
    "intermediateThrowEvent",
)  # fmt: skip


def is_automatic(draft: Draft, element: Element) -> bool:
    """Whether it may be passed with nobody waited for; a sub-process, when there is a way through it that waits for nobody."""
    if element.kind in ("boundaryEvent", "intermediateCatchEvent"):
        return element.event_kind in (ERROR, ESCALATION, CONDITIONAL, LINK) or _waits_once(element)
    if element.kind != "subProcess":
        return element.kind in _AUTOMATIC
    if element in draft.diagram.scopes_around(element):
        return False  # only in a file in which ids are given twice

    def following(one: Element) -> list[Element]:
        found = onward(draft, one) if _is_passed(draft, one) else interrupting(draft, one)
        return [inner for inner in found if inner.scope == element.id]

    passed = reached(draft.begins(element), following)
    inner = [draft.diagram.elements[key] for key in passed]
    return not draft.diagram.within(element.id) or any(
        one.kind == "endEvent" or (not one.outgoing and _is_passed(draft, one)) for one in inner
    )


def _waits_once(element: Element) -> bool:
    """Whether it waits for a fixed instant: whoever comes by again finds it past."""
    timer = element.timer if element.kind == "intermediateCatchEvent" else None
    return timer is not None and read_instant(timer.text) is not None


def onward(draft: Draft, element: Element) -> list[Element]:
    """What may follow with nothing happening from outside: the targets, what catches an error, what interrupts by a condition."""
    ending = interrupting(draft, element)
    if ending and not _is_passed(draft, element):
        return ending
    errors = [event for event in draft.attached(element) if event.event_kind in (ERROR, ESCALATION)]
    return [*draft.targets(element), *errors, *ending]


def interrupting(draft: Draft, element: Element) -> list[Element]:
    """The events on it that end it when a condition holds, which it may do at once."""
    return [event for event in draft.attached(element) if event.event_kind == CONDITIONAL and event.interrupting]


def _is_passed(draft: Draft, element: Element) -> bool:
    return element.kind in ("startEvent", "endEvent") or is_automatic(draft, element)


def never_waits(draft: Draft, starts: Iterable[Element]) -> bool:
    """Whether nothing that can be reached from these waits: for anybody, for a time, for what is called or told."""
    found = reached(starts, draft.onward_and_within)
    return not any(_waits(draft.diagram.elements[key]) for key in found)


def thrown_at_once(draft: Draft, start: Element) -> set[tuple[str, str]]:
    """(kind, name) of the messages and signals that may be thrown in the step in which a case begins here.

    Behind a join, and behind a sub-process in which something waits, nothing is taken to be at once.
    """

    def following(one: Element) -> list[Element]:
        is_join = one.kind in ("parallelGateway", "inclusiveGateway") and len(one.incoming) > 1
        scope = draft.diagram.elements.get(one.scope or "")
        is_end = scope is not None and not one.outgoing
        if is_join or _waits(one) or (is_end and scope is not None and not never_waits(draft, draft.begins(scope))):
            return []
        return [next_one for next_one in draft.onward_and_within(one) if not next_one.attached_to]

    elements = (draft.diagram.elements[key] for key in reached([start], following))
    return {(event.kind, event.name) for one in elements for event in one.throws if event.kind in (MESSAGE, SIGNAL)}


def _waits(element: Element) -> bool:
    if element.kind in ("boundaryEvent", "intermediateCatchEvent"):
        return element.event_kind not in (ERROR, ESCALATION, LINK)
    return element.kind in ("userTask", "receiveTask", "callActivity", "eventBasedGateway")

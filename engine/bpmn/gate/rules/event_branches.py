"""What an event opens beside the work keeps to itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

EVENT_FLOWS_BACK = Rule("event-flows-back", _("The branch of an event does not lead back into the main path."))
LAPSES_UNUSED = Rule("lapses-unused", _("Only a branch that an event opens beside its task can lapse with the task."))
TIMER_BRANCH_WAITS = Rule(
    "timer-branch-waits", _("The branch of a timer has no step that waits for somebody."), Severity.WARNING
)
_WAITING = ("userTask", "receiveTask", "callActivity", "subProcess", "intermediateCatchEvent")


def check(draft: Draft) -> Iterator[Problem]:
    for event in draft.of_kind("boundaryEvent"):
        yield from _lapses(event)
    if not too_large(draft):
        yield from _event_branches(draft)


def _lapses(event: Element) -> Iterator[Problem]:
    value = event.properties.get("lapses", "true")
    if value != "true":
        yield about(
            LAPSES_UNUSED,
            event,
            _("The value '%(value)s' of the property lapses cannot be used.", value=value[:80]),
            _("Write true, or delete it. Without it the branch goes on to its own end."),
        )
    elif event.lapses and event.interrupting:
        yield about(
            LAPSES_UNUSED,
            event,
            _("The event interrupts its task, so no branch is left to lapse when the task is done."),
            _("Delete the property lapses, or make the event non-interrupting."),
        )


def _event_branches(draft: Draft) -> Iterator[Problem]:
    """What an event opens beside the work never flows into it, and waits for nobody when it cannot lapse.

    Every element belongs to the first scope that reaches it: the procedure itself, or the branch of one event.
    """
    scope_of = dict.fromkeys(reached(draft.beginnings, lambda one: _same_scope(draft, one)), "")
    events = [event for event in draft.of_kind("boundaryEvent") if _opens_scope(draft, event)]
    waiting = deque(event for event in events if event.attached_to in scope_of)
    later = {event.id: event for event in events if event.attached_to not in scope_of}
    while waiting:
        event = waiting.popleft()
        around = {"", scope_of[event.attached_to or ""]}
        scope_of[event.id] = event.id
        stack, merged = [event], None
        while stack:
            for element in _same_scope(draft, stack.pop()):
                if element.id not in scope_of:
                    scope_of[element.id] = event.id
                    stack.append(element)
                    yield from _waits(event, element)
                    waiting += [later.pop(inner.id) for inner in draft.attached(element) if inner.id in later]
                elif scope_of[element.id] in around and element.kind != "endEvent":
                    merged = merged or element
        if merged is not None:
            yield about(
                EVENT_FLOWS_BACK,
                event,
                _(
                    "The branch of this event leads back into the main path (%(merged)s), so the following steps are "
                    "done twice.",
                    merged=called(merged),
                ),
                _(
                    "Let the branch end on its own, and draw the following steps again in it. To replace the original "
                    "task, make the event interrupting (cancelActivity)."
                ),
            )


def _opens_scope(draft: Draft, event: Element) -> bool:
    """A clock stands beside the work, so what interrupts it does so too."""
    host = draft.diagram.elements.get(event.attached_to or "")
    return not event.interrupting or (host is not None and host.is_clock)


def _same_scope(draft: Draft, element: Element) -> list[Element]:
    events = [event for event in draft.attached(element) if not _opens_scope(draft, event)]
    return [*events, *draft.targets(element)]


def _waits(event: Element, element: Element) -> Iterator[Problem]:
    """What a timer that comes once opens beside its task: an analyst seldom wants it to stay when the task is done."""
    once = not event.interrupting and event.timer is not None and event.timer.kind != "cycle"
    if once and not event.lapses and element.kind in _WAITING:
        yield about(
            TIMER_BRANCH_WAITS,
            element,
            _(
                "A step in the branch of the timer '%(event)s' waits for somebody, so it stays open after the "
                "original task is done.",
                event=called(event),
            ),
            _(
                "To let it lapse with the original task, give the timer the property lapses with the value true. "
                "Otherwise draw only service tasks in its branch. To ask somebody repeatedly, use a cycle "
                "(timeCycle). To replace the original task, make the timer interrupting."
            ),
        )

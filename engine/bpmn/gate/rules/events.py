"""An event has one reason to happen, and a boundary event stands on a task that waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from engine.bpmn.gate.draft import Draft, about, at, local_name
from engine.bpmn.reading.elements import BPMN, OPERATING, PASSED, Element
from engine.bpmn.reading.events import ERROR, LINK
from engine.messages import gettext as _
from engine.problems import Problem, Rule

EVENT_TRIGGERS = Rule("event-triggers", _("An event has one trigger."))
EVENT_NO_TRIGGER = Rule("event-no-trigger", _("An event says when it happens."))
LINK_LOOSE = Rule("link-loose", _("A link that is thrown is caught exactly once in the same process."))
BOUNDARY_LOOSE = Rule("boundary-loose", _("A boundary event is attached to a task."))
BOUNDARY_SERVICE = Rule("boundary-service", _("Only error events are attached to a service task."))
BOUNDARY_HOST = Rule("boundary-host", _("A boundary event is attached only to a task or a sub-process."))
HOSTS = ("userTask", "receiveTask", "subProcess", "callActivity")
_ACTIVITIES = (*HOSTS, *OPERATING, *PASSED)


def check(draft: Draft) -> Iterator[Problem]:
    yield from _events(draft)
    yield from _links(draft)
    yield from _other_ends(draft)
    for element in draft.of_kind("boundaryEvent"):
        yield from _boundary(draft, element)


def _events(draft: Draft) -> Iterator[Problem]:
    """One event, one reason to happen."""
    for node in draft.process.iter(f"{BPMN}*"):
        element = draft.diagram.elements.get(node.get("id", ""))
        if element is None or local_name(node) != element.kind or not element.kind.endswith("Event"):
            continue
        definitions = [child for child in node if (local_name(child) or "").endswith("EventDefinition")]
        if len(definitions) > 1:
            yield about(
                EVENT_TRIGGERS,
                element,
                _("The event has several triggers."),
                _("Split it into several events with one trigger each."),
            )
        elif not definitions and element.kind in ("boundaryEvent", "intermediateCatchEvent"):
            yield about(
                EVENT_NO_TRIGGER,
                element,
                _("Nothing says when the event happens."),
                _("Choose a timer. For something that a person triggers, use a message boundary event."),
            )


def _links(draft: Draft) -> Iterator[Problem]:
    """A pair of links is a flow: from each event that throws one to the only one that catches it."""
    caught = Counter(
        (one.scope, one.events[0].name) for one in draft.of_kind("intermediateCatchEvent") if _is_link(one)
    )
    for event in draft.of_kind("intermediateThrowEvent"):
        if _is_link(event) and caught[event.scope, event.events[0].name] != 1:
            yield about(
                LINK_LOOSE,
                event,
                _("Exactly one event should catch the link '%(name)s'.", name=event.events[0].name[:80]),
                _("Draw one intermediate catch event with a link of the same name where the path goes on."),
            )


def _other_ends(draft: Draft) -> Iterator[Problem]:
    """The other end of a link may be written, too; it is the one of the same name."""
    links = {node.get("id"): node for node in draft.process.iter(f"{BPMN}linkEventDefinition")}
    for node in links.values():
        for end in chain(node.iterfind(f"{BPMN}source"), node.iterfind(f"{BPMN}target")):
            other = links.get((end.text or "").strip().rpartition(":")[2])
            if other is None or (other.get("name") or "").strip() != (node.get("name") or "").strip():
                yield at(
                    LINK_LOOSE,
                    node,
                    _("What is written as the other end of the link is no link of the same name."),
                    _("Give both ends the same name, or delete the source or target that is written in the link."),
                )


def _is_link(event: Element) -> bool:
    return event.event_kind == LINK


def _boundary(draft: Draft, element: Element) -> Iterator[Problem]:
    if element.kind != "boundaryEvent":
        return
    host = draft.diagram.elements.get(element.attached_to or "")
    if host is None:
        yield about(
            BOUNDARY_LOOSE,
            element,
            _("The boundary event is not attached to a task."),
            _("Drag it to the border of a user task, a clock task, a call activity or a sub-process."),
        )
    elif host.kind in _ACTIVITIES and host.kind not in HOSTS and element.event_kind != ERROR:
        yield about(
            BOUNDARY_SERVICE,
            element,
            _("This step is done at once, so only its own error can happen on its border."),
            _("Attach it to a user task, a sub-process, a call activity or a clock task (receive task)."),
        )
    elif host.kind not in _ACTIVITIES and host in draft.running:
        yield about(
            BOUNDARY_HOST,
            element,
            _("A boundary event can only be attached to a task or a sub-process."),
            _("Drag it to the border of a user task, a clock task, a call activity or a sub-process."),
        )

"""What a case waits for that no person is asked to do: events in the middle of its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import CONDITIONAL, MESSAGE, SIGNAL, TIMER
from engine.db.case import case_of
from engine.db.tables import timer
from engine.messages import Message, Name, pgettext
from engine.runtime.step.step import Step
from engine.states import InstanceStatus

WHAT: Mapping[str, Message] = {
    TIMER: pgettext("awaited", "Waiting for its time"),
    CONDITIONAL: pgettext("awaited", "Waiting for its condition"),
    MESSAGE: pgettext("awaited", "Waiting for somebody to press it"),
}


FROM_OTHERS: Mapping[str, Message] = {
    MESSAGE: pgettext("awaited", "Waiting for a message from another case"),
    SIGNAL: pgettext("awaited", "Waiting for a signal"),
}


@dataclass(frozen=True)
class Awaited:
    """`due_at` is the instant of a timer, None for anything else."""

    element_id: str
    name: Name
    what: Message
    due_at: datetime | None


def awaited(step: Step) -> list[Awaited]:
    """Each event that no activity carries and that has not happened, once, in the order in which they were reached."""
    if step.instance["status"] != InstanceStatus.RUNNING:
        return []
    due = {row.id: row.due_at for row in case_of(step.tx, step.instance_id).rows(timer)}
    found: dict[str, Awaited] = {}
    for event in step.workflow.armed_events():
        element = step.definition.diagram.elements[event.element_id]
        if element.kind in ("intermediateCatchEvent", "receiveTask"):
            name = step.definition.element_name(element.id)
            found.setdefault(element.id, Awaited(element.id, name, _what(element), due.get(event.id)))
    return list(found.values())


def _what(element: Element) -> Message:
    return FROM_OTHERS[element.event_kind] if element.heard is not None else WHAT[element.event_kind]

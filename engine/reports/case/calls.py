"""The procedures that an instance has called and waits for: where they stand is where it stands itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.db.english import english_of
from engine.db.tables import process_instance, task
from engine.deployments.definitions import Definition
from engine.messages import Name
from engine.organisation.assignment import Actor, InstanceSubject, may
from engine.reports.parts.names import Names, UnitName
from engine.runtime.instances import instances
from engine.runtime.step.step import Step
from engine.states import InstanceStatus, TaskStatus


@dataclass(frozen=True)
class Call:
    """A running procedure that is waited for, and the element of the caller's diagram that waits."""

    element_id: str
    name: str
    instance_id: str
    number: str
    started_at: datetime


@dataclass(frozen=True)
class Called:
    """The call as a reader sees it: at whom the called procedure stands, and whether the reader may open it."""

    element_id: str
    name: Name
    number: str
    unit: UnitName | None
    step: Name
    visible: bool


def running_calls(step: Step) -> Iterator[Call]:
    """What the instance waits for now, the oldest first: each with the element that waits, which the open call itself names."""
    elements = step.definition.diagram.elements
    waiting = (
        {} if step.workflow.completed else {call.id: elements[call.element_id] for call in step.workflow.open_calls()}
    )
    running = (row for row in step.case.children() if row.status != InstanceStatus.ENDED)
    for row in sorted(running, key=lambda row: (row.started_at, row.number)):
        if (element := waiting.get(row.origin_task_id or "")) is not None:
            yield Call(element.id, element.name, row.id, row.number, row.started_at)


def calls(step: Step, actor: Actor, names: Names) -> list[Called]:
    return [_called(step.tx, call, step.definition, actor, names) for call in running_calls(step)]


def _called(tx: Connection, call: Call, definition: Definition, actor: Actor, names: Names) -> Called:
    columns = (task.c.unit_code, task.c.element_id, task.c.name, process_instance.c.key)
    waiting = (
        select(*columns)
        .join(process_instance, process_instance.c.id == task.c.instance_id)
        .where(task.c.instance_id == call.instance_id, task.c.status == TaskStatus.OPEN)
    )
    first = tx.execute(waiting.order_by(task.c.opened_at, task.c.id)).first()
    subject = InstanceSubject(instances.parties_of(tx, call.instance_id))
    return Called(
        element_id=call.element_id,
        name=definition.element_name(call.element_id),
        number=call.number,
        unit=names.unit(first.unit_code) if first else None,
        step=english_of(tx).element(first.key, first.element_id, first.name) if first else Name(""),
        visible=may(actor, "see_instance", subject).allowed,
    )

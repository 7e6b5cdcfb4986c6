"""The procedures that an instance has called and waits for: where they stand is where it stands itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.bpmn.reading.elements import Diagram
from engine.db.case import case_of
from engine.db.english import english_of
from engine.db.tables import process_instance, task
from engine.deployments.definitions import Definition
from engine.messages import Name
from engine.organisation.assignment import Actor, InstanceSubject, may
from engine.reports.parts.names import Names, UnitName
from engine.runtime.instances import instances
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


def running_calls(tx: Connection, instance_id: str, diagram: Diagram) -> Iterator[Call]:
    """What the instance waits for now, the oldest first."""
    elements = {element.called.key: element for element in diagram.of_kind("callActivity") if element.called}
    running = (
        row for row in case_of(tx, instance_id).children() if row.origin_task_id and row.status != InstanceStatus.ENDED
    )
    for row in sorted(running, key=lambda row: (row.started_at, row.number)):
        if (element := elements.get(row.key)) is not None:
            yield Call(element.id, element.name, row.id, row.number, row.started_at)


def calls(tx: Connection, instance_id: str, definition: Definition, actor: Actor, names: Names) -> list[Called]:
    diagram = definition.diagram
    return [_called(tx, call, definition, actor, names) for call in running_calls(tx, instance_id, diagram)]


def _running(instance_ids: Sequence[str]) -> Select[Any]:
    columns = [column for column in process_instance.c if column.name not in ("state", "taken")]
    statement = select(*columns).where(
        process_instance.c.origin_instance_id.in_(instance_ids),
        process_instance.c.origin_task_id.is_not(None),
        process_instance.c.status != InstanceStatus.ENDED,
    )
    return statement.order_by(process_instance.c.started_at, process_instance.c.number)


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

"""Business numbers, and the row of a new instance that bears one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.clock import local
from engine.db import searchable, upsert
from engine.db.tables import number_sequence, process_instance
from engine.db.unit import unit_of
from engine.deployments.definitions import Definition
from engine.ids import new_id
from engine.runtime.step.step import Step
from engine.states import InstanceStatus


def unnumbered(
    definition: Definition, started_by: str | None, now: datetime, start: str | None = None
) -> dict[str, Any]:
    """A new instance that has not taken its first step, as its table holds it but for the number.

    `start` is the start event at which it begins; None for the first one with a form.
    """
    return {
        "id": new_id(),
        "number": None,
        "definition_id": definition.id,
        "key": definition.key,
        "title": definition.name,
        "status": InstanceStatus.RUNNING,
        "started_at": now,
        "started_by": started_by,
        "revision": 0,
        "state": b"",
        "taken": [],
        "start_element_id": start,
    }


def insert_instance(step: Step) -> None:
    """The instance is in its table, with its number."""
    prefix = step.definition.diagram.process.number_prefix or step.definition.key.upper()
    step.instance = {**step.instance, "number": _next_number(step.tx, prefix, local(step.now).year)}
    counted_with = step.context.calendar.version
    row = {**step.instance, "calendar_version": counted_with}
    unit_of(step.tx).changes.add(process_instance, row)
    step.case.adopt_instance(row)
    searchable.keep(step.tx, step.instance_id, searchable.NUMBER, step.instance["number"])


def _next_number(tx: Connection, prefix: str, year: int) -> str:
    """The next business number of the year; never given twice, gaps are never filled."""
    last = upsert.count_on(tx, number_sequence, {"prefix": prefix, "year": year})
    return f"{prefix}-{year}-{last:04d}"

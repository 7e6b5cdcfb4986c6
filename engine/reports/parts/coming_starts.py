"""Which cases will begin by themselves, and when: for the library of procedures and for oversight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.deployments import definitions
from engine.messages import Name
from engine.reports.parts.names import Names, UnitName
from engine.runtime.instances import schedules


@dataclass(frozen=True)
class ComingStart:
    """`next_at` is None for a start that comes no more; `provisional`: an official notice may still move it."""

    key: str
    procedure: Name
    name: Name
    unit: UnitName | None
    timer: str
    next_at: datetime | None
    provisional: bool
    last_at: datetime | None
    tried_again_at: datetime | None
    """When it is tried again, of one that could not begin when it was due."""


def coming_starts(tx: Connection, key: str | None = None) -> list[ComingStart]:
    """Those of one procedure, or of all, the next one first."""
    names, found = Names(tx), []
    for row in schedules.every(tx) if key is None else schedules.of_procedure(tx, key):
        definition = definitions.load(tx, row.definition_id)
        start = definition.diagram.elements[row.element_id]
        unit = names.unit(start.properties["unit"])
        timer = start.timer.text if start.timer else ""
        name = definition.element_name(start.id)
        again = row.look_at if row.look_at != row.next_at else None
        told = (row.next_at, row.provisional, row.last_at, again)
        found.append(ComingStart(row.key, definition.called, name, unit, timer, *told))
    return found

"""Who keeps the file of a case that has ended (R47, R48), noted in the step in which it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Element, Process
from engine.clock import local_date
from engine.db.tables import archive_package
from engine.db.unit import unit_of
from engine.organisation import jurisdiction
from engine.runtime.step.parties import named_by


def want(
    tx: Connection,
    instance_id: str,
    process: Process,
    end: Element | None,
    facts: Mapping[str, object],
    now: datetime,
) -> None:
    """The package of the instance that ends now waits to be made. `end` is the end event that gave the result."""
    unit_code = keeper(tx, process, end, facts, now)
    if unit_code is not None:
        wanted = {"instance_id": instance_id, "unit_code": unit_code, "wanted_at": now}
        unit_of(tx).changes.add(archive_package, wanted)


def keeper(
    tx: Connection, process: Process, end: Element | None, facts: Mapping[str, object], ended_at: datetime
) -> str | None:
    """The unit that keeps the file.

    A case that was closed before the power over its matter went to the towns is kept by the department (R47); every
    other one by the unit that handled it at the end, also when it was opened before (R48, A14): the diagram names it at
    the end event (`archived_by`), and the starter keeps what it started where the diagram names none.
    """
    matter = jurisdiction.find(tx, str(facts.get("matter_code") or ""))
    if matter is not None and matter.empowered_at is not None and local_date(ended_at) < matter.empowered_at:
        parties = {code for name in process.party_facts for code in named_by(facts.get(name))}
        if matter.department_code in parties:
            return matter.department_code
    named = end.properties.get("archived_by", "") if end else ""
    unit_code = facts.get(named, named) if named else None
    unit_code = unit_code or facts.get(process.starter_fact)
    return unit_code if isinstance(unit_code, str) else None

"""Corrections that wait for somebody's decision, for the inbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from engine.db.tables import correction, person, process_instance
from engine.organisation.assignment import Actor, OwnSubject, may
from engine.states import CorrectionStatus, InstanceStatus


def waiting_for(tx: Connection, actor: Actor) -> list[Row[Any]]:
    """Corrections that this person may decide, the oldest first; with the instance's number and title, and the proposer."""
    columns = (process_instance.c.number, process_instance.c.title, person.c.name.label("proposer"))
    statement = (
        select(correction, *columns)
        .join(process_instance, process_instance.c.id == correction.c.instance_id)
        .join(person, person.c.id == correction.c.proposed_by)
        .where(correction.c.status == CorrectionStatus.OPEN, correction.c.unit_code == actor.unit_code)
        .where(process_instance.c.status == InstanceStatus.RUNNING)
        .order_by(correction.c.proposed_at, correction.c.id)
    )

    def is_ones_own_to_decide(row: Row[Any]) -> bool:
        return may(actor, "decide_correction", OwnSubject(row.unit_code, "", row.proposed_by)).allowed

    return [row for row in tx.execute(statement) if is_ones_own_to_decide(row)]

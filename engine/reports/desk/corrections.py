"""Corrections that wait for somebody's decision, for the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.db import fetch
from engine.db.tables import correction, person, process_instance
from engine.organisation.assignment import Actor, OwnSubject, may
from engine.states import CorrectionStatus, InstanceStatus


class WaitingCorrection(NamedTuple):
    """A correction, with its instance's number and title, and who proposed it."""

    id: str
    unit_code: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    number: str
    title: str
    proposer: str


def waiting_for(tx: Connection, actor: Actor) -> list[WaitingCorrection]:
    """Corrections that this person may decide, the oldest first."""
    columns = (process_instance.c.number, process_instance.c.title, person.c.name.label("proposer"))
    statement = (
        select(*(correction.c[name] for name in ("id", "unit_code", "proposed_by", "proposed_at", "reason")), *columns)
        .join(process_instance, process_instance.c.id == correction.c.instance_id)
        .join(person, person.c.id == correction.c.proposed_by)
        .where(correction.c.status == CorrectionStatus.OPEN, correction.c.unit_code == actor.unit_code)
        .where(process_instance.c.status == InstanceStatus.RUNNING)
        .order_by(correction.c.proposed_at, correction.c.id)
    )

    def is_ones_own_to_decide(row: WaitingCorrection) -> bool:
        return may(actor, "decide_correction", OwnSubject(row.unit_code, "", row.proposed_by)).allowed

    return [row for row in fetch.every(tx, WaitingCorrection, statement) if is_ones_own_to_decide(row)]

"""Which units have to do with an instance."""

from __future__ import annotations

from sqlalchemy import Connection, select

from engine.db.tables import party, task


def parties_of(tx: Connection, instance_id: str) -> frozenset[str]:
    return frozenset(tx.scalars(select(party.c.unit_code).where(party.c.instance_id == instance_id)))


def units_at_work(tx: Connection, instance_id: str) -> frozenset[str]:
    """The parties, and units that have been asked to do a task: a bureau that settles a dispute is no party of it."""
    asked = select(task.c.unit_code).where(task.c.instance_id == instance_id).distinct()
    return parties_of(tx, instance_id) | frozenset(tx.scalars(asked))

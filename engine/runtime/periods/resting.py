"""While an instance is parked nothing falls due in it: its timers rest, and go on with their own instants afterwards."""

from __future__ import annotations

from sqlalchemy import Connection, null, update

from engine.db.tables import timer


def rest(tx: Connection, instance_id: str) -> None:
    """No timer of the instance is due, so nobody who looks for what is due comes upon it again and again."""
    own = (timer.c.instance_id == instance_id) & timer.c.due_at.is_not(None)
    tx.execute(update(timer).where(own).values(parked_due_at=timer.c.due_at, due_at=null()))


def wake(tx: Connection, instance_id: str) -> None:
    """Its timers are due when they were due before; what has come due meanwhile happens now."""
    own = (timer.c.instance_id == instance_id) & timer.c.parked_due_at.is_not(None)
    tx.execute(update(timer).where(own).values(due_at=timer.c.parked_due_at, parked_due_at=null()))

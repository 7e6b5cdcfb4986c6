"""What ends together with an instance, whichever way it ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from engine.db.tables import correction


def lapse_corrections(tx: Connection, instance_id: str, now: datetime) -> None:
    """Corrections that nobody has decided yet have lapsed: what is over is not counted anew."""
    waiting = (correction.c.instance_id == instance_id) & (correction.c.status == "open")
    tx.execute(update(correction).where(waiting).values(status="lapsed", decided_at=now))

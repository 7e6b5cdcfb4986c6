"""Whether anybody looks after what falls due: each worker leaves a row, and says in it when it has looked last."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from engine.db import upsert
from engine.db.tables import worker_tick

EVERY = timedelta(seconds=15)
"""A worker says so no oftener: an idle tick writes nothing."""
FORGOTTEN = timedelta(days=1)
"""The row of a worker that was killed is gone after this time."""


def beat(tx: Connection, worker_id: str, now: datetime) -> None:
    """The worker has looked now."""
    upsert.put(tx, worker_tick, {"worker_id": worker_id}, {"ticked_at": now})
    tx.execute(delete(worker_tick).where(worker_tick.c.ticked_at < now - FORGOTTEN))


def stop(tx: Connection, worker_id: str) -> None:
    """The worker looks no more."""
    tx.execute(delete(worker_tick).where(worker_tick.c.worker_id == worker_id))


def last(tx: Connection) -> datetime | None:
    """When any worker has looked last; None when none is there."""
    found: datetime | None = tx.scalar(select(func.max(worker_tick.c.ticked_at)))
    return found

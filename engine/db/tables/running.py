"""What runs: the workers of an installation."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from engine.db.tables.base import metadata
from engine.db.types import Instant

worker_tick = Table(
    "worker_tick",
    metadata,
    Column("worker_id", String(32), primary_key=True, comment="of one process, made when it begins"),
    Column("ticked_at", Instant, nullable=False, comment="to a quarter of a minute: the last tick that went through"),
)

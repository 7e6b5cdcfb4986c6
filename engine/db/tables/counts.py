"""Numbers of the whole city that no page counts anew: the worker keeps them, with the instant at which they held."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from engine.db.tables.base import metadata
from engine.db.types import Instant, Json

kept_count = Table(
    "kept_count",
    metadata,
    Column("scope", String(80), primary_key=True, comment="city, unit, or procedure: and its key"),
    Column("code", String(128), primary_key=True, comment="of the unit, or of the element; empty for the whole"),
    Column("counts", Json, nullable=False, comment="number by name"),
    Column("made_at", Instant, nullable=False, comment="the instant at which they held"),
)

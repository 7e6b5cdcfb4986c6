"""What is kept when an instance has ended: one package each, chained within the unit that keeps it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from engine.db.tables.base import metadata
from engine.db.types import Instant, Said

UNMADE = "made_at IS NULL"
"""A package that is still to be made: an index of its own finds it."""

archive_package = Table(
    "archive_package",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="who keeps the case file (R47, R48)"),
    Column("wanted_at", Instant, nullable=False, comment="the end of the instance"),
    Column("made_at", Instant, comment="null while it waits to be made"),
    Column("sequence", Integer, comment="1, 2, 3 … without a gap within the unit"),
    Column("file_name", String(200)),
    Column("size", Integer),
    Column("sha256", String(64)),
    Column("previous_sha256", String(64), comment="of the unit's package before it"),
    Column("failure", Said, comment="why it could not be made the last time, in words; null once it is made"),
    UniqueConstraint("unit_code", "sequence"),
    Column("make_after", Instant, comment="nobody makes it before: somebody does now, or it could not be made"),
    Index(
        "ix_archive_package_unmade",
        "wanted_at",
        "instance_id",
        sqlite_where=text(UNMADE),
        postgresql_where=text(UNMADE),
    ),
)

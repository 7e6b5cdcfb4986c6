"""What is written and sent: documents, material, notices."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from engine.db.tables.base import metadata
from engine.db.types import Instant, Json

document = Table(
    "document",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("sequence", Integer, nullable=False, comment="1, 2, 3 … within the instance, in the order of delivery"),
    Column("code", String(8), nullable=False, comment="D01"),
    Column("title", Text, nullable=False),
    Column("from_unit", ForeignKey("unit.code"), nullable=False),
    Column("to_unit", ForeignKey("unit.code"), nullable=False),
    Column("copy", Boolean, nullable=False, comment="true: 抄告, for information; creates no duty"),
    Column("content", Json, nullable=False, comment="entries and materials as they stood at delivery"),
    Column("delivered_at", Instant, nullable=False, comment="entry into the receiving unit's inbox starts its clock"),
    Column("read_at", Instant),
    Column("read_by", ForeignKey("person.id")),
    Index(None, "instance_id"),
    Index(None, "to_unit", "copy"),
)

material = Table(
    "material",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("task_id", ForeignKey("task.id"), comment="during which it was added"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("kind", String(32), nullable=False, comment="facts_statement, site_photos …"),
    Column("title", Text, nullable=False),
    Column("copies", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("original", Boolean, nullable=False, comment="false: a photocopy"),
    Column("file_name", Text, comment="null: on paper, handed over with the letter"),
    Column("media_type", String(128)),
    Column("size", Integer),
    Column("sha256", String(64), comment="names the file in the store"),
    Column("added_at", Instant, nullable=False),
    Column("added_by", ForeignKey("person.id"), nullable=False),
    Column("removed_at", Instant, comment="taken off the list again; the file stays"),
    Index(None, "instance_id"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("kind", String(16), nullable=False, comment="remind, overdue, escalate, moved, told"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("roles", Json, nullable=False),
    Column("person_id", ForeignKey("person.id"), comment="for this person alone; null: whoever holds a role"),
    Column("text", Text, nullable=False),
    Column("deadline_id", ForeignKey("deadline.id")),
    Column("due_at", Instant, nullable=False, comment="the instant it was meant for"),
    Column("made_at", Instant, nullable=False),
    Index(None, "instance_id"),
    Index(None, "unit_code", "made_at"),
)

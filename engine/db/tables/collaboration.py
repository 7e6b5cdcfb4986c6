"""What people do with an instance beside its tasks: copies sent for information, comments, corrections of facts."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, String, Text

from engine.db.rows import CommentRow, CorrectionRow, MentionRow, ReaderRow, ReadingRow
from engine.db.tables.base import TableOf, metadata, only_where
from engine.db.types import Instant, Json

reader: TableOf[ReaderRow] = TableOf(
    "reader",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="whose member may read"),
    Column("role", String(32), comment="its holders may read; null when one person is named"),
    Column("person_id", ForeignKey("person.id"), comment="may read while acting for the unit; null for a role"),
    Column("note", Text, nullable=False),
    Column("from_unit", ForeignKey("unit.code"), nullable=False),
    Column("sent_by", ForeignKey("person.id"), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("revoked_at", Instant, comment="from then on it is not read any more"),
    Column("revoked_by", ForeignKey("person.id")),
    Index(None, "instance_id"),
    Index(None, "unit_code", "sent_at", "id", **only_where("revoked_at IS NULL")),
    CheckConstraint("(role is null) <> (person_id is null)", name="addressee"),
)

reading: TableOf[ReadingRow] = TableOf(
    "reading",
    metadata,
    Column("reader_id", ForeignKey("reader.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("read_at", Instant, nullable=False, comment="the first look; later ones are not kept"),
    Index(None, "instance_id"),
)

comment: TableOf[CommentRow] = TableOf(
    "comment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("internal", Boolean, nullable=False, comment="true: never shown to another unit"),
    Column("said_at", Instant, nullable=False),
    Column("retracted_at", Instant, comment="the text is shown to nobody from then on; the audit keeps it"),
    Index(None, "instance_id", "said_at"),
)

mention: TableOf[MentionRow] = TableOf(
    "mention",
    metadata,
    Column("comment_id", ForeignKey("comment.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="for which the person acts"),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Index(None, "instance_id"),
)

correction: TableOf[CorrectionRow] = TableOf(
    "correction",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("name", String(64), nullable=False, comment="of the fact"),
    Column("task_id", ForeignKey("task.id"), comment="in which the fact was said; null: in the start form"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="who said the fact, proposes and approves"),
    Column("old_value", Json, nullable=False, comment="see db.values"),
    Column("new_value", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", ForeignKey("person.id"), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("status", String(16), nullable=False, comment="open, approved, rejected, taken_back, lapsed"),
    Column("decided_by", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("opinion", Text),
    Column("scope_id", ForeignKey("scope.id"), comment="the fact's"),
    Index(None, "instance_id"),
    Index(None, "status", "unit_code"),
    CheckConstraint("status in ('open', 'approved', 'rejected', 'taken_back', 'lapsed')", name="status"),
)

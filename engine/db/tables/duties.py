"""What disputes have settled about the 职责边界清单: proposals that a dispute leaves behind, and the entries made of them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from engine.db.tables.base import metadata
from engine.db.types import Instant

duty_proposal = Table(
    "duty_proposal",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False, comment="the dispute that was settled"),
    Column("matter_code", ForeignKey("matter.code"), nullable=False),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="who handles the matter from now on"),
    Column("division", Text, comment="who does what, in the words of the paper"),
    Column("source", Text, nullable=False, comment="what settled it: 裁决决定, 协调意见书, 协商一致意见"),
    Column("number", Text, comment="文号 of that paper"),
    Column("dated", Date, nullable=False, comment="the day of that paper, in Asia/Shanghai"),
    Column("proposed_at", Instant, nullable=False),
    Column("status", String(16), nullable=False, comment="open, adopted, rejected"),
    Column("decided_by", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("reason", Text, comment="why it was adopted or rejected"),
    Index(None, "instance_id"),
    Index(None, "status"),
    CheckConstraint("status in ('open', 'adopted', 'rejected')", name="status"),
)

duty_entry = Table(
    "duty_entry",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("matter_code", ForeignKey("matter.code"), nullable=False),
    Column("version", Integer, nullable=False, comment="1, 2, 3 … of the matter; earlier ones stay"),
    Column("proposal_id", ForeignKey("duty_proposal.id"), nullable=False),
    Column("valid_from", Date, nullable=False, comment="in Asia/Shanghai; until a later version begins"),
    Index(None, "matter_code", "version", unique=True),
)

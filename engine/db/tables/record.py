"""What happened: the audit chains, and faults."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from engine.db.rows import AuditEntryRow, ChainHeadRow
from engine.db.tables.base import SAID, TableOf, metadata
from engine.db.types import Instant, Json

audit_entry: TableOf[AuditEntryRow] = TableOf(
    "audit_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", String(32), nullable=False, comment="or the name of a chain that is no instance"),
    Column("sequence", Integer, nullable=False, comment="1, 2, 3 … without a gap within a chain"),
    Column("at", Instant, nullable=False),
    Column("person_id", String(32)),
    Column("unit_code", String(64)),
    Column("kind", String(32), nullable=False),
    Column("element_id", String(128)),
    Column("content", Json, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("version", Integer, nullable=False, server_default="1", comment="of the form in which it was hashed"),
    Column("algorithm", String(16), nullable=False, server_default="sha256"),
    Column("sealed", Json, comment="table -> digest of the instance's rows in it, of those that changed"),
    UniqueConstraint("instance_id", "sequence"),
    Index(None, "at"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("day", Date, primary_key=True, comment="in Asia/Shanghai"),
    Column("chains", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("content_hash", String(64), nullable=False, comment="over the last hash of every chain, in order of id"),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("algorithm", String(16), comment="of the seal"),
    Column("seal", String(64), comment="keyed hash; null: made before there were seals"),
)

chain_head: TableOf[ChainHeadRow] = TableOf(
    "chain_head",
    metadata,
    Column("chain", String(128), primary_key=True, comment="the instance's id, or the name of another chain"),
    Column("entries", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("revision", Integer, comment="of the instance, after the last step"),
    Column("digests", Json, nullable=False, comment="table -> digest of the instance's rows in it"),
    Column("version", Integer, nullable=False),
    Column("algorithm", String(16), nullable=False),
    Column("seal", String(64), nullable=False, comment="keyed hash over all of it"),
)

record_key = Table(
    "record_key",
    metadata,
    Column("id", String(16), primary_key=True, comment="names the key that is in force; see engine.keys"),
    Column("since", Instant, nullable=False),
    Column("seal", String(64), nullable=False),
)

incident = Table(
    "incident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", String(128)),
    Column("message", Text, nullable=False),
    Column("said", Json, comment=SAID),
    Column("raised_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(None, "instance_id"),
)

start_fault = Table(
    "start_fault",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False, comment="of the procedure that could not begin"),
    Column("name", Text, nullable=False),
    Column("element_id", String(128)),
    Column("element_name", Text),
    Column("message", Text, nullable=False, comment="the technical reason, without anything that was filled in"),
    Column("said", Json, comment=SAID),
    Column("person_id", ForeignKey("person.id"), comment="who tried to start it first; null: a schedule or an event"),
    Column("unit_code", ForeignKey("unit.code"), nullable=False, comment="for which that person acted"),
    Column("raised_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False, comment="when somebody tried last"),
    Column("times", Integer, nullable=False, comment="how often the same has been tried"),
    Column("closed_at", Instant),
    Column("closed_by", Text),
    Index(None, "closed_at", "raised_at"),
)

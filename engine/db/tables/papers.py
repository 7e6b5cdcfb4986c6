"""What is written and sent: documents and material."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from engine.db.rows import DocumentRow, MaterialRow, PaperDraftRow
from engine.db.tables.base import OUTERMOST, TableOf, metadata, only_where
from engine.db.types import Instant, Json

UNMADE = "pdf_sha256 IS NULL AND data IS NOT NULL"
"""A paper whose PDF is still to be made: an index of its own finds it."""

document: TableOf[DocumentRow] = TableOf(
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
    Column("element_id", String(64), comment="the service task that issued it"),
    Column("number", String(64), comment="文号, 青政移字〔2026〕12号; null: an internal paper has none"),
    Column("signed_by", ForeignKey("person.id"), comment="who signed it off"),
    Column("signed_at", Instant),
    Column("issued_on", Date, comment="成文日期, in Asia/Shanghai"),
    Column("letter_id", ForeignKey("letter_version.id"), comment="the wording and layout it was made with"),
    Column("data", Json, comment="every word of the paper, frozen; null: it has no letter"),
    Column("pdf_sha256", String(64), comment="null until the PDF/A is made, right after the step"),
    Column("render_failure", Text, comment="why the PDF could not be made last time; tried again"),
    Column("render_said", Json, comment="render_failure as a message, like notice.said"),
    Column("signed_for_at", Instant, comment="签收: somebody of the receiving unit has said so"),
    Column("signed_for_by", ForeignKey("person.id")),
    Column("voided_at", Instant, comment="作废: the number stays in the register and is not given again"),
    Column("voided_by", ForeignKey("person.id")),
    Column("void_reason", Text),
    Column("scope_id", ForeignKey("scope.id")),
    Index(None, "instance_id"),
    Index(None, "to_unit", "delivered_at", "id", **only_where(flag="copy")),
    Index("ix_document_unread", "to_unit", "read_at", "delivered_at", "id", **only_where(flag="copy")),
    Index(None, "from_unit", "number", "to_unit", unique=True),
    Index("ix_document_unmade", "delivered_at", "id", sqlite_where=text(UNMADE), postgresql_where=text(UNMADE)),
)

paper_making = Table(
    "paper_making",
    metadata,
    Column("document_id", ForeignKey("document.id"), primary_key=True),
    Column("wanted_at", Instant, comment="somebody has opened it then, and its PDF or its pages were not there"),
    Column("make_after", Instant, comment="nobody makes it before: somebody does now, or it could not be made"),
    Index(None, "wanted_at"),
)

paper_sequence = Table(
    "paper_sequence",
    metadata,
    Column("unit_code", ForeignKey("unit.code"), primary_key=True),
    Column("type_character", String(8), primary_key=True, comment="移, 受 …"),
    Column("year", Integer, primary_key=True, comment="of the 成文日期, in Asia/Shanghai"),
    Column("last", Integer, nullable=False, comment="the last number given; never goes back"),
)

letter_version = Table(
    "letter_version",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, comment="D01, D23-progress: the stem of its file"),
    Column("version", Integer, nullable=False, comment="1, 2, 3 … of the name; the highest is in force"),
    Column("sha256", String(64), nullable=False, comment="of wording and layout together"),
    Column("wording", Text, nullable=False, comment="the letter's own file, as it was"),
    Column("layout", Json, nullable=False, comment="file name -> text of each layout file"),
    Column("deployed_at", Instant, nullable=False),
    Column("deployed_by", Text, nullable=False),
    Index(None, "name", "version", unique=True),
)

paper_draft: TableOf[PaperDraftRow] = TableOf(
    "paper_draft",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("element_id", String(64), primary_key=True, comment="the service task that will issue the paper"),
    Column("scope_id", String(32), primary_key=True, server_default="", comment=OUTERMOST),
    Column("texts", Json, nullable=False, comment="title, paragraphs, attachments, contact as edited"),
    Column("generated", Json, nullable=False, comment="the same as the letter gave them when it was edited"),
    Column("saved_at", Instant, nullable=False),
    Column("saved_by", ForeignKey("person.id"), nullable=False),
)

material: TableOf[MaterialRow] = TableOf(
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

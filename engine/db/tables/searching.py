"""What instances are searched by; see db.searchable."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from engine.db.tables.base import metadata

search_word = Table(
    "search_word",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("kind", String(16), nullable=False, comment="number, title, paper, or the fact's name"),
    Column("fact_id", ForeignKey("fact.id"), comment="the fact that says it"),
    Column("document_id", ForeignKey("document.id"), comment="the paper that has the number"),
    Column(
        "words",
        Text().with_variant(Text(collation="C"), "postgresql"),
        nullable=False,
        comment="the text from one of its signs on, without brackets and blanks, 32 signs at most",
    ),
    Index(None, "words"),
    Index(None, "instance_id", "kind"),
)

"""What instances are searched by has a table of its own with an index, and is filled from what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

LEFT_OUT = "〔〕［］[]（）()【】"
SIGNS = 32
AT_ONCE = 5000
"""Rows that one statement puts in."""


def upgrade() -> None:
    op.create_table(
        "search_word",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False, comment="number, title, paper, or the fact's name"),
        sa.Column("fact_id", sa.Integer, comment="the fact that says it"),
        sa.Column("document_id", sa.String(32), comment="the paper that has the number"),
        sa.Column(
            "words",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
            comment="the text from one of its signs on, without brackets and blanks, 32 signs at most",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_word"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_search_word_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_search_word_fact_id_fact"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_search_word_document_id_document"),
    )
    _fill(op.get_bind())
    op.create_index("ix_search_word_words", "search_word", ["words"])
    op.create_index("ix_search_word_instance_id_kind", "search_word", ["instance_id", "kind"])
    op.create_index("ix_task_ended_by", "task", ["ended_by"])


def _fill(connection: sa.Connection) -> None:
    statement = sa.text(
        "INSERT INTO search_word (instance_id, kind, fact_id, document_id, words) "
        "VALUES (:instance_id, :kind, :fact_id, :document_id, :words)"
    )
    waiting: list[dict[str, object]] = []
    for row, text in _texts(connection):
        words = _bare(text)
        begun = dict.fromkeys(words[start : start + SIGNS] for start in range(len(words)))
        waiting += [{"fact_id": None, "document_id": None, **row, "words": part} for part in begun]
        if len(waiting) >= AT_ONCE:
            connection.execute(statement, waiting)
            waiting = []
    if waiting:
        connection.execute(statement, waiting)


def _texts(connection: sa.Connection) -> Iterator[tuple[dict[str, object], str]]:
    for row in connection.execute(sa.text("SELECT id, number, title FROM process_instance")).all():
        yield {"instance_id": row.id, "kind": "number"}, row.number
        yield {"instance_id": row.id, "kind": "title"}, row.title
    facts = "SELECT id, instance_id, name, value FROM fact WHERE name IN ('party_name', 'location')"
    for row in connection.execute(sa.text(facts)).all():
        if isinstance(value := json.loads(row.value), str):
            yield {"instance_id": row.instance_id, "kind": row.name, "fact_id": row.id}, value
    papers = "SELECT id, instance_id, number FROM document WHERE number IS NOT NULL"
    for row in connection.execute(sa.text(papers)).all():
        yield {"instance_id": row.instance_id, "kind": "paper", "document_id": row.id}, row.number


def _bare(text: str) -> str:
    return "".join(one for one in normalize("NFKC", text) if one not in LEFT_OUT and not one.isspace()).lower()


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""Papers: letters with numbers, signatures and seals, made from versions of wording and layout."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unit") as table:
        table.add_column(
            sa.Column("full_name", sa.Text, comment="as it stands on papers: 青河市生态环境局; null: the name")
        )
        table.add_column(sa.Column("phone", sa.Text, comment="of the office, for papers"))
    op.create_table(
        "letter_version",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False, comment="D01, D23-progress: the stem of its file"),
        sa.Column("version", sa.Integer, nullable=False, comment="1, 2, 3 … of the name; the highest is in force"),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of wording and layout together"),
        sa.Column("wording", sa.Text, nullable=False, comment="the letter's own file, as it was"),
        sa.Column("layout", Json, nullable=False, comment="file name -> text of each layout file"),
        sa.Column("deployed_at", Instant, nullable=False),
        sa.Column("deployed_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter_version"),
    )
    op.create_index("ix_letter_version_name_version", "letter_version", ["name", "version"], unique=True)
    op.create_table(
        "paper_sequence",
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("type_character", sa.String(8), nullable=False, comment="移, 受 …"),
        sa.Column("year", sa.Integer, nullable=False, comment="of the 成文日期, in Asia/Shanghai"),
        sa.Column("last", sa.Integer, nullable=False, comment="the last number given; never goes back"),
        sa.PrimaryKeyConstraint("unit_code", "type_character", "year", name="pk_paper_sequence"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_paper_sequence_unit_code_unit"),
    )
    op.create_table(
        "paper_draft",
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(64), nullable=False, comment="the service task that will issue the paper"),
        sa.Column("texts", Json, nullable=False, comment="title, paragraphs, attachments, contact as edited"),
        sa.Column("generated", Json, nullable=False, comment="the same as the letter gave them when it was edited"),
        sa.Column("saved_at", Instant, nullable=False),
        sa.Column("saved_by", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "element_id", name="pk_paper_draft"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_paper_draft_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_paper_draft_saved_by_person"),
    )
    columns: list[sa.Column[Any]] = [
        sa.Column("element_id", sa.String(64), comment="the service task that issued it"),
        sa.Column("number", sa.String(64), comment="文号, 青政移字〔2026〕12号; null: an internal paper has none"),
        sa.Column("signed_by", sa.String(32), comment="who signed it off"),
        sa.Column("signed_at", Instant),
        sa.Column("issued_on", sa.Date, comment="成文日期, in Asia/Shanghai"),
        sa.Column("letter_id", sa.String(32), comment="the wording and layout it was made with"),
        sa.Column("data", Json, comment="every word of the paper, frozen; null: it has no letter"),
        sa.Column("pdf_sha256", sa.String(64), comment="null until the PDF/A is made, right after the step"),
        sa.Column("render_failure", sa.Text, comment="why the PDF could not be made last time; tried again"),
        sa.Column("signed_for_at", Instant, comment="签收: somebody of the receiving unit has said so"),
        sa.Column("signed_for_by", sa.String(32)),
        sa.Column("voided_at", Instant, comment="作废: the number stays in the register and is not given again"),
        sa.Column("voided_by", sa.String(32)),
        sa.Column("void_reason", sa.Text),
    ]
    with op.batch_alter_table("document") as table:
        for column in columns:
            table.add_column(column)
        for name, target in (
            ("signed_by", "person"), ("signed_for_by", "person"), ("voided_by", "person"), ("letter_id", "letter_version"),
        ):  # fmt: skip
            table.create_foreign_key(f"fk_document_{name}_{target}", target, [name], ["id"])
        table.create_index("ix_document_from_unit_number_to_unit", ["from_unit", "number", "to_unit"], unique=True)
        table.create_index("ix_document_pdf_sha256", ["pdf_sha256"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

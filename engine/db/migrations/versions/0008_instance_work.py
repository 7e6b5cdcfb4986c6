"""What people do with an instance beside its tasks: copies, comments, corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="whose member may read"),
        sa.Column("role", sa.String(32), comment="its holders may read; null when one person is named"),
        sa.Column("person_id", sa.String(32), comment="may read while acting for the unit; null for a role"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("from_unit", sa.String(64), nullable=False),
        sa.Column("sent_by", sa.String(32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), comment="from then on it is not read any more"),
        sa.Column("revoked_by", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_reader"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_reader_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_reader_unit_code_unit"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reader_person_id_person"),
        sa.ForeignKeyConstraint(["from_unit"], ["unit.code"], name="fk_reader_from_unit_unit"),
        sa.ForeignKeyConstraint(["sent_by"], ["person.id"], name="fk_reader_sent_by_person"),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name="fk_reader_revoked_by_person"),
        sa.CheckConstraint("(role is null) <> (person_id is null)", name="ck_reader_addressee"),
    )
    op.create_index("ix_reader_instance_id", "reader", ["instance_id"])
    op.create_index("ix_reader_unit_code", "reader", ["unit_code"])
    op.create_table(
        "reading",
        sa.Column("reader_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column(
            "read_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the first look; later ones are not kept",
        ),
        sa.PrimaryKeyConstraint("reader_id", "person_id", name="pk_reading"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_reading_reader_id_reader"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reading_person_id_person"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_reading_instance_id_process_instance"
        ),
    )
    op.create_index("ix_reading_instance_id", "reading", ["instance_id"])
    op.create_table(
        "comment",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False, comment="true: never shown to another unit"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "retracted_at",
            sa.DateTime(timezone=True),
            comment="the text is shown to nobody from then on; the audit keeps it",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_comment_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_comment_unit_code_unit"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_comment_person_id_person"),
    )
    op.create_index("ix_comment_instance_id_said_at", "comment", ["instance_id", "said_at"])
    op.create_table(
        "mention",
        sa.Column("comment_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="for which the person acts"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "person_id", name="pk_mention"),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name="fk_mention_comment_id_comment"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mention_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_mention_unit_code_unit"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_mention_instance_id_process_instance"
        ),
    )
    op.create_index("ix_mention_instance_id", "mention", ["instance_id"])
    op.create_table(
        "correction",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(64), nullable=False, comment="of the fact"),
        sa.Column("task_id", sa.String(32), comment="in which the fact was said; null: in the start form"),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="who said the fact, proposes and approves"),
        sa.Column("old_value", sa.Text(), nullable=False, comment="see db.values"),
        sa.Column("new_value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="open, approved, rejected, taken_back, lapsed"),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("opinion", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_correction_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_correction_task_id_task"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_correction_unit_code_unit"),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"], name="fk_correction_proposed_by_person"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_correction_decided_by_person"),
        sa.CheckConstraint(
            "status in ('open', 'approved', 'rejected', 'taken_back', 'lapsed')", name="ck_correction_status"
        ),
    )
    op.create_index("ix_correction_instance_id", "correction", ["instance_id"])
    op.create_index("ix_correction_status_unit_code", "correction", ["status", "unit_code"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""Requests that were answered once, ends of posts that were carried out, and faults at the start of a procedure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post",
        sa.Column(
            "left_at", Instant, comment="when what its holder had claimed was let go after its end; null until then"
        ),
    )
    op.create_index("ix_post_left_at_valid_to", "post", ["left_at", "valid_to"])
    op.create_index("ix_task_assignee_id_status", "task", ["assignee_id", "status"])
    op.create_table(
        "sent_form",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(64), nullable=False, comment="of the form as it was shown, and where it was sent to"),
        sa.Column("part", sa.Integer, nullable=False, comment="which of the transactions of one request"),
        sa.Column("content_hash", sa.String(64), nullable=False, comment="of what was sent"),
        sa.Column("answer", Json, nullable=False, comment="what the transaction gave, for whoever sends it again"),
        sa.Column("sent_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "id", "part", name="pk_sent_form"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sent_form_person_id_person"),
    )
    op.create_index("ix_sent_form_sent_at", "sent_form", ["sent_at"])
    op.create_table(
        "start_fault",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="of the procedure that could not begin"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("element_id", sa.String(128)),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False, comment="who tried to start it"),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="for which that person acted"),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_start_fault"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_fault_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_start_fault_unit_code_unit"),
    )
    op.create_index("ix_start_fault_closed_at_raised_at", "start_fault", ["closed_at", "raised_at"])
    op.create_table(
        "start_fault_receipt",
        sa.Column("fault_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False, comment="a system administrator at that moment"),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("read_at", Instant),
        sa.Column("mail_at", Instant, comment="when the mail is tried next; null: sent, given up, or not wanted"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("fault_id", "person_id", name="pk_start_fault_receipt"),
        sa.ForeignKeyConstraint(["fault_id"], ["start_fault.id"], name="fk_start_fault_receipt_fault_id_start_fault"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_fault_receipt_person_id_person"),
    )
    op.create_index("ix_start_fault_receipt_person_id_read_at", "start_fault_receipt", ["person_id", "read_at"])
    op.create_index("ix_start_fault_receipt_mail_at", "start_fault_receipt", ["mail_at"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

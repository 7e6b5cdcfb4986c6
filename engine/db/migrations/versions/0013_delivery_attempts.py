"""How every attempt to send a message went, that somebody wants it sent again, and why a case file is not yet made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "outbox",
        sa.Column(
            "round_from",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="attempts when somebody had it sent again; waiting begins anew",
        ),
    )
    op.create_table(
        "delivery_attempt",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="of what became of the message, from 1"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.String(16),
            nullable=False,
            comment="sent, failed, given_up, or again: somebody wants it sent",
        ),
        sa.Column("reason", sa.Text(), comment="why it did not go out"),
        sa.Column("person_id", sa.String(32), comment="who wants it sent again"),
        sa.Column("by", sa.Text(), comment="who wants it sent again on the command line"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_attempt"),
        sa.ForeignKeyConstraint(["message_id"], ["outbox.id"], name="fk_delivery_attempt_message_id_outbox"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_delivery_attempt_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_delivery_attempt_person_id_person"),
        sa.UniqueConstraint("message_id", "number", name="uq_delivery_attempt_message_id_number"),
        sa.CheckConstraint("outcome in ('sent', 'failed', 'given_up', 'again')", name="ck_delivery_attempt_outcome"),
    )
    op.add_column(
        "archive_package",
        sa.Column(
            "failure", sa.Text(), comment="why it could not be made the last time, in words; null once it is made"
        ),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

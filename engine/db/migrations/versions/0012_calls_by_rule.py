"""Calls settle the version of the other procedure, and a message to an instance is taken once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("definition_version") as table:
        table.add_column(
            sa.Column("pins", Json, nullable=True, comment="element id -> the version that it begins; null: none")
        )
    op.create_table(
        "delivered_message",
        sa.Column("id", sa.String(128), nullable=False, comment="the sender's own; taken once"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False, comment="the button or the task that it was for"),
        sa.Column("person_id", sa.String(32), nullable=False, comment="in whose name"),
        sa.Column("delivered_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delivered_message"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_delivered_message_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_delivered_message_person_id_person"),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

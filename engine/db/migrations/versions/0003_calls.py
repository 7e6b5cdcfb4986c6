"""Procedures call each other: an instance knows which one called or started it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("process_instance") as table:
        table.add_column(
            sa.Column("origin_instance_id", sa.String(32), comment="which called or started this one", nullable=True)
        )
        table.add_column(
            sa.Column(
                "origin_task_id", sa.String(32), comment="the call that waits for the end of this one", nullable=True
            )
        )
        table.create_foreign_key(
            "fk_process_instance_origin_instance_id_process_instance",
            "process_instance",
            ["origin_instance_id"],
            ["id"],
        )
        table.create_index("ix_process_instance_origin_instance_id", ["origin_instance_id"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""A period may stand still: it is then neither running nor over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATUS = "status in ('running', 'overdue', 'paused', 'met', 'met_late', 'cancelled')"


def upgrade() -> None:
    with op.batch_alter_table("deadline") as table:
        table.alter_column(
            "status",
            existing_type=sa.String(16),
            existing_nullable=False,
            comment="running, overdue, paused, met, met_late, cancelled",
        )
        table.drop_constraint(op.f("ck_deadline_ck_deadline_status"), type_="check")
        table.create_check_constraint(op.f("ck_deadline_status"), STATUS)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

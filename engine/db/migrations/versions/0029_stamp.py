"""Each part of the city that steps only read has a version, so that a process may keep it between transactions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("subject", sa.String(32), nullable=False, comment="one of db.stamp.SUBJECTS"),
        sa.Column(
            "version",
            sa.String(32),
            nullable=False,
            comment="a new name whenever a table of the subject is written",
        ),
        sa.PrimaryKeyConstraint("subject", name="pk_stamp"),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

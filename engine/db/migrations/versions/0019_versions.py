"""Why a version was deployed, procedures that are retired, and shipped files that could not be deployed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "definition_version",
        sa.Column("reason", sa.Text(), comment="why it was deployed, in the words of whoever did; null: not said"),
    )
    op.add_column(
        "definition_version",
        sa.Column("restores", sa.Integer(), comment="the earlier version whose content came back with this one"),
    )
    op.create_table(
        "retirement",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="the procedure that nobody may start"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revived_at", sa.DateTime(timezone=True), comment="null: it is retired"),
        sa.Column("revived_by", sa.Text()),
        sa.Column("revived_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_retirement"),
    )
    op.create_index("ix_retirement_key", "retirement", ["key"])
    op.create_table(
        "waiting_file",
        sa.Column("name", sa.String(255), nullable=False, comment="a shipped diagram that could not be deployed"),
        sa.Column("outcome", sa.String(16), nullable=False, comment="waits (for units), refused"),
        sa.Column("message", sa.Text(), nullable=False, comment="why, in words"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_waiting_file"),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

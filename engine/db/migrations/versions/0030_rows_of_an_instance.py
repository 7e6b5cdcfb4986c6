"""Everything of an instance is found by an index, also drafts, ticks and messages: they are read with its other rows."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("task_draft", "checked_paper", "outbox"):
        op.create_index(f"ix_{table}_instance_id", table, ["instance_id"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

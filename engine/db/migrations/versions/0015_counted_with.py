"""With which calendar the periods of an instance were counted last, so that another one is followed by every instance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "process_instance",
        sa.Column(
            "calendar_version",
            sa.String(64),
            comment="with which its periods were counted last; null: before that was kept",
        ),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

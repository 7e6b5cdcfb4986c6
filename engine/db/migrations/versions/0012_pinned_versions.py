"""A version of a procedure knows which versions of others it calls, where its diagram settles that at deployment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Json

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("definition_version") as table:
        table.add_column(
            sa.Column("pins", Json, nullable=True, comment="element id -> the version that it begins; null: none")
        )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

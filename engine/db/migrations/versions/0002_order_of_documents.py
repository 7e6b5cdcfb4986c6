"""Documents of one instance keep their order, even when they are delivered at the same instant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("document") as table:
        table.add_column(
            sa.Column(
                "sequence",
                sa.Integer(),
                nullable=False,
                server_default="1",
                comment="1, 2, 3 … within the instance, in the order of delivery",
            )
        )
    op.execute(
        "UPDATE document SET sequence = (SELECT count(*) FROM document AS earlier "
        "WHERE earlier.instance_id = document.instance_id "
        "AND (earlier.delivered_at < document.delivered_at "
        "OR (earlier.delivered_at = document.delivered_at AND earlier.id <= document.id)))"
    )
    with op.batch_alter_table("document") as table:
        table.alter_column("sequence", server_default=None)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""A person chooses the language of the pages, and large type; who has not chosen keeps what the pages give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("language", sa.String(8), comment="of the pages: zh or en; null while the person has not chosen"),
    )
    op.add_column(
        "person",
        sa.Column(
            "large_type",
            sa.Boolean,
            comment="whether the pages are in large type; null while the person has not chosen",
        ),
    )

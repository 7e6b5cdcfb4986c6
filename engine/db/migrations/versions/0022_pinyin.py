"""A matter is found by how its title is read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pypinyin import lazy_pinyin

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "matter",
        sa.Column(
            "pinyin", sa.Text, nullable=False, server_default="", comment="how the title is read: zhan dao jing ying"
        ),
    )
    connection = op.get_bind()
    for code, title in connection.execute(sa.text("SELECT code, title FROM matter")).all():
        read = "".join(part if part.isalnum() else " " for part in " ".join(lazy_pinyin(title)).lower())
        connection.execute(
            sa.text("UPDATE matter SET pinyin = :read WHERE code = :code"),
            {"read": " ".join(read.split()), "code": code},
        )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

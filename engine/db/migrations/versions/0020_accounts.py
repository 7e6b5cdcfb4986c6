"""One-time passwords, browsers that a person is known by, and accounts that were opened again before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column(
            "must_change_password",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="the password was given out once: nothing else may be done before it is changed",
        ),
    )
    op.add_column("person", sa.Column("unlocked_at", Instant(), comment="wrong tries before this count no longer"))
    op.add_column(
        "sign_in_failure",
        sa.Column("browser", sa.String(64), comment="known_browser.token_hash; null: from a browser not known"),
    )
    op.create_table(
        "known_browser",
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of the id in the browser's cookie"),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("known_since", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_known_browser"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_known_browser_person_id_person"),
    )
    op.create_index("ix_known_browser_person_id", "known_browser", ["person_id"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

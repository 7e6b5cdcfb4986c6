"""Where every chain ends is kept and sealed; entries say by which form and algorithm they were hashed.

What was recorded before keeps its form, 1. It is sealed once, when the program that has this revision first starts.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "audit_entry",
        sa.Column(
            "version", sa.Integer(), nullable=False, server_default="1", comment="of the form in which it was hashed"
        ),
    )
    op.add_column("audit_entry", sa.Column("algorithm", sa.String(16), nullable=False, server_default="sha256"))
    op.add_column(
        "audit_entry",
        sa.Column("sealed", sa.Text(), comment="table -> digest of the instance's rows in it, of those that changed"),
    )
    op.add_column("audit_head", sa.Column("algorithm", sa.String(16), comment="of the seal"))
    op.add_column(
        "audit_head", sa.Column("seal", sa.String(64), comment="keyed hash; null: made before there were seals")
    )
    op.create_table(
        "chain_head",
        sa.Column("chain", sa.String(128), nullable=False, comment="the instance's id, or the name of another chain"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), comment="of the instance, after the last step"),
        sa.Column("digests", sa.Text(), nullable=False, comment="table -> digest of the instance's rows in it"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False, comment="keyed hash over all of it"),
        sa.PrimaryKeyConstraint("chain", name="pk_chain_head"),
    )
    op.create_table(
        "record_key",
        sa.Column("id", sa.String(16), nullable=False, comment="names the key that is in force; see engine.keys"),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_key"),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""The case file of an ended instance: who keeps it, and the chain of what a unit keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "archive_package",
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="who keeps the case file (R47, R48)"),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False, comment="the end of the instance"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True, comment="null while it waits to be made"),
        sa.Column("sequence", sa.Integer(), nullable=True, comment="1, 2, 3 … without a gap within the unit"),
        sa.Column("file_name", sa.String(200), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("previous_sha256", sa.String(64), nullable=True, comment="of the unit's package before it"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_archive_package_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_archive_package_unit_code_unit"),
        sa.PrimaryKeyConstraint("instance_id", name="pk_archive_package"),
        sa.UniqueConstraint("unit_code", "sequence", name="uq_archive_package_unit_code_sequence"),
    )
    op.create_index("ix_archive_package_made_at", "archive_package", ["made_at"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

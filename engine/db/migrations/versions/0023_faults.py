"""What is told to whoever looks after the installation belongs to no instance; a fault at a start is counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "start_fault",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, comment="of the procedure that could not begin"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("element_id", sa.String(128)),
        sa.Column("element_name", sa.Text),
        sa.Column(
            "message", sa.Text, nullable=False, comment="the technical reason, without anything that was filled in"
        ),
        sa.Column("person_id", sa.String(32), nullable=False, comment="who tried to start it first"),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="for which that person acted"),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False, comment="when somebody tried last"),
        sa.Column("times", sa.Integer, nullable=False, comment="how often the same has been tried"),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_start_fault"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_fault_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_start_fault_unit_code_unit"),
    )
    op.create_index("ix_start_fault_closed_at_raised_at", "start_fault", ["closed_at", "raised_at"])
    # What is told to whoever looks after the installation belongs to no instance.
    for table, comment in (
        ("notice", "null: for who looks after the installation"),
        ("notice_receipt", "the notice's"),
        ("outbox", "the notice's"),
        ("delivery_attempt", "the notice's"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("instance_id", existing_type=sa.String(32), nullable=True, comment=comment)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

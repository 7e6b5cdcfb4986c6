"""What disputes have settled about the 职责边界清单: proposals, and versioned entries made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duty_proposal",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False, comment="the dispute that was settled"),
        sa.Column("matter_code", sa.String(64), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="who handles the matter from now on"),
        sa.Column("division", sa.Text, comment="who does what, in the words of the paper"),
        sa.Column("source", sa.Text, nullable=False, comment="what settled it: 裁决决定, 协调意见书, 协商一致意见"),
        sa.Column("number", sa.Text, comment="文号 of that paper"),
        sa.Column("dated", sa.Date, nullable=False, comment="the day of that paper, in Asia/Shanghai"),
        sa.Column("proposed_at", Instant, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="open, adopted, rejected"),
        sa.Column("decided_by", sa.String(32)),
        sa.Column("decided_at", Instant),
        sa.Column("reason", sa.Text, comment="why it was adopted or rejected"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_proposal"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_duty_proposal_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["matter_code"], ["matter.code"], name="fk_duty_proposal_matter_code_matter"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_duty_proposal_unit_code_unit"),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_duty_proposal_decided_by_person"),
        sa.CheckConstraint("status in ('open', 'adopted', 'rejected')", name="ck_duty_proposal_status"),
    )
    op.create_index("ix_duty_proposal_instance_id", "duty_proposal", ["instance_id"])
    op.create_index("ix_duty_proposal_status", "duty_proposal", ["status"])
    op.create_table(
        "duty_entry",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("matter_code", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="1, 2, 3 … of the matter; earlier ones stay"),
        sa.Column("proposal_id", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False, comment="in Asia/Shanghai; until a later version begins"),
        sa.PrimaryKeyConstraint("id", name="pk_duty_entry"),
        sa.ForeignKeyConstraint(["matter_code"], ["matter.code"], name="fk_duty_entry_matter_code_matter"),
        sa.ForeignKeyConstraint(["proposal_id"], ["duty_proposal.id"], name="fk_duty_entry_proposal_id_duty_proposal"),
    )
    op.create_index("ix_duty_entry_matter_code_version", "duty_entry", ["matter_code", "version"], unique=True)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""What people do with tasks among themselves, taking back, and notices to one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KINDS = "kind in ('transfer', 'return', 'delegation', 'consultation', 'send_back', 'take_back', 'urge')"


def upgrade() -> None:
    op.create_table(
        "hand_over",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=False, comment="the task from which it was done"),
        sa.Column(
            "kind",
            sa.String(16),
            nullable=False,
            comment="transfer, return, delegation, consultation, send_back, take_back, urge",
        ),
        sa.Column("from_person", sa.String(32), nullable=False),
        sa.Column("from_unit", sa.String(64), nullable=False, comment="for which that person acted"),
        sa.Column("to_person", sa.String(32), nullable=True, comment="null: to nobody in particular"),
        sa.Column("to_task", sa.String(32), nullable=True, comment="the task that sending or taking back opened again"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why, or what is asked"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True, comment="of a delegate or of somebody who was consulted"),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the asker no longer waits for the answer",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_hand_over_instance_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_hand_over_task_id"),
        sa.ForeignKeyConstraint(["from_person"], ["person.id"], name="fk_hand_over_from_person"),
        sa.ForeignKeyConstraint(["from_unit"], ["unit.code"], name="fk_hand_over_from_unit"),
        sa.ForeignKeyConstraint(["to_person"], ["person.id"], name="fk_hand_over_to_person"),
        sa.CheckConstraint(_KINDS, name="ck_hand_over_kind"),
    )
    op.create_index("ix_hand_over_instance_id", "hand_over", ["instance_id"])
    op.create_index("ix_hand_over_task_id", "hand_over", ["task_id"])
    op.create_index("ix_hand_over_to_person_kind", "hand_over", ["to_person", "kind"])
    op.create_index("ix_hand_over_to_task", "hand_over", ["to_task"])
    op.create_table(
        "undo_point",
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=False, comment="the last task that was completed"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="after it; nothing may have moved the instance since"
        ),
        sa.Column("state", sa.LargeBinary(), nullable=False, comment="before it; see bpmn.state"),
        sa.Column("taken", sa.Text(), nullable=False, comment="sequence flows passed before it"),
        sa.Column("timers", sa.Text(), nullable=False, comment="rows of the drawn timers before it"),
        sa.Column("answers", sa.Text(), nullable=False, comment="what was answered, as the browser sent it"),
        sa.PrimaryKeyConstraint("instance_id", name="pk_undo_point"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_undo_point_instance_id"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_undo_point_task_id"),
    )
    with op.batch_alter_table("task") as table:
        table.add_column(
            sa.Column(
                "undone",
                sa.String(16),
                nullable=True,
                comment="sent_back or taken_back: what ended it, or took its completion back",
            )
        )
    with op.batch_alter_table("notice") as table:
        table.add_column(
            sa.Column(
                "person_id",
                sa.String(32),
                nullable=True,
                comment="the one person it is for; null: all holders of the roles",
            )
        )
        table.create_foreign_key("fk_notice_person_id", "person", ["person_id"], ["id"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

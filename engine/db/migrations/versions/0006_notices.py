"""Notices have receipts and an outbox; people choose how they are told; what stays overdue is an item of supervision.

Notices of before have no receipts: nobody is told again of what is long past.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(
            sa.Column(
                "email", sa.String(254), comment="where notices go outside the pages; null: nowhere", nullable=True
            )
        )
    with op.batch_alter_table("notice") as table:
        table.alter_column("kind", comment="one of notices.kinds.GROUP_OF", existing_type=sa.String(16))
        table.alter_column(
            "roles", comment="whose holders are told; may be empty when it is for one person", existing_type=sa.Text()
        )
        table.add_column(sa.Column("person_id", sa.String(32), comment="a notice to one person", nullable=True))
        table.add_column(sa.Column("task_id", sa.String(32), comment="the task it speaks of", nullable=True))
        table.add_column(sa.Column("step", sa.Text(), comment="the name of the step it speaks of", nullable=True))
        table.create_foreign_key("fk_notice_person_id_person", "person", ["person_id"], ["id"])
        table.create_foreign_key("fk_notice_task_id_task", "task", ["task_id"], ["id"])
        table.create_index("ix_notice_task_id", ["task_id"])
        table.create_index("ix_notice_deadline_id", ["deadline_id"])
    op.create_table(
        "notice_receipt",
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), comment="the notice's, so that counting needs no join", nullable=False),
        sa.Column(
            "received_at", Instant(), comment="later than the notice for who took up the post later", nullable=False
        ),
        sa.Column("read_at", Instant(), comment="when this person opened it", nullable=True),
        sa.Column(
            "cleared_at",
            Instant(),
            comment="when it left the unread ones: read, or what it asked for was done",
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_notice_receipt_notice_id_notice"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_receipt_person_id_person"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_notice_receipt_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_notice_receipt_unit_code_unit"),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name="pk_notice_receipt"),
    )
    op.create_index("ix_notice_receipt_person_id_cleared_at", "notice_receipt", ["person_id", "cleared_at"])
    op.create_index("ix_notice_receipt_person_id_received_at", "notice_receipt", ["person_id", "received_at"])
    op.create_index("ix_notice_receipt_instance_id", "notice_receipt", ["instance_id"])
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.String(32),
            comment="stays the same for every attempt; receivers drop repeats by it",
            nullable=False,
        ),
        sa.Column("notice_id", sa.String(32), nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(64), comment="mail, webhook, robot:<number>", nullable=False),
        sa.Column("person_id", sa.String(32), comment="null: for a machine or a group", nullable=True),
        sa.Column("address", sa.Text(), comment="where the last attempt went", nullable=True),
        sa.Column(
            "status", sa.String(16), comment="waiting, failed (is tried again), sent, given_up, dropped", nullable=False
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_try_at", Instant(), comment="how long it is tried is counted from here", nullable=True),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("lease", sa.String(32), comment="of the worker that is sending it", nullable=True),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("reason", sa.Text(), comment="of the last failure, in words", nullable=True),
        sa.CheckConstraint(
            "status in ('waiting', 'failed', 'sent', 'given_up', 'dropped')", name=op.f("ck_outbox_status")
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name="fk_outbox_notice_id_notice"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_outbox_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_outbox_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_channel_status_next_try_at", "outbox", ["channel", "status", "next_try_at"])
    op.create_index("ix_outbox_status", "outbox", ["status"])
    op.create_index("ix_outbox_notice_id", "outbox", ["notice_id"])
    op.create_table(
        "notice_preference",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("handling_app", sa.Boolean(), nullable=False),
        sa.Column("handling_mail", sa.Boolean(), nullable=False),
        sa.Column("info_app", sa.Boolean(), nullable=False),
        sa.Column("info_mail", sa.Boolean(), nullable=False),
        sa.Column(
            "quiet_from",
            sa.Integer(),
            comment="minutes after midnight in Asia/Shanghai; null: no quiet hours",
            nullable=True,
        ),
        sa.Column(
            "quiet_to",
            sa.Integer(),
            comment="exclusive; before quiet_from when the quiet hours span midnight",
            nullable=True,
        ),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_preference_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", name="pk_notice_preference"),
    )
    op.create_table(
        "supervision_item",
        sa.Column("deadline_id", sa.String(32), comment="one for a period, however long it is over", nullable=False),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), comment="which has not met its period", nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), comment="when the period was met or fell away", nullable=True),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name="fk_supervision_item_deadline_id_deadline"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_supervision_item_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_supervision_item_unit_code_unit"),
        sa.PrimaryKeyConstraint("deadline_id", name="pk_supervision_item"),
    )
    op.create_index("ix_supervision_item_closed_at_opened_at", "supervision_item", ["closed_at", "opened_at"])
    op.create_index("ix_supervision_item_instance_id", "supervision_item", ["instance_id"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

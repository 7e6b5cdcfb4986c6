"""What the worker looks for at every tick is found in indexes, and a parked instance keeps no timer that is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UNWATCHED = "status = 'open' AND deadline_key IS NULL"
UNMADE_PAPER = "pdf_sha256 IS NULL AND data IS NOT NULL"
UNMADE_PACKAGE = "made_at IS NULL"


def upgrade() -> None:
    _timers()
    op.create_table(
        "worker_tick",
        sa.Column("worker_id", sa.String(32), nullable=False, comment="of one process, made when it begins"),
        sa.Column(
            "ticked_at",
            Instant,
            nullable=False,
            comment="to a quarter of a minute: the last tick that went through",
        ),
        sa.PrimaryKeyConstraint("worker_id", name="pk_worker_tick"),
    )
    _making()
    op.create_index("ix_process_instance_status_calendar_version", "process_instance", ["status", "calendar_version"])
    op.create_index(
        "ix_task_unwatched",
        "task",
        ["status", "deadline_key"],
        sqlite_where=sa.text(UNWATCHED),
        postgresql_where=sa.text(UNWATCHED),
    )
    op.create_index(
        "ix_person_gone", "person", ["id"], sqlite_where=sa.text("active = 0"), postgresql_where=sa.text("NOT active")
    )
    op.drop_index("ix_post_person_id", "post")
    op.create_index("ix_post_person_id_left_at", "post", ["person_id", "left_at"])


def _timers() -> None:
    comment = "due_at as it is again when the parked instance is resumed"
    with op.batch_alter_table("timer") as batch:
        batch.add_column(sa.Column("parked_due_at", Instant, comment=comment))
        batch.alter_column(
            "due_at",
            existing_type=Instant,
            existing_nullable=True,
            comment="null: armed, but dormant, or its instance is parked",
        )
        batch.drop_index("ix_timer_due_at")
        batch.create_index("ix_timer_due_at_id", ["due_at", "id"])
    of = "instance_id IN (SELECT id FROM process_instance WHERE status = '{}')"
    op.execute(f"DELETE FROM timer WHERE {of.format('ended')}")
    op.execute(f"UPDATE timer SET parked_due_at = due_at, due_at = NULL WHERE {of.format('incident')}")


def _making() -> None:
    held = "nobody makes it before: somebody does now, or it could not be made"
    op.create_table(
        "paper_making",
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("wanted_at", Instant, comment="somebody has opened it then, and its PDF or its pages were not there"),
        sa.Column("make_after", Instant, comment=held),
        sa.PrimaryKeyConstraint("document_id", name="pk_paper_making"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_paper_making_document_id_document"),
    )
    op.create_index("ix_paper_making_wanted_at", "paper_making", ["wanted_at"])
    op.drop_index("ix_document_pdf_sha256", "document")
    op.create_index(
        "ix_document_unmade",
        "document",
        ["delivered_at", "id"],
        sqlite_where=sa.text(UNMADE_PAPER),
        postgresql_where=sa.text(UNMADE_PAPER),
    )
    op.add_column("archive_package", sa.Column("make_after", Instant, comment=held))
    op.drop_index("ix_archive_package_made_at", "archive_package")
    op.create_index(
        "ix_archive_package_unmade",
        "archive_package",
        ["wanted_at", "instance_id"],
        sqlite_where=sa.text(UNMADE_PACKAGE),
        postgresql_where=sa.text(UNMADE_PACKAGE),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

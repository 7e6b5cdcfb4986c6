"""What a reader has ticked as read at a task is kept, for this reader alone, until the task is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checked_paper",
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("paper", sa.String(200), nullable=False, comment="document/ID, material/ID or draft/ELEMENT/WORDS"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("checked_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("task_id", "person_id", "paper", name="pk_checked_paper"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_checked_paper_task_id_task"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_checked_paper_person_id_person"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_checked_paper_instance_id_process_instance"
        ),
    )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

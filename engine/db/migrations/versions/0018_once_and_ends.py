"""Requests that were answered once, and ends of posts that were carried out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "post",
        sa.Column(
            "left_at", Instant, comment="when what its holder had claimed was let go after its end; null until then"
        ),
    )
    op.create_index("ix_post_left_at_valid_to", "post", ["left_at", "valid_to"])
    op.create_index("ix_task_assignee_id_status", "task", ["assignee_id", "status"])
    op.create_table(
        "sent_form",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("id", sa.String(64), nullable=False, comment="of the form as it was shown, and where it was sent to"),
        sa.Column("part", sa.Integer, nullable=False, comment="which of the transactions of one request"),
        sa.Column("content_hash", sa.String(64), nullable=False, comment="of what was sent"),
        sa.Column("answer", Json, nullable=False, comment="what the transaction gave, for whoever sends it again"),
        sa.Column("sent_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "id", "part", name="pk_sent_form"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sent_form_person_id_person"),
    )
    op.create_index("ix_sent_form_sent_at", "sent_form", ["sent_at"])


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

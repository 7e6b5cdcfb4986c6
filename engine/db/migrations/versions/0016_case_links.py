"""Which instances name which others in a form, so that both tell of each other. What was named before is found too."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NAMING = ("related_case", "origin_case", "linked_case", "handled_case", "new_referral_number")
"""The facts that hold another case's number in the procedures as they are delivered."""


def upgrade() -> None:
    op.create_table(
        "case_link",
        sa.Column("instance_id", sa.String(32), nullable=False, comment="which names the other"),
        sa.Column(
            "fact", sa.String(64), nullable=False, comment="the fact that holds the other's number: related_case"
        ),
        sa.Column("named_id", sa.String(32), nullable=False),
        sa.Column("task_id", sa.String(32), comment="in which it was named; null: at the start, or handed over"),
        sa.PrimaryKeyConstraint("instance_id", "fact", name="pk_case_link"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_case_link_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["named_id"], ["process_instance.id"], name="fk_case_link_named_id_process_instance"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_case_link_task_id_task"),
    )
    op.create_index("ix_case_link_named_id", "case_link", ["named_id"])
    _link_what_was_named()


def _link_what_was_named() -> None:
    connection = op.get_bind()
    said = connection.execute(
        sa.text("SELECT instance_id, name, value, task_id FROM fact WHERE name IN :names ORDER BY id").bindparams(
            sa.bindparam("names", NAMING, expanding=True)
        )
    )
    latest = {(row.instance_id, row.name): row for row in said}
    for (instance_id, name), row in latest.items():
        value = json.loads(row.value) if isinstance(row.value, str) else row.value
        named = connection.execute(
            sa.text("SELECT id FROM process_instance WHERE number = :number AND id <> :own"),
            {"number": value if isinstance(value, str) else "", "own": instance_id},
        ).scalar()
        if named is not None:
            connection.execute(
                sa.text(
                    "INSERT INTO case_link (instance_id, fact, named_id, task_id) VALUES (:own, :fact, :named, :task)"
                ),
                {"own": instance_id, "fact": name, "named": named, "task": row.task_id},
            )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

"""What is said, asked, counted and written within a sub-process or an iteration belongs to it.

What was there before lies in no scope but the instance itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SPECIFICATION = "by which meaning it runs, as JSON"
"""What the column of that name has been called since instances run by our own classes."""
OUTERMOST = "the scope that it is in; empty: the instance itself"


def upgrade() -> None:
    op.create_table(
        "scope",
        sa.Column("id", sa.String(32), nullable=False, comment="the engine's own id of what has begun"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("parent_id", sa.String(32), comment="the scope around it; null: the instance itself"),
        sa.Column(
            "element_id", sa.String(128), nullable=False, comment="the sub-process, or the activity that is repeated"
        ),
        sa.Column("position", sa.Integer, comment="0, 1, 2 … among the iterations; null: it is not repeated"),
        sa.Column("item", Json, comment="of the list, for this iteration; see db.values"),
        sa.Column("run_id", sa.String(32), comment="the activity whose iteration it is, the same for all of them"),
        sa.Column(
            "apart",
            sa.Boolean,
            nullable=False,
            comment="what is said in it is seen in it alone: one of several iterations",
        ),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("ended_at", Instant, comment="it was left, or ended by something around it"),
        sa.Column("done", sa.Boolean, nullable=False, comment="an iteration that came to its own end"),
        sa.PrimaryKeyConstraint("id", name="pk_scope"),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name="fk_scope_instance_id_process_instance"),
        sa.ForeignKeyConstraint(["parent_id"], ["scope.id"], name="fk_scope_parent_id_scope"),
    )
    op.create_index("ix_scope_instance_id", "scope", ["instance_id"])
    for table in ("task", "fact", "deadline", "timer", "document"):
        _belongs(table)
    _belongs("correction", "the fact's")
    _rebuild(
        "fired_timer",
        [
            sa.Column("instance_id", sa.String(32), nullable=False),
            sa.Column("element_id", sa.String(128), nullable=False, comment="a drawn timer that leaves its task open"),
            sa.Column("due_at", Instant, nullable=False, comment="the instant at which it was due"),
            sa.Column("scope_id", sa.String(32), nullable=False, server_default="", comment=OUTERMOST),
            sa.Column("fired_at", Instant, nullable=False, comment="when it did its work for that instant last"),
            sa.PrimaryKeyConstraint("instance_id", "element_id", "due_at", "scope_id", name="pk_fired_timer"),
        ],
    )
    _rebuild(
        "paper_draft",
        [
            sa.Column("instance_id", sa.String(32), nullable=False),
            sa.Column(
                "element_id", sa.String(64), nullable=False, comment="the service task that will issue the paper"
            ),
            sa.Column("scope_id", sa.String(32), nullable=False, server_default="", comment=OUTERMOST),
            sa.Column("texts", Json, nullable=False, comment="title, paragraphs, attachments, contact as edited"),
            sa.Column("generated", Json, nullable=False, comment="the same as the letter gave them when it was edited"),
            sa.Column("saved_at", Instant, nullable=False),
            sa.Column("saved_by", sa.String(32), nullable=False),
            sa.PrimaryKeyConstraint("instance_id", "element_id", "scope_id", name="pk_paper_draft"),
            sa.ForeignKeyConstraint(["saved_by"], ["person.id"], name="fk_paper_draft_saved_by_person"),
        ],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("definition_version", "specification", comment=SPECIFICATION)


def _belongs(table: str, comment: str = "") -> None:
    """Rows of the table may lie in a scope. Said so that SQLite need not copy the table."""
    refers = f"CONSTRAINT fk_{table}_scope_id_scope REFERENCES scope (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN scope_id VARCHAR(32) {refers}")
    if comment and op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, "scope_id", comment=comment)


def _rebuild(table: str, columns: list[sa.schema.SchemaItem]) -> None:
    """The table has these columns and the rows that it had; its key has another column, which SQLite cannot alter."""
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {table}")
    op.drop_table(table)
    op.create_table(
        table,
        *columns,
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=f"fk_{table}_instance_id_process_instance"
        ),
    )
    names = ", ".join(column.name for column in columns if isinstance(column, sa.Column) and column.name != "scope_id")
    op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept")
    op.execute("DROP TABLE kept")


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

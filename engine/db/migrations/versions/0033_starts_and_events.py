"""Cases begin by a schedule, and instances tell each other: schedules, what listens, and what was thrown.

A case knows at which start event it began, a draft of a start form for which of several starts it is, and a fault at a start
that no person made has no person.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SAID = "the text as a message, in nobody's language yet (see messages.to_json); null: of before there were any"
STARTED_AT = "the start event at which it began; null: the only one that there was"


def upgrade() -> None:
    _schedules()
    _subscriptions()
    _thrown()
    op.execute("ALTER TABLE process_instance ADD COLUMN start_element_id VARCHAR(128)")
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("process_instance", "start_element_id", comment=STARTED_AT)
    _drafts_of_starts()
    _faults_at_starts()


def _schedules() -> None:
    op.create_table(
        "start_schedule",
        sa.Column("key", sa.String(64), nullable=False, comment="the procedure"),
        sa.Column("element_id", sa.String(128), nullable=False, comment="its start event with a timer"),
        sa.Column("definition_id", sa.String(32), nullable=False, comment="the version in force"),
        sa.Column("timer", sa.String(4000), nullable=False, comment="what it is counted by, as that version says it"),
        sa.Column("since", Instant, nullable=False, comment="when it began to be counted so"),
        sa.Column("next_at", Instant, comment="when a case begins next; null: never again"),
        sa.Column("provisional", sa.Boolean, nullable=False, comment="an official notice may still move next_at"),
        sa.Column(
            "look_at", Instant, comment="when the worker begins it: next_at, or later when it could not be begun then"
        ),
        sa.Column("calendar_version", sa.String(64), nullable=False, comment="with which next_at was counted"),
        sa.Column("last_at", Instant, comment="the planned instant of the case that was begun last"),
        sa.Column("begun", sa.Integer, nullable=False, comment="how many cases it has begun"),
        sa.PrimaryKeyConstraint("key", "element_id", name="pk_start_schedule"),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition_version.id"], name="fk_start_schedule_definition_id_definition_version"
        ),
    )
    op.create_index("ix_start_schedule_look_at", "start_schedule", ["look_at"])


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(32), nullable=False, comment="the engine's own id of the event that waits"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False, comment="message or signal"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("correlation", sa.String(200), comment="by what a message finds it; null: it is a signal"),
        sa.Column("scope_id", sa.String(32)),
        sa.Column("armed_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_subscription_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name="fk_subscription_scope_id_scope"),
        sa.CheckConstraint("kind in ('message', 'signal')", name="ck_subscription_kind"),
    )
    op.create_index("ix_subscription_kind_name_correlation", "subscription", ["kind", "name", "correlation"])
    op.create_index("ix_subscription_instance_id", "subscription", ["instance_id"])


def _thrown() -> None:
    op.create_table(
        "thrown_event",
        sa.Column("id", sa.String(128), nullable=False, comment="the engine's own, or the sender's: heard once"),
        sa.Column("kind", sa.String(16), nullable=False, comment="message or signal"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "correlation", sa.String(200), comment="whom a message looks for; null: only who is linked, or a signal"
        ),
        sa.Column("from_id", sa.String(32), nullable=False, comment="the instance that threw it"),
        sa.Column("from_element_id", sa.String(128), nullable=False),
        sa.Column("thrown_at", Instant, nullable=False),
        sa.Column("to_id", sa.String(32), comment="a signal: the instance that waited for it"),
        sa.Column("subscription_id", sa.String(32), comment="a signal: what waited there"),
        sa.Column("start_key", sa.String(64), comment="a signal: the procedure that it begins"),
        sa.Column("start_element_id", sa.String(128), comment="a signal: at which start event"),
        sa.Column(
            "status", sa.String(16), nullable=False, comment="waiting, heard, gone (nothing waits any more), expired"
        ),
        sa.Column("look_at", Instant, comment="when the worker looks for who hears it; null: it is over"),
        sa.Column("kept_until", Instant, comment="how long a message waits that came too early"),
        sa.Column("heard_at", Instant),
        sa.Column("heard_by_id", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_thrown_event"),
        *(
            sa.ForeignKeyConstraint([name], ["process_instance.id"], name=f"fk_thrown_event_{name}_process_instance")
            for name in ("from_id", "to_id", "heard_by_id")
        ),
        sa.CheckConstraint("kind in ('message', 'signal')", name="ck_thrown_event_kind"),
        sa.CheckConstraint("status in ('waiting', 'heard', 'gone', 'expired')", name="ck_thrown_event_status"),
    )
    op.create_index("ix_thrown_event_look_at_id", "thrown_event", ["look_at", "id"])
    op.create_index("ix_thrown_event_from_id", "thrown_event", ["from_id"])
    waiting = sa.text("status = 'waiting'")
    op.create_index(
        "ix_thrown_event_kept",
        "thrown_event",
        ["kind", "name", "correlation"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _drafts_of_starts() -> None:
    _rebuild(
        "start_draft",
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column(
            "key", sa.String(200), nullable=False, comment="of the procedure that is about to be started, and where"
        ),
        sa.Column("answers", Json, nullable=False),
        sa.Column("saved_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "unit_code", "key", name="pk_start_draft"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_draft_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_start_draft_unit_code_unit"),
    )


def _faults_at_starts() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "start_fault",
            "person_id",
            nullable=True,
            comment="who tried to start it first; null: a schedule or an event",
        )
        return
    op.drop_index("ix_start_fault_closed_at_raised_at", "start_fault")
    _rebuild(
        "start_fault",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("element_id", sa.String(128)),
        sa.Column("element_name", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("said", Json),
        sa.Column("person_id", sa.String(32)),
        sa.Column("unit_code", sa.String(64), nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_start_fault"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_start_fault_person_id_person"),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_start_fault_unit_code_unit"),
    )
    op.create_index("ix_start_fault_closed_at_raised_at", "start_fault", ["closed_at", "raised_at"])


def _rebuild(table: str, *columns: sa.schema.SchemaItem) -> None:
    """The table has these columns and the rows that it had."""
    names = ", ".join(column.name for column in columns if isinstance(column, sa.Column))
    op.execute(f"CREATE TEMPORARY TABLE kept AS SELECT {names} FROM {table}")
    op.drop_table(table)
    op.create_table(table, *columns)
    op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept")
    op.execute("DROP TABLE kept")


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

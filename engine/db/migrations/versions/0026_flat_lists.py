"""What lists are read by: a row for each role of an open task, when each instance is due next, and indexes in that order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

AT_ONCE = 2000
"""Rows that are read and written at a time."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
UNDATED = datetime(5000, 1, 1, tzinfo=UTC)
ENDED = datetime(8000, 1, 1, tzinfo=UTC)
BEHIND_ALL = sa.text("'5000-01-01 00:00:00.000000+00:00'")
_OPEN = "status IN ('running', 'overdue')"


def upgrade() -> None:
    op.create_table(
        "task_role",
        sa.Column("task_id", sa.String(32), nullable=False, comment="an open one"),
        sa.Column("role", sa.String(32), nullable=False, comment="one of those that may do it"),
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("unit_code", sa.String(64), nullable=False, comment="the task's"),
        sa.Column("due_sort", Instant, nullable=False, comment="see db.ordering.of_task"),
        sa.Column("opened_at", Instant, nullable=False, comment="the task's"),
        sa.Column("assignee_id", sa.String(32), comment="the task's"),
        sa.PrimaryKeyConstraint("task_id", "role", name="pk_task_role"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_task_role_task_id_task"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_task_role_instance_id_process_instance"
        ),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name="fk_task_role_unit_code_unit"),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name="fk_task_role_assignee_id_person"),
    )
    op.create_table(
        "kept_count",
        sa.Column("scope", sa.String(80), nullable=False, comment="city, unit, or procedure: and its key"),
        sa.Column(
            "code", sa.String(128), nullable=False, comment="of the unit, or of the element; empty for the whole"
        ),
        sa.Column("counts", sa.Text, nullable=False, comment="number by name"),
        sa.Column("made_at", Instant, nullable=False, comment="the instant at which they held"),
        sa.PrimaryKeyConstraint("scope", "code", name="pk_kept_count"),
    )
    for table, column, comment in (
        ("process_instance", "next_due", "see db.ordering.of_instance"),
        ("party", "next_due", "the instance's, beside the unit"),
        ("party", "started_at", "the instance's"),
    ):
        op.add_column(table, sa.Column(column, Instant, nullable=False, server_default=BEHIND_ALL, comment=comment))
    op.add_column(
        "process_instance",
        sa.Column(
            "ever_over",
            sa.Boolean,
            nullable=False,
            server_default=sa.false(),
            comment="a legal period was recorded as overdue",
        ),
    )
    connection = op.get_bind()
    _fill_roles(connection)
    _fill_due(connection)
    _make_indexes()


def _fill_roles(connection: sa.Connection) -> None:
    task, task_role = _table("task"), _table("task_role")
    deadline = _table("deadline")
    due_at = (
        sa.select(sa.func.max(deadline.c.due_at))
        .where(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key)
        .where(deadline.c.status.in_(("running", "overdue")))
        .scalar_subquery()
    )
    open_ones = sa.select(task, due_at.label("due_at")).where(task.c.status == "open")
    for rows in _batches(connection, open_ones, task.c.id):
        found = [
            {
                "task_id": row.id,
                "role": role,
                "instance_id": row.instance_id,
                "unit_code": row.unit_code,
                "due_sort": row.due_at or UNDATED + (row.opened_at - BEGINNING),
                "opened_at": row.opened_at,
                "assignee_id": row.assignee_id,
            }
            for row in rows
            for role in dict.fromkeys(json.loads(row.roles))
        ]
        if found:
            connection.execute(task_role.insert(), found)


def _fill_due(connection: sa.Connection) -> None:
    instance, deadline = _table("process_instance"), _table("deadline")
    due_at = (
        sa.select(sa.func.min(deadline.c.due_at))
        .where(deadline.c.instance_id == instance.c.id, deadline.c.hard, deadline.c.status.in_(("running", "overdue")))
        .scalar_subquery()
    )
    every = sa.select(instance, due_at.label("due_at"))
    change = instance.update().where(instance.c.id == sa.bindparam("own")).values(next_due=sa.bindparam("due"))
    for rows in _batches(connection, every, instance.c.id):
        connection.execute(change, [{"own": row.id, "due": _due(row)} for row in rows])
    over = sa.select(deadline.c.instance_id).where(deadline.c.hard, deadline.c.overdue_at.is_not(None))
    connection.execute(instance.update().where(instance.c.id.in_(over)).values(ever_over=True))
    own = "FROM process_instance p WHERE p.id = party.instance_id"
    for column in ("next_due", "started_at"):
        connection.execute(sa.text(f"UPDATE party SET {column} = (SELECT p.{column} {own})"))


def _due(row: Any) -> datetime:
    due_at: datetime | None = row.due_at
    if due_at is not None and row.status != "ended":
        return due_at
    behind: datetime = (ENDED if row.status == "ended" else UNDATED) - (row.started_at - BEGINNING)
    return behind


def _batches(connection: sa.Connection, statement: sa.Select[Any], key: Any) -> Iterator[list[sa.Row[Any]]]:
    """The rows in the order of their key, some at a time, so that no upgrade holds all of them."""
    last = ""
    while rows := list(connection.execute(statement.where(key > last).order_by(key).limit(AT_ONCE))):
        yield rows
        last = rows[-1].id


def _table(name: str) -> sa.TableClause:
    """The columns that are read and written here, as they were at this revision."""
    columns = {
        "task": ("id", "instance_id", "unit_code", "roles", "deadline_key", "status", "assignee_id", "opened_at"),
        "task_role": ("task_id", "role", "instance_id", "unit_code", "assignee_id", "due_sort", "opened_at"),
        "deadline": ("instance_id", "key", "status", "hard", "due_at", "overdue_at"),
        "process_instance": ("id", "status", "started_at", "next_due", "ever_over"),
    }[name]
    instants = {"opened_at", "started_at", "due_at", "overdue_at", "due_sort", "next_due"}
    flags = {"hard", "ever_over"}

    def kind(column: str) -> Any:
        return Instant if column in instants else sa.Boolean if column in flags else sa.Text

    return sa.table(name, *(sa.column(column, kind(column)) for column in columns))


def _make_indexes() -> None:
    _replace("ix_party_unit_code", "party", "unit_code", "next_due", "started_at", "instance_id")
    _replace("ix_document_to_unit_copy", "document", "to_unit", "delivered_at", "id", flag="copy")
    _replace("ix_reader_unit_code", "reader", "unit_code", "sent_at", "id", where="revoked_at IS NULL")
    _replace("ix_notice_receipt_person_id_received_at", "notice_receipt", "person_id", "received_at", "notice_id")
    unanswered = "answered_at IS NULL AND withdrawn_at IS NULL"
    _replace("ix_hand_over_to_person_kind", "hand_over", "to_person", "kind", "task_id", where=unanswered)
    op.drop_index("ix_notice_receipt_person_id_cleared_at", "notice_receipt")
    unread = ("person_id", "cleared_at", "received_at", "notice_id")
    _make("notice_receipt", *unread, name="ix_notice_receipt_unread")
    unread = ("to_unit", "read_at", "delivered_at", "id")
    _make("document", *unread, name="ix_document_unread", flag="copy")
    _make("process_instance", "next_due", "started_at", "id")
    _make("process_instance", "next_due", "started_at", "id", name="ix_process_instance_ever_over", flag="ever_over")
    _make("process_instance", "key", "next_due", "started_at", "id", name="ix_process_instance_key_next_due")
    _make("process_instance", "started_by", "started_at", "id")
    done = "status = 'completed' AND undone IS NULL"
    _make("task", "ended_by", "unit_code", "ended_at", "id", name="ix_task_done", where=done)
    _make("task_role", "unit_code", "role", "due_sort", "opened_at", "task_id", "assignee_id", name="ix_task_role_list")
    _make("task_role", "instance_id")
    _make("deadline", "due_at", "instance_id", "last_day", where=_OPEN, flag="hard")
    _make("deadline", "unit_code", "due_at", "last_day", "instance_id", where=_OPEN, flag="hard")
    _make("deadline", "ended_at", "unit_code", "status", where="status IN ('met', 'met_late')", flag="hard")
    op.drop_index("ix_deadline_status_due_at", "deadline")  # SQLite would prefer it, and sort what it finds
    _make("deadline", "unit_code", name="ix_deadline_paused", where="status = 'paused'", flag="hard")
    _make("deadline", "instance_id", name="ix_deadline_ever_over", where="overdue_at IS NOT NULL", flag="hard")


def _replace(old: str, table: str, *columns: str, where: str = "", flag: str = "") -> None:
    op.drop_index(old, table)
    _make(table, *columns, where=where, flag=flag)


def _make(table: str, *columns: str, name: str = "", where: str = "", flag: str = "") -> None:
    """`flag` is a Boolean column that is true in every row of the index."""
    options: dict[str, Any] = {}
    for store, true in (("sqlite", f"{flag} = 1"), ("postgresql", flag)):
        if said := " AND ".join(part for part in (true if flag else "", where) if part):
            options[f"{store}_where"] = sa.text(said)
    op.create_index(name or f"ix_{table}_{'_'.join(columns)}", table, list(columns), **options)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

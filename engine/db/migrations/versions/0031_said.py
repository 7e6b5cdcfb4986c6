"""What is told is kept so that everybody reads it in their own language, and a step decides by columns, not by its record.

`said` stands beside the Chinese of notices, incidents and faults; what was told before has none. What a step looked for in
the audit before is filled in from there: which instances were ended past their diagram, which timers have fired already,
and what the last completion did.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant, Json

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SAID = "the text as a message, in nobody's language yet (see messages.to_json); null: of before there were any"
_ENTRIES = sa.table(
    "audit_entry",
    sa.column("instance_id", sa.String),
    sa.column("sequence", sa.Integer),
    sa.column("at", Instant),
    sa.column("kind", sa.String),
    sa.column("content", Json),
)
_FIRED = sa.table(
    "fired_timer",
    sa.column("instance_id", sa.String),
    sa.column("element_id", sa.String),
    sa.column("due_at", Instant),
    sa.column("fired_at", Instant),
)
_POINTS = sa.table(
    "undo_point", sa.column("instance_id", sa.String), sa.column("revision", sa.Integer), sa.column("did", Json)
)


def upgrade() -> None:
    for table in ("notice", "incident", "start_fault"):
        op.add_column(table, sa.Column("said", Json, comment=SAID))
    op.add_column("document", sa.Column("render_said", Json, comment="render_failure as a message, like notice.said"))
    op.add_column(
        "process_instance",
        sa.Column(
            "past_diagram",
            sa.Boolean,
            nullable=False,
            server_default=sa.false(),
            comment="it was ended, or ended with its caller, and has reached no end of its own: it has no answer",
        ),
    )
    op.add_column(
        "undo_point",
        sa.Column("did", Json, comment="what the step of the completion did: see runtime.step.undo_points"),
    )
    op.create_table(
        "fired_timer",
        sa.Column("instance_id", sa.String(32), nullable=False),
        sa.Column("element_id", sa.String(128), nullable=False, comment="a drawn timer that leaves its task open"),
        sa.Column("due_at", Instant, nullable=False, comment="the instant at which it was due"),
        sa.Column("fired_at", Instant, nullable=False, comment="when it did its work for that instant last"),
        sa.PrimaryKeyConstraint("instance_id", "element_id", "due_at", name="pk_fired_timer"),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name="fk_fired_timer_instance_id_process_instance"
        ),
    )
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "UPDATE process_instance SET past_diagram = :yes WHERE id IN "
            "(SELECT instance_id FROM audit_entry WHERE kind = 'cancelled')"
        ).bindparams(sa.bindparam("yes", True, sa.Boolean))
    )
    _fill_fired(connection)
    _fill_done(connection)


def _fill_fired(connection: sa.Connection) -> None:
    """Of instances that may still arm a timer again."""
    open_ones = sa.text("instance_id IN (SELECT id FROM process_instance WHERE status <> 'ended')")
    steps = sa.select(_ENTRIES).where(_ENTRIES.c.kind == "timer", open_ones)
    rows: dict[tuple[str, str, Any], dict[str, Any]] = {}
    for entry in connection.execute(steps.order_by(_ENTRIES.c.instance_id, _ENTRIES.c.sequence)).all():
        for fired in _told(entry.content, "timer"):
            if fired.get("element") and not fired["id"].startswith("held-"):
                due = datetime.fromisoformat(fired["due"]) if fired.get("due") else entry.at
                key = (entry.instance_id, fired["element"], due)
                rows[key] = dict(zip(("instance_id", "element_id", "due_at"), key, strict=True), fired_at=entry.at)
    if rows:
        connection.execute(sa.insert(_FIRED), list(rows.values()))


def _fill_done(connection: sa.Connection) -> None:
    """A point whose step is not in the record cannot be gone back to."""
    for point in connection.execute(sa.select(_POINTS.c.instance_id, _POINTS.c.revision)).all():
        own = (_ENTRIES.c.instance_id == point.instance_id) & (_ENTRIES.c.kind == "task_completed")
        contents = connection.scalars(sa.select(_ENTRIES.c.content).where(own)).all()
        content = next((found for found in contents if found.get("revision") == point.revision), None)
        this = _POINTS.c.instance_id == point.instance_id
        if content is None:
            connection.execute(sa.delete(_POINTS).where(this))
        else:
            connection.execute(sa.update(_POINTS).where(this).values(did=_did(content)))


def _did(content: dict[str, Any]) -> dict[str, Any]:
    periods = list(_told(content, "deadline"))
    return {
        "begun": [period["key"] for period in periods if period["status"] == "running"],
        "ended": {period["key"]: period["status"] for period in periods if period["status"] in _ENDED},
        "moved": any(True for _ in _told(content, "deadline_moved")),
        "documents": [document.get("id", "") for document in _told(content, "document")],
        "opened": [task["id"] for task in _told(content, "task_opened")],
    }


_ENDED = ("met", "met_late", "cancelled")


def _told(content: dict[str, Any], what: str) -> Iterator[dict[str, Any]]:
    yield from (event for event in content.get("told", []) if event["what"] == what)


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

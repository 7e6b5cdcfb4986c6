"""Since when each party sees an instance: from the first document, task or drawn notice that reached it."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from engine.db.types import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STARTER = re.compile(r'name="starter"\s+value="([^"]+)"|value="([^"]+)"\s+name="starter"')
"""The fact that holds the unit which starts the procedure, as diagrams write it."""
_REACHED = (
    ("document", "to_unit", "delivered_at", ""),
    ("task", "unit_code", "opened_at", ""),
    ("notice", "unit_code", "made_at", " AND kind = 'told'"),
)


def upgrade() -> None:
    op.add_column(
        "party",
        sa.Column("seen_at", Instant(), comment="since when the unit sees the case; null: it is only proposed"),
    )
    _whoever_was_reached_sees()
    _whoever_started_sees()


def _whoever_was_reached_sees() -> None:
    """Instants are compared by the store, which keeps all of them alike."""
    firsts = " UNION ALL ".join(
        f"SELECT instance_id, {unit} AS unit_code, {at} AS reached_at FROM {table} WHERE 1 = 1{also}"
        for table, unit, at, also in _REACHED
    )
    op.execute(
        "UPDATE party SET seen_at = (SELECT min(reached_at) FROM "
        f"({firsts}) AS reach WHERE reach.instance_id = party.instance_id AND reach.unit_code = party.unit_code)"
    )


def _whoever_started_sees() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, diagram FROM definition_version")).all():
        content = bytes(row.diagram).decode("utf-8", "replace") if not isinstance(row.diagram, str) else row.diagram
        found = STARTER.search(content)
        if found is None:
            continue
        connection.execute(
            sa.text(
                "UPDATE party SET seen_at = (SELECT started_at FROM process_instance WHERE id = party.instance_id) "
                "WHERE EXISTS (SELECT 1 FROM party AS own JOIN process_instance AS i ON i.id = own.instance_id "
                "WHERE own.instance_id = party.instance_id AND own.unit_code = party.unit_code "
                "AND own.fact = :fact AND i.definition_id = :definition)"
            ),
            {"fact": found[1] or found[2], "definition": row.id},
        )


def downgrade() -> None:
    raise RuntimeError("a migration is never undone: restore the backup that was made before it")

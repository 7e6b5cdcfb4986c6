"""Alembic's entry: the connection is handed in by `engine.db.migrate`, which holds the one transaction."""

from __future__ import annotations

from alembic import context

from engine.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()

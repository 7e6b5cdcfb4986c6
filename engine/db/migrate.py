"""Bringing a database to the tables of this version, and finding out whether it already has them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.db.session import Database
from engine.db.tables import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> bool:
    """The database has this version's tables. Returns whether anything had to change; all of it, or nothing."""
    with database.transaction() as tx:
        if MigrationContext.configure(tx).get_current_revision() == ScriptDirectory(str(MIGRATIONS)).get_current_head():
            return False
        command.upgrade(_config(tx), "head")
        return True


def differences(tx: Connection) -> list[object]:
    """What the migrated database has otherwise than `tables` says; empty when they agree."""
    return list(compare_metadata(MigrationContext.configure(tx), metadata))


def _config(tx: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    return config

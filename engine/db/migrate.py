"""Bringing a database to the tables of this version, and finding out whether it already has them."""

from __future__ import annotations

import time
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from engine.db.session import ATTEMPTS, Database
from engine.db.tables import metadata
from engine.errors import Busy, NewerDatabase
from engine.messages import gettext as _

MIGRATIONS = Path(__file__).parent / "migrations"
PAUSE = 0.3
"""Seconds until an upgrade that was kept waiting is tried again."""
CAME_IN_BETWEEN = {"0010": ("duty_proposal", {"0012", "0013"})}
"""A migration that was put in front of others when there were databases of those already: a table it makes, and those others."""


def upgrade(database: Database) -> bool:
    """The database has this version's tables. Returns whether anything had to change; all of it, or nothing.

    Raises NewerDatabase, and changes nothing then; Busy when others keep it from being done.
    """
    for _try in range(ATTEMPTS):
        try:
            return _upgrade(database)
        except Busy:  # another process is making the same new file
            time.sleep(PAUSE)
    return _upgrade(database)


def _upgrade(database: Database) -> bool:
    with database.reading() as tx:
        if revision(tx) == head():
            return False
    with database.rebuilding() as tx:
        found = revision(tx)  # once more: somebody else may have upgraded it meanwhile
        if found == head():
            return False
        _make_up_for(tx, found)
        command.upgrade(_config(tx), "head")
        return True


def head() -> str:
    """The revision of this version's tables."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def revision(tx: Connection) -> str | None:
    """The database's revision; None for an empty one. Raises NewerDatabase for one that this version does not know."""
    found = MigrationContext.configure(tx).get_current_revision()
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if found is not None and found not in known:
        raise NewerDatabase(
            _(
                "The database is at version %(found)s: a newer version of Lianban has upgraded it. This program knows "
                "versions only up to %(known)s. Nothing has changed. Use the newer version, or restore the back-up "
                "made before the upgrade.",
                found=found,
                known=head(),
            )
        )
    return found


def differences(tx: Connection) -> list[object]:
    """What the migrated database has otherwise than `tables` says; empty when they agree."""
    return list(compare_metadata(MigrationContext.configure(tx), metadata))


def _make_up_for(tx: Connection, found: str | None) -> None:
    """What came in between has happened also where its place had been passed before it was there."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    for late, (table, passed) in CAME_IN_BETWEEN.items():
        if found in passed and not inspect(tx).has_table(table):
            with Operations.context(MigrationContext.configure(tx)):
                scripts.get_revision(late).module.upgrade()


def _config(tx: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = tx
    return config

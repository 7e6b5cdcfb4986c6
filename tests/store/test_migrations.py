"""Migrations and tables say the same, on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from engine.db import migrate
from engine.db.session import Database
from engine.ids import new_id


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A store of its own without a single table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    else:
        server = create_engine(request.getfixturevalue("postgresql_url"), isolation_level="AUTOCOMMIT")
        name = f"migrated_{new_id()}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        database = Database(server.url.set(database=name).render_as_string(hide_password=False))
        server.dispose()
    yield database
    database.close()


def test_a_migrated_database_has_the_tables_of_this_version(empty: Database) -> None:
    assert migrate.upgrade(empty)
    with empty.reading() as tx:
        assert migrate.differences(tx) == []


def test_migrating_again_changes_nothing(empty: Database) -> None:
    migrate.upgrade(empty)
    assert not migrate.upgrade(empty)


def test_a_difference_would_be_noticed(empty: Database) -> None:
    migrate.upgrade(empty)
    with empty.transaction() as tx:
        tx.exec_driver_sql("DROP TABLE sign_in_failure")
    with empty.reading() as tx:
        assert migrate.differences(tx)


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    empty: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (broken / name).write_text((migrate.MIGRATIONS / name).read_text(encoding="utf-8"), encoding="utf-8")
    first = next(migrate.MIGRATIONS.glob("versions/0001_*.py")).read_text(encoding="utf-8")
    halfway = first.replace("def downgrade", '    raise RuntimeError("in the middle")\n\n\ndef downgrade')
    (broken / "versions" / "0001_broken.py").write_text(halfway, encoding="utf-8")
    monkeypatch.setattr(migrate, "MIGRATIONS", broken)
    with pytest.raises(RuntimeError, match="in the middle"):
        migrate.upgrade(empty)
    assert inspect(empty.engine).get_table_names() == []

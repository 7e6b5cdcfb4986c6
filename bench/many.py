"""Running cases by the hundred thousand, written straight into the tables: each is a copy of one that the engine made.

Of a case those rows are copied that a list, a badge or the worker reads, with ids of their own; what only the page of
the case itself reads (facts, papers, the record) is not, so a copy is never opened. Copies are spread over `TOWNS` pairs of
units, each with people of its own: one of them is the one who looks, so one case in three hundred is his. What lay in
the past lies up to nine months earlier, what lies ahead as much later.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import Connection, Dialect, Select, Table, insert, make_url, select

from engine.db import tables
from engine.db.session import Database

TOWNS = 300
LISTED = (
    "process_instance", "party", "task", "task_role", "deadline", "timer", "notice", "notice_receipt",
)  # fmt: skip
_OFFSETS = 4096
_STEP = timedelta(minutes=97)
"""Between two copies; after 4,096 of them it begins again."""
_AT_ONCE = 20_000
Cell = Callable[[int], Any]
"""The value of a column in the copy with that number."""


@dataclass(frozen=True)
class _Copied:
    """A row of the case: what is the same in every copy, and the places where each has its own."""

    same: Sequence[Any]
    own: Sequence[tuple[int, Cell]]

    def of(self, number: int) -> list[Any]:
        values = list(self.same)
        for place, cell in self.own:
            values[place] = cell(number)
        return values


_Rows = Mapping[Table, Sequence[_Copied]]


def _copies(rows: Sequence[_Copied], numbers: range) -> Iterator[list[Any]]:
    return (row.of(number) for number in numbers for row in rows)


class Copies:
    def __init__(self, database: Database, instance_id: str, now: datetime) -> None:
        """Copies of that case, which runs; the people and units for them are there when this returns."""
        self._database, self._now, self.count = database, now, 0
        with database.reading() as tx:
            found = {table: _rows_of(tx, table, instance_id) for table in _listed()}
            ids = {str(row["id"]) for rows in found.values() for row in rows if "id" in row}
            cells = _Cells(ids, now, tx.dialect)
            self._copied = {table: [cells.copied(table, row) for row in rows] for table, rows in found.items()}
            units = sorted(str(row["unit_code"]) for row in found[tables.party])
        database.run(lambda tx: _add_towns(tx, units))

    def grow(self, total: int) -> None:
        """There are so many copies."""
        write = _write_sqlite if self._database.is_sqlite else _write_postgresql
        write(self._database.url, self._copied, range(self.count + 1, total + 1))
        self.count = max(self.count, total)


def analyze(database: Database) -> None:
    """The database's planner knows how many rows there are. PostgreSQL does that by itself after a while, SQLite never."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


class _Cells:
    def __init__(self, ids: set[str], now: datetime, dialect: Dialect) -> None:
        self._ids, self._now, self._dialect = ids, now, dialect

    def copied(self, table: Table, row: dict[str, Any]) -> _Copied:
        columns = list(table.columns)
        own = [(place, self._own(column, row[column.name])) for place, column in enumerate(columns)]
        same = [self._stored(column, row[column.name]) for column in columns]
        return _Copied(same, [(place, cell) for place, cell in own if cell is not None])

    def _own(self, column: Any, value: Any) -> Cell | None:
        """None where every copy has what the case has."""
        if isinstance(value, datetime):
            return self._moved(column, value)
        if not isinstance(value, str):
            return None
        if value in self._ids:
            return lambda number: f"{number:08x}{value[8:]}"
        if column.name == "number" and column.table is tables.process_instance:
            return lambda number: f"{value}-{number}"
        if {key.column for key in column.foreign_keys} & {tables.unit.c.code, tables.person.c.id}:
            of_town = [_in_town(value, town) for town in range(TOWNS)]
            return lambda number: of_town[number % TOWNS]
        return None

    def _moved(self, column: Any, value: datetime) -> Cell:
        step = _STEP if value > self._now else -_STEP
        moved = [self._stored(column, value + offset * step) for offset in range(_OFFSETS)]
        return lambda number: moved[number * 7919 % _OFFSETS]

    def _stored(self, column: Any, value: Any) -> Any:
        """As the driver takes it."""
        bind = column.type.dialect_impl(self._dialect).bind_processor(self._dialect)
        return value if value is None or bind is None else bind(value)


def _listed() -> list[Table]:
    """In an order in which each refers only to those before it."""
    return [table for table in tables.metadata.sorted_tables if table.name in LISTED]


def _rows_of(tx: Connection, table: Table, instance_id: str) -> list[dict[str, Any]]:
    own = table.c.id if table is tables.process_instance else table.c.instance_id
    return _mappings(tx, select(table).where(own == instance_id))


def _in_town(name: str, town: int) -> str:
    """The code of a unit, the id or the login of a person, in one of the towns; the first is the one that was there."""
    return f"{name[:27]}-{town}" if town else name


def _add_towns(tx: Connection, units: Sequence[str]) -> None:
    """The same units with the same people and posts, in all the towns but the first."""
    unit, person, post = tables.unit, tables.person, tables.post
    towns = range(1, TOWNS)
    posts = _mappings(tx, select(post).where(post.c.unit_code.in_(units)))
    people = _mappings(tx, select(person).where(person.c.id.in_({row["person_id"] for row in posts})))
    own = _mappings(tx, select(unit).where(unit.c.code.in_(units)))
    for table, rows, names in ((unit, own, ["code"]), (person, people, ["id", "login"]), (post, posts, _OF_POST)):
        tx.execute(insert(table), [row | _as(row, town, names) for row in rows for town in towns])


_OF_POST = ["id", "person_id", "unit_code"]


def _mappings(tx: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in tx.execute(statement)]


def _as(row: dict[str, Any], town: int, names: Sequence[str]) -> dict[str, Any]:
    return {name: _in_town(row[name], town) for name in names}


def _columns(table: Table) -> str:
    return f"{table.name} ({', '.join(column.name for column in table.columns)})"


def _write_sqlite(url: str, copied: _Rows, numbers: range) -> None:
    """One transaction; nobody else is there, and what a power cut would cost is only this run."""
    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-400000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    for start in range(numbers.start, numbers.stop, _AT_ONCE):
        some = range(start, min(start + _AT_ONCE, numbers.stop))
        for table, rows in copied.items():
            places = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {_columns(table)} VALUES ({places})", _copies(rows, some))
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _write_postgresql(url: str, copied: _Rows, numbers: range) -> None:
    """One transaction that looks at no reference."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        with connection.transaction():
            for table, rows in copied.items():
                with connection.cursor().copy(f"COPY {_columns(table)} FROM STDIN") as copy:
                    for row in _copies(rows, numbers):
                        copy.write_row(row)

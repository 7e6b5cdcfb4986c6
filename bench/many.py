"""Running cases by the million, written straight into the tables: each is a copy of one that the engine made.

Of a case those rows are copied that a list, a badge or the worker reads, with ids of their own; what only the page of
the case itself reads (facts, papers, the record) is not, so a copy is never opened. Copies are spread over `TOWNS` pairs of
units, each with people of its own: one of them is the one who looks, so one case in three hundred is his, and the first
`OWN` are, so that what he sees is a full page among a thousand, too. What lay in the past lies up to nine months earlier,
what lies ahead as much later.

The database makes the copies itself, one statement for each row of the case; the indexes of the tables, which are then
what they were, are built after the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    case,
    cast,
    create_engine,
    func,
    insert,
    literal,
    null,
    select,
)

from engine.db import tables
from engine.db.session import Database

TOWNS, OWN = 300, 60
LISTED = (
    "process_instance", "party", "task", "task_role", "deadline", "timer", "notice", "notice_receipt",
)  # fmt: skip
_OFFSETS = 4096
_STEP = timedelta(minutes=97)
"""Between two copies; after 4,096 of them it begins again."""
_AT_ONCE = 50_000
"""Copies that one transaction writes: what SQLite keeps beside its file meanwhile is no larger than they are."""

_FIRST, _LAST = bindparam("first", type_=Integer), bindparam("last", type_=Integer)


def _numbers() -> Any:
    """Every number from `first` to `last`, which the database counts by itself."""
    number = select(_FIRST.label("number")).cte("copy", recursive=True)
    return number.union_all(select(number.c.number + 1).where(number.c.number < _LAST))


_COPY = _numbers()
_NUMBER: ColumnElement[int] = _COPY.c.number
_TOWN = case((_NUMBER <= OWN, 0), else_=_NUMBER % TOWNS)


class Copies:
    def __init__(self, database: Database, instance_id: str, now: datetime) -> None:
        """Copies of that case, which runs; the people and units for them are there when this returns."""
        self._database, self.count = database, 0
        with database.reading() as tx:
            found = {table: _rows_of(tx, table, instance_id) for table in _listed()}
        ids = {str(row["id"]) for rows in found.values() for row in rows if "id" in row}
        copied = _Copied(ids, now, database.is_sqlite)
        self._inserts = [copied.insert(table, row) for table, rows in found.items() for row in rows]
        units = sorted(str(row["unit_code"]) for row in found[tables.party])
        database.run(lambda tx: _add_towns(tx, units))

    def grow(self, total: int) -> None:
        """There are so many copies. Nobody else may be there; what a power cut would cost is only this run."""
        self._database.close()
        with _in_bulk(self._database.url) as engine, _indexes_after(engine):
            for first in range(self.count + 1, total + 1, _AT_ONCE):
                with engine.begin() as tx:
                    for statement in self._inserts:
                        tx.execute(statement, {"first": first, "last": min(first + _AT_ONCE - 1, total)})
        self.count = max(self.count, total)


def analyze(database: Database) -> None:
    """The database's planner knows how many rows there are. PostgreSQL does that by itself after a while, SQLite never."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE")


class _Copied:
    """How the rows of the case are copied: what is the same in every copy, and where each has its own."""

    def __init__(self, ids: set[str], now: datetime, is_sqlite: bool) -> None:
        self._ids, self._now, self._is_sqlite = ids, now, is_sqlite

    def insert(self, table: Table, row: dict[str, Any]) -> Insert:
        """The row for every copy from `first` to `last`."""
        values = [self._value(column, row[column.name]).label(column.name) for column in table.columns]
        return insert(table).from_select(list(table.columns), select(*values).select_from(_COPY))

    def _value(self, column: Column[Any], value: Any) -> ColumnElement[Any]:
        if value is None:
            return cast(null(), column.type)
        if isinstance(value, datetime):
            return self._moved(column, value)
        if isinstance(value, str):
            return self._text(column, value)
        return literal(value, column.type)

    def _text(self, column: Column[Any], value: str) -> ColumnElement[Any]:
        if value in self._ids:
            return self._hexadecimal() + literal(value[8:], String)
        if column.name == "number" and column.table is tables.process_instance:
            return literal(f"{value}-", String) + cast(_NUMBER, Text)
        if {key.column for key in column.foreign_keys} & {tables.unit.c.code, tables.person.c.id}:
            return case((_TOWN == 0, value), else_=literal(_stem(value), String) + cast(_TOWN, Text))
        return literal(value, column.type)

    def _hexadecimal(self) -> ColumnElement[str]:
        """Eight digits."""
        if self._is_sqlite:
            return func.printf("%08x", _NUMBER, type_=String)
        return func.lpad(func.to_hex(_NUMBER), 8, "0", type_=String)

    def _moved(self, column: Column[Any], value: datetime) -> ColumnElement[Any]:
        steps = _NUMBER % _OFFSETS * 7919 % _OFFSETS * (1 if value > self._now else -1)
        if not self._is_sqlite:
            return literal(value, column.type) + steps * literal(_STEP)
        minutes = cast(steps * (_STEP // timedelta(minutes=1)), Text) + " minutes"
        return func.strftime("%Y-%m-%d %H:%M:%S.000000", literal(value, column.type), minutes, type_=String)


_SETTINGS = {
    "sqlite": ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-400000"),
    "postgresql": ("SET session_replication_role=replica", "SET maintenance_work_mem='1GB'"),
}


@contextmanager
def _in_bulk(url: str) -> Iterator[Engine]:
    """An engine with one connection to the database, which waits for no disk and looks at no reference."""
    engine = create_engine(url, pool_size=1, max_overflow=0)
    with engine.connect() as connection:
        for setting in _SETTINGS[connection.dialect.name]:
            connection.exec_driver_sql(setting)
        connection.commit()
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _indexes_after(engine: Engine) -> Iterator[None]:
    """The indexes are not there within, and are built anew after it."""
    indexes = [index for table in _listed() for index in sorted(table.indexes, key=lambda index: str(index.name))]
    with engine.begin() as tx:
        for index in indexes:
            index.drop(tx)
    yield
    for index in indexes:
        with engine.begin() as tx:
            index.create(tx)


def _listed() -> list[Table]:
    """In an order in which each refers only to those before it."""
    return [table for table in tables.metadata.sorted_tables if table.name in LISTED]


def _rows_of(tx: Connection, table: Table, instance_id: str) -> list[dict[str, Any]]:
    own = table.c.id if table is tables.process_instance else table.c.instance_id
    return _mappings(tx, select(table).where(own == instance_id))


def _in_town(name: str, town: int) -> str:
    """The code of a unit, the id or the login of a person, in one of the towns; the first is the one that was there."""
    return f"{_stem(name)}{town}" if town else name


def _stem(name: str) -> str:
    return f"{name[:27]}-"


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

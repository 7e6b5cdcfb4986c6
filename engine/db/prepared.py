"""Statements that are made once in the life of a process: as text for the driver, with what turns each value into the driver's.

They go to the driver's own cursor: what the library does around one costs more than SQLite itself. Whoever listens to what
the database is asked hears of them all the same, and the unit of the transaction which table each writes; what the driver
refuses is an error of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError

WRITES = "table_written"
"""The execution option by which a statement that is handed to the driver as it is says which table it writes."""
Row = Mapping[str, Any]
_Value = Callable[[Any], Any] | None
"""Makes the driver's value; None: the driver takes it as it is."""


class Prepared:
    compiled = None
    """As listeners ask whether it was put together by the library."""

    def __init__(self, dialect: str, statement: Any, table: str) -> None:
        """`table` is the one that it writes."""
        self.execution_options = {WRITES: table}
        compiled = statement.compile(dialect=_dialect(dialect))
        self._text = str(compiled)
        binds: Mapping[str, BindParameter[Any]] = compiled.binds
        places: Sequence[str] | None = compiled.positiontup
        self._is_by_place = places is not None
        self._names = list(binds) if places is None else places
        self._values = [(name, _value(_dialect(dialect), binds[name])) for name in self._names]

    def run(self, tx: Connection, rows: Sequence[Row]) -> Any:
        """It has been executed, once for each of these rows: what each of its parameters is, by name. Returns the cursor."""
        given: Any = [self._given(row) for row in rows]
        many = len(given) > 1
        cursor: Any = tx.connection.cursor()
        for told in tx.dispatch.before_cursor_execute:
            told(tx, cursor, self._text, given if many else given[0], self, many)
        try:
            if many:
                cursor.executemany(self._text, given)
            else:
                cursor.execute(self._text, given[0])
        except tx.dialect.loaded_dbapi.Error as error:
            raise _in_the_library(tx, self._text, error) from error
        return cursor

    def _given(self, row: Row) -> Any:
        values = [row[name] if value is None else value(row[name]) for name, value in self._values]
        return tuple(values) if self._is_by_place else dict(zip(self._names, values, strict=True))


@contextmanager
def together(tx: Connection) -> Iterator[None]:
    """What is executed within is sent to PostgreSQL at once, and no result is waited for: nobody may ask for one.

    Raises at its end what any of it raises; nothing behind that is done then. SQLite is no message away: it does each at once.
    """
    if tx.dialect.name != "postgresql":
        yield
        return
    connection: Any = tx.connection.driver_connection
    try:
        with connection.pipeline():
            yield
    except tx.dialect.loaded_dbapi.Error as error:
        raise _in_the_library(tx, "what a transaction has changed", error) from error


def _in_the_library(tx: Connection, text: str, error: Exception) -> Exception:
    """The driver's error as the library raises it; a connection that is lost is known to be."""
    if getattr(tx.connection.driver_connection, "closed", False):
        tx.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        tx.dialect.loaded_dbapi.Error,
        connection_invalidated=tx.invalidated,
        dialect=tx.dialect,
    )


@cache
def _dialect(name: str) -> Dialect:
    if name == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    return psycopg.dialect()  # type: ignore[no-untyped-call]


def _value(dialect: Dialect, parameter: BindParameter[Any]) -> _Value:
    return parameter.type.dialect_impl(dialect).bind_processor(dialect)

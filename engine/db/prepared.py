"""Statements that are made once in the life of a process: as text for the driver, with what turns each value into the driver's.

They go to the driver's own cursor: what the library does around one costs more than SQLite itself. Whoever listens to what
the database is asked hears of them all the same, and the unit of the transaction which tables each writes; what the driver
refuses is an error of the library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg import RawCursor
from sqlalchemy import BindParameter, Connection, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError

WRITES = "tables_written"
"""The execution option by which a statement that is handed to the driver as it is names the tables that it writes."""
Row = Mapping[str, Any]
_Value = Callable[[Any], Any] | None
"""Makes the driver's value; None: the driver takes it as it is."""


class Prepared:
    def __init__(self, dialect: str, statement: Any, table: str, guards: bool = False) -> None:
        """`table` is the one that it writes; one that `guards` must find its row, or nothing of the transaction holds."""
        self.table, self.guards = table, guards
        compiled = statement.compile(dialect=dialect_of(dialect))
        self.text = str(compiled)
        binds: Mapping[str, BindParameter[Any]] = compiled.binds
        names: Sequence[str] = compiled.positiontup or ()
        self._values = [(name, _value(dialect_of(dialect), binds[name])) for name in names]

    @property
    def size(self) -> int:
        """How many values it takes."""
        return len(self._values)

    def given(self, row: Row) -> list[Any]:
        """The driver's values for this row: what each of its parameters is, by name."""
        return [row[name] if value is None else value(row[name]) for name, value in self._values]

    def run(self, tx: Connection, rows: Sequence[Row]) -> Any:
        """It has been executed, once for each of these rows. Returns the driver's cursor."""
        return executed(tx, self.text, [self.given(row) for row in rows], (self.table,))


class _Context:
    """What listeners are told of a statement besides its text."""

    compiled = None
    """It was not put together by the library just now."""

    def __init__(self, tables: Collection[str]) -> None:
        self.execution_options = {WRITES: tables}


def executed(tx: Connection, text: str, given: list[list[Any]], tables: Collection[str]) -> Any:
    """The driver has executed the text, once for each list of values. Returns its cursor."""
    many, connection = len(given) > 1, tx.connection
    values: Any = given if many else given[0]
    cursor: Any = connection.cursor() if tx.dialect.name == "sqlite" else RawCursor(connection.driver_connection)  # type: ignore[arg-type]
    context = _Context(tables)
    for told in tx.dispatch.before_cursor_execute:
        told(tx, cursor, text, values, context, many)
    try:
        if many:
            cursor.executemany(text, values)
        else:
            cursor.execute(text, values)
    except tx.dialect.loaded_dbapi.Error as error:
        raise in_the_library(tx, text, error) from error
    return cursor


def in_the_library(tx: Connection, text: str, error: Exception) -> Exception:
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
def dialect_of(name: str) -> Dialect:
    """What statements for the driver are written with: values by place, as it wants them."""
    if name == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    made: Dialect = psycopg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
    return made


def _value(dialect: Dialect, parameter: BindParameter[Any]) -> _Value:
    return parameter.type.dialect_impl(dialect).bind_processor(dialect)

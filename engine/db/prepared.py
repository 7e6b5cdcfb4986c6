"""Statements that are made once in the life of a process: as text for the driver, with what turns each value into the driver's.

The library has nothing left to find out when one is executed, which is half of what a statement costs. It is told of all the
same: whoever listens to what the database is asked hears of it, and the unit of the transaction which table it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, CursorResult, Dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DBAPIError

WRITES = "table_written"
"""The execution option by which a statement that is handed to the driver as it is says which table it writes."""
Row = Mapping[str, Any]
_Value = Callable[[Any], Any] | None
"""Makes the driver's value; None: the driver takes it as it is."""


class Prepared:
    def __init__(self, dialect: str, statement: Any, table: str) -> None:
        """`table` is the one that it writes."""
        self._options = {WRITES: table}
        compiled = statement.compile(dialect=_dialect(dialect))
        self._text = str(compiled)
        binds: Mapping[str, BindParameter[Any]] = compiled.binds
        places: Sequence[str] | None = compiled.positiontup
        self._is_by_place = places is not None
        self._names = list(binds) if places is None else places
        self._values = [(name, _value(_dialect(dialect), binds[name])) for name in self._names]

    def run(self, tx: Connection, rows: Sequence[Row]) -> CursorResult[Any]:
        """It has been executed, once for each of these rows: what each of its parameters is, by name."""
        given: Any = [self._given(row) for row in rows]
        return tx.exec_driver_sql(self._text, given if len(given) > 1 else given[0], self._options)

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
    errors: type[Exception] = tx.dialect.loaded_dbapi.Error
    try:
        with connection.pipeline():
            yield
    except errors as error:
        if connection.closed:
            tx.invalidate(error)
        raise DBAPIError.instance(
            "what a transaction has changed",
            None,
            error,
            errors,
            connection_invalidated=tx.invalidated,
            dialect=tx.dialect,
        ) from error


@cache
def _dialect(name: str) -> Dialect:
    if name == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    return psycopg.dialect()  # type: ignore[no-untyped-call]


def _value(dialect: Dialect, parameter: BindParameter[Any]) -> _Value:
    return parameter.type.dialect_impl(dialect).bind_processor(dialect)

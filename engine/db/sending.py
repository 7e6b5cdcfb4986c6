"""What a transaction writes goes to the database in as few messages as can be.

PostgreSQL takes statements on different tables as parts of one, which is one message, one plan and one answer. All parts see
what was there before it, and references are looked at when all of them are done; so no table comes twice in one message, and
what was to be written first comes in an earlier one. SQLite is no message away: it takes each statement by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from engine.db.prepared import Prepared, Row, executed, in_the_library
from engine.errors import Stale

Write = tuple[Prepared, Sequence[Row]]
"""A statement and the rows that it is executed for."""
MOST_ROWS = 4
"""Rows of one statement that are parts of a message; more are sent by themselves. Each number of parts is a text of its own."""
MOST_PARTS = 24
_PARAMETER = re.compile(r"\$(\d+)")


def send(tx: Connection, writes: Iterable[Write]) -> None:
    """All of it is written, in this order as far as it matters. Raises Stale when one that guards finds no row."""
    if tx.dialect.name == "sqlite":
        for statement, rows in writes:
            _checked(statement, statement.run(tx, rows))
        return
    messages = list(_messages(writes))
    while messages and messages[0].guard is not None:
        message = messages.pop(0)
        _checked(message.guard, message.send(tx))
    with _without_waiting(tx, len(messages)):
        for message in messages:
            message.send(tx)


class _Message:
    """Statements that are sent as one: each with a row, and of different tables; or one with many rows."""

    def __init__(self) -> None:
        self.guard: Prepared | None = None
        self.tables: list[str] = []
        self._parts: list[tuple[Prepared, Row]] = []
        self._many: Write | None = None

    @classmethod
    def of_many(cls, write: Write) -> _Message:
        own = cls()
        own._many = write
        return own

    def takes(self, write: Write) -> bool:
        statement, rows = write
        is_new = statement.table not in self.tables and not (statement.guards and self.guard)
        return is_new and len(self._parts) + len(rows) <= MOST_PARTS

    def add(self, write: Write) -> None:
        statement, rows = write
        self.tables.append(statement.table)
        self.guard = statement if statement.guards else self.guard
        self._parts += [(statement, row) for row in rows]

    def send(self, tx: Connection) -> Any:
        """Returns the cursor of the last part, which is the one that guards when there is one."""
        if self._many is not None:
            statement, rows = self._many
            return statement.run(tx, rows)
        parts = sorted(self._parts, key=lambda part: part[0].guards)
        given = [value for statement, row in parts for value in statement.given(row)]
        return executed(tx, _joined(tuple([statement for statement, _row in parts])), [given], self.tables)


def _messages(writes: Iterable[Write]) -> Iterator[_Message]:
    open_message = _Message()
    for write in writes:
        statement, rows = write
        alone = len(rows) > MOST_ROWS or (statement.guards and len(rows) > 1)
        if open_message.tables and (alone or not open_message.takes(write)):
            yield open_message
            open_message = _Message()
        if alone:
            yield _Message.of_many(write)
        else:
            open_message.add(write)
    if open_message.tables:
        yield open_message


@lru_cache(maxsize=1024)
def _joined(statements: tuple[Prepared, ...]) -> str:
    """One text whose parameters are those of all the statements, one after the other."""
    texts, before = list[str](), 0
    for statement in statements:
        texts.append(_PARAMETER.sub(lambda found, by=before: f"${int(found[1]) + by}", statement.text))  # type: ignore[misc]
        before += statement.size
    *beside, last = texts
    named = ", ".join(f"part{number} AS ({text})" for number, text in enumerate(beside))
    return f"WITH {named} {last}" if beside else last


def _checked(statement: Prepared | None, cursor: Any) -> None:
    if statement is not None and statement.guards and cursor.rowcount != 1:
        raise Stale


@contextmanager
def _without_waiting(tx: Connection, messages: int) -> Iterator[None]:
    """No answer is waited for before the last message is sent. Raises at its end what any of them raises."""
    if messages < 2:
        yield
        return
    connection: Any = tx.connection.driver_connection
    try:
        with connection.pipeline():
            yield
    except tx.dialect.loaded_dbapi.Error as error:
        raise in_the_library(tx, "what a transaction has changed", error) from error

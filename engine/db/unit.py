"""What a transaction carries besides its connection: what it has read once, and what it will write once.

Whoever holds the connection has the unit (`unit_of`). What waits to be written is flushed at the end of the transaction, before
a savepoint, and before any other statement, so that nothing is ever read without what was changed before. Whoever keeps
rows in memory is told which tables are written past it (`watch`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.sql.elements import ReleaseSavepointClause, RollbackToSavepointClause, SavepointClause

from engine.db.changes import Changes
from engine.db.memory import Memory
from engine.db.prepared import WRITES

_UNIT = "unit_of_work"
_SAVEPOINTS = (SavepointClause, ReleaseSavepointClause, RollbackToSavepointClause)
T = TypeVar("T")
Watcher = Callable[[str | None], None]
"""Is told the name of a table that was written, None for a statement that does not say which it writes."""


class Unit:
    def __init__(self, tx: Connection, memory: Memory) -> None:
        self.tx = tx
        self.memory = memory
        """What the process keeps of this database between transactions."""
        self.changes = Changes()
        self._kept: dict[object, Any] = {}
        self._watchers: list[Watcher] = []
        self._known = False
        """Whether those who keep rows know already what is being written."""
        self._apart = False
        self._written: Counter[str | None] = Counter()

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """What was made for this key within the transaction, made now if it was not."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: T = self._kept[key]
        return kept

    def kept(self, key: object) -> Any:
        """What was made for this key; None when nothing was."""
        return self._kept.get(key)

    def let_go(self, key: object) -> None:
        """What was kept for this key is made anew the next time."""
        self._kept.pop(key, None)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is executed within has nothing to do with what waits to be written: that goes on waiting.

        Whoever writes within has told those who keep rows, or tells them.
        """
        before, self._apart = self._apart, True
        try:
            with self.known():
                yield
        finally:
            self._apart = before

    def flush(self) -> None:
        """What waits is written; nothing waits any more."""
        while self.changes and not self._apart:
            changes, self.changes = self.changes, Changes()
            with self.known():
                changes.write(self.tx)

    @contextmanager
    def known(self) -> Iterator[None]:
        """Whoever keeps rows is not told what is written within: whoever writes it tells, or has told."""
        before, self._known = self._known, True
        try:
            yield
        finally:
            self._known = before

    def written(self, table: str | None) -> None:
        self._written[table] += 1
        if not self._known:
            for watcher in self._watchers:
                watcher(table)

    def times_written(self, tables: Collection[str]) -> int:
        """How many statements of this transaction may have written one of these tables; those that do not say which, always.

        What waits to be written is written before, if it is of these tables.
        """
        if not self.changes.tables.isdisjoint(tables):
            self.flush()
        written = self._written
        return written.get(None, 0) + sum([written.get(table, 0) for table in tables]) if written else 0

    @property
    def has_written(self) -> bool:
        return bool(self._written or self.changes)

    def forget(self) -> None:
        """Nothing that was read or changed counts any more: the database has gone back to where it was before.

        What was written before that is written all the same, so that tables were written is not forgotten.
        """
        self.changes = Changes()
        self._kept.clear()
        self._watchers.clear()


def unit_of(tx: Connection) -> Unit:
    """The unit of the transaction that this connection is in. Raises KeyError outside of `Database.transaction` and `reading`."""
    unit: Unit = tx.info[_UNIT]
    return unit


def begin(tx: Connection, memory: Memory) -> Unit:
    tx.info[_UNIT] = unit = Unit(tx, memory)
    return unit


def end(tx: Connection) -> None:
    """The connection carries nothing any more; one that was lost carries nothing anyway."""
    if not tx.invalidated:
        tx.info.pop(_UNIT, None)


def listen(engine: Engine) -> None:
    """Every statement of the engine's connections is seen by the unit of its transaction."""
    event.listen(engine, "before_execute", _before)
    event.listen(engine, "before_cursor_execute", _before_raw)
    event.listen(engine, "savepoint", lambda tx, _name: _flush(tx))
    event.listen(engine, "release_savepoint", lambda tx, _name, _context: _flush(tx))
    event.listen(engine, "rollback_savepoint", lambda tx, _name, _context: _forget(tx))


def _before(tx: Connection, statement: Any, *_more: Any) -> None:
    unit = tx.info.get(_UNIT)
    if unit is not None:
        unit.flush()
        if not (
            statement.is_select or isinstance(statement, _SAVEPOINTS) or _only_reads(getattr(statement, "text", ""))
        ):
            unit.written(getattr(getattr(statement, "table", None), "name", None))


def _before_raw(tx: Connection, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool) -> None:
    """A statement that was handed to the driver as it is: it may read and write anything, unless it says what it writes."""
    unit = tx.info.get(_UNIT)
    if unit is not None and context.compiled is None:
        unit.flush()
        if not _only_reads(text):
            for table in context.execution_options.get(WRITES, (None,)):
                unit.written(table)


def _only_reads(text: str) -> bool:
    """Whether a statement that is handed on as text cannot write: no function that we call so does."""
    return text.lstrip()[:6].upper() in ("SELECT", "PRAGMA")


def _flush(tx: Connection) -> None:
    unit = tx.info.get(_UNIT)
    if unit is not None:
        unit.flush()


def _forget(tx: Connection) -> None:
    unit = tx.info.get(_UNIT)
    if unit is not None:
        unit.forget()

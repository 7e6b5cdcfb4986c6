"""The only place that begins and commits a transaction.

`transaction()` is one thing that happened, wholly or not at all; `reading()` changes nothing. SQLite takes its write lock
at the beginning (`BEGIN IMMEDIATE`), so that a step never finds out at its end that somebody else was first.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import local
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from engine.db import stamp, unit
from engine.db.memory import Memory
from engine.db.turns import REBUILDING, Queue, take_turn
from engine.errors import Busy, DatabaseFull, LianbanError, Refused, Uncertain
from engine.keys import Keys, unrelated
from engine.messages import gettext as _
from engine.messages import listed, ngettext

T = TypeVar("T")
ATTEMPTS = 5
PATIENCE = 20.0
"""Seconds that a writer on SQLite waits for those before it."""
_CONNECTIONS: Mapping[str, int] = {"pool_size": 8, "max_overflow": 32}
"""Of one process: several times the threads that it has by default, so that none waits for the connection of another."""
_TRANSIENT_STATES = {"40001", "40P01"}  # serialization failure, deadlock
_DISK_FULL = "53100"
_SQLITE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_WRITES = "writes"
KEYS = "record_keys"
"""The execution option under which every connection of the database carries the keys of the installation."""
FOUND = "records_found"
"""What a transaction has found out about records that it is about to change; see engine.runtime.step.sealing."""

log = logging.getLogger("lianban.database")


class _Visit(local):
    """What one thread has open of a database between its looks, and how it writes."""

    going = False
    look: Connection | None = None
    open: ExitStack
    lookers = 0
    over = False
    """Whether the look is not to be used by anybody else: something has been written since, or it went wrong."""
    gives_way = False
    """Whether what this thread writes lets others go first."""


class Database:
    def __init__(self, url: str, keys: Keys | None = None) -> None:
        """A database at an SQLAlchemy URL: sqlite:///path or postgresql+psycopg://…

        `keys` seal what is recorded in it; without an installation's they fit nothing that was there before.
        """
        self.url = url
        self.memory = Memory()
        self._visit = _Visit()
        self.is_sqlite = url.startswith("sqlite")
        self._writers = Queue() if self.is_sqlite else None
        if self.is_sqlite:
            self.engine: Engine = create_engine(url, **_CONNECTIONS, connect_args={"timeout": PATIENCE})
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(url, **_CONNECTIONS, pool_pre_ping=True, isolation_level="READ COMMITTED")
        self.engine.update_execution_options(**{KEYS: keys or unrelated()})
        unit.listen(self.engine)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Raises Busy when locked out, DatabaseFull when its disk takes nothing more, and Uncertain when the database went
        away while it committed.
        """
        self._look_no_more()
        with self._begun(writes=True) as connection:
            yield connection

    @contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """A transaction in which tables may be built anew; nobody else does that meanwhile. Raises as `transaction` does.

        SQLite changes a table by copying it, and dropping the old one would drop, or refuse to leave behind, the rows that
        refer to it. So references are not watched while it runs, but looked through before it commits: none may be broken.
        """
        self._look_no_more()
        with self._begun(writes=True, watched=not self.is_sqlite) as connection:
            take_turn(connection, REBUILDING)
            yield connection
            if self.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise LianbanError(
                    ngettext(
                        "The database was not upgraded, and nothing has changed. %(num)s reference in %(tables)s is "
                        "broken. Contact the developers.",
                        "The database was not upgraded, and nothing has changed. %(num)s references in %(tables)s are "
                        "broken. Contact the developers.",
                        len(broken),
                        tables=listed(sorted({str(row[0]) for row in broken})),
                    )
                )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent look at the data; whatever is written in it is rolled back. Within a `visit` it is the visit's."""
        visit = self._visit
        if not visit.going or (visit.over and visit.look is not None):
            with self._begun(writes=False) as connection:
                yield connection
            return
        connection = self._visited()
        visit.lookers += 1
        try:
            with _in_our_words():
                yield connection
        except BaseException:
            visit.over = True
            raise
        finally:
            visit.lookers -= 1
            if visit.over or unit.unit_of(connection).has_written:
                self._look_no_more()

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Every look of this thread until the block ends is one and the same: one connection, one state of the data.

        What the thread writes meanwhile ends it, so the next look sees what was written; so does whatever is raised in it.
        """
        if self._visit.going:
            yield
            return
        self._visit.going = True
        try:
            yield
        finally:
            self._look_no_more()
            self._visit.going = False

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """What this thread writes until the block ends lets others of its process go first; for work nobody waits for.

        On PostgreSQL, where writers do not stand in a line, it makes no difference.
        """
        before, self._visit.gives_way = self._visit.gives_way, True
        try:
            yield
        finally:
            self._visit.gives_way = before

    @property
    def gives_way(self) -> bool:
        return self._visit.gives_way

    def _visited(self) -> Connection:
        visit = self._visit
        if visit.look is None:
            visit.open, visit.over = ExitStack(), False
            visit.look = visit.open.enter_context(self._begun(writes=False))
        return visit.look

    def _look_no_more(self) -> None:
        """The next look of the visit is a new one; who still looks goes on with what there was."""
        visit = self._visit
        visit.over = True
        if visit.look is not None and not visit.lookers:
            visit.look = None
            visit.open.close()

    def run(self, work: Callable[[Connection], T]) -> T:
        """The work is done in a transaction of its own, begun anew when the database asks for that, five times at most.

        Raises Busy when it could not be done; then nothing has changed. Raises the others as `transaction` does.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.transaction() as tx:
                    return work(tx)
            except Busy:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _begun(self, writes: bool, watched: bool = True) -> Iterator[Connection]:
        with (
            _in_our_words(),
            self._turn(writes),
            self.engine.connect() as connection,
            _references(connection, watched),
        ):
            connection = connection.execution_options(**{_WRITES: writes})
            if not writes and not self.is_sqlite:  # one look, not one for each statement; SQLite's is one anyway
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin() as transaction:
                connection.info[FOUND] = {}
                work = unit.begin(connection, self.memory)
                try:
                    yield connection
                    if writes:
                        work.flush()
                        stamp.renew(connection)
                        _commit(transaction)
                    else:
                        transaction.rollback()
                finally:
                    unit.end(connection)

    def _turn(self, writes: bool) -> AbstractContextManager[None]:
        if self._writers is None or not writes:
            return nullcontext()
        return self._writers.turn(PATIENCE, self.gives_way)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What the database refuses is one of our errors, where we know what to say. Raises Refused, Busy, DatabaseFull."""
    try:
        yield
    except DataError as error:  # a NUL, or a text that is too long for its column: nothing that a form lets through
        raise Refused(
            _(
                "What was sent contains characters that cannot be stored, or is too long. Nothing has changed. Check "
                "it and try again."
            )
        ) from error
    except DBAPIError as error:
        if _is_transient(error):
            raise Busy from error
        if _is_full(error):
            log.exception("the database could not be written")
            raise DatabaseFull from error
        raise


@contextmanager
def _references(connection: Connection, watched: bool) -> Iterator[None]:
    """Whether SQLite watches references; that can only be said outside of a transaction."""
    if watched:
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.invalidate()  # the next one to be opened watches again
        connection.close()


def _commit(transaction: RootTransaction) -> None:
    """Raises Uncertain when the connection was lost: the database may have committed before it could say so."""
    try:
        transaction.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Uncertain from error
        raise


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: we say when, and how
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=20000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _is_transient(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    locked = isinstance(error, OperationalError) and "locked" in str(error.orig)
    return state in _TRANSIENT_STATES or locked


def _is_full(error: DBAPIError) -> bool:
    """Whether the disk takes nothing more, or nothing at all."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # what exactly failed of reading and writing stands above
    return code in _SQLITE_DISK or getattr(error.orig, "sqlstate", None) == _DISK_FULL

"""What is done by one at a time, whoever and wherever they are: the others wait until the transaction is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from sqlalchemy import Connection

from engine.db import stamp
from engine.errors import Busy

DEPLOYING = 20261131
REBUILDING = 20261130
"""Names of PostgreSQL's locks; any numbers that nothing else here uses. SQLite has one writer at a time anyway."""


def take_turn(tx: Connection, what: int) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({what})")
        stamp.look_again(tx)


class Queue:
    """The threads of this process, one after another, in the order in which they came.

    SQLite has one writer, and lets those who wait for it try again after longer and longer pauses: beside a worker that
    writes without a pause somebody's click would be tried at the wrong moment for half a minute.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._line: deque[Event] = deque()

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """It is this thread's turn. Raises Busy when it has not come after so many seconds."""
        mine = Event()
        with self._lock:
            self._line.append(mine)
            self._line[0].set()
        try:
            if not mine.wait(seconds):
                raise Busy
            yield
        finally:
            with self._lock:
                self._line.remove(mine)
                if self._line:
                    self._line[0].set()

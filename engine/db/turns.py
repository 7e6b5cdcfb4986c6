"""What is done by one at a time, whoever and wherever they are: the others wait until the transaction is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import sleep

from sqlalchemy import Connection

from engine.db import stamp
from engine.errors import Busy

DEPLOYING = 20261131
REBUILDING = 20261130
"""Names of PostgreSQL's locks; any numbers that nothing else here uses. SQLite has one writer at a time anyway."""
GIVES_WAY_TO = 10
"""Others that go before one that gives way, which so comes to its turn however many click."""
A_MOMENT = 0.005
"""Seconds for which one that gives way leaves the line free after others."""


def take_turn(tx: Connection, what: int) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({what})")
        stamp.look_again(tx)


@dataclass(eq=False)
class _Place:
    lets_pass: int
    """How many may still go before it; 0: it keeps its place, or its turn has begun."""
    waited: bool = False
    """Whether somebody was before it since it rested last."""
    called: Event = field(default_factory=Event)


class Queue:
    """The threads of this process, one after another, in the order in which they came; some let others go first.

    SQLite has one writer, and lets those who wait for it try again after longer and longer pauses: beside a worker that
    writes without a pause somebody's click would be tried at the wrong moment for half a minute. In this line a click
    waits for the one transaction that has begun, whoever else stands there for the worker.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._line: list[_Place] = []

    @property
    def length(self) -> int:
        """How many stand in it, with whoever has its turn."""
        return len(self._line)

    @contextmanager
    def turn(self, seconds: float, gives_way: bool = False) -> Iterator[None]:
        """It is this thread's turn. Raises Busy when it is not called for so many seconds.

        One that gives way lets those go first who come while it waits, GIVES_WAY_TO of them at most. When it had to wait
        for anybody, it lets a moment pass before it begins: what somebody writes next often follows at once.
        """
        mine = _Place(GIVES_WAY_TO if gives_way else 0)
        with self._lock:
            self._stand(mine)
            self._call()
        try:
            self._come_up(mine, seconds)
            yield
        finally:
            with self._lock:
                self._line.remove(mine)
                self._call()

    def _stand(self, mine: _Place) -> None:
        """Behind everybody; one that does not give way stands before those who still let others go first."""
        mine.waited, place = bool(self._line), len(self._line)
        while not mine.lets_pass and place and self._line[place - 1].lets_pass:
            place -= 1
            self._line[place].lets_pass -= 1
            self._line[place].waited = True
        self._line.insert(place, mine)

    def _call(self) -> None:
        if self._line:
            self._line[0].called.set()

    def _come_up(self, mine: _Place, seconds: float) -> None:
        """It stands in front, and nobody goes before it any more."""
        while True:
            if not mine.called.wait(seconds):
                raise Busy
            with self._lock:
                if self._line[0] is not mine:  # somebody has come in the moment that it left free
                    mine.called.clear()
                    continue
                if not (mine.waited and mine.lets_pass):
                    mine.lets_pass = 0
                    return
                mine.waited = False
            sleep(A_MOMENT)

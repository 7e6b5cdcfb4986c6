"""Whether the installation can be worked with now: its database answers, and a worker looks after what falls due."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from engine.errors import LianbanError
from engine.runtime.instances import heartbeat
from engine.uses.transactions import Transactions

PATIENCE = 3.0
"""Seconds that the database has for its answer."""
LATE = timedelta(minutes=1)
"""A worker that has not looked for so long does not look."""


@dataclass(frozen=True)
class Readiness:
    """`last_tick` is how many seconds ago any worker has looked last; None when none has, or nobody knows."""

    database: bool
    last_tick: int | None

    @property
    def worker(self) -> bool:
        return self.last_tick is not None and self.last_tick <= LATE.total_seconds()

    @property
    def ready(self) -> bool:
        return self.database and self.worker


class ReadinessUses:
    def __init__(self, transactions: Transactions) -> None:
        self._database, self._clock = transactions.database, transactions.clock
        self._asked: Future[datetime | None] | None = None
        self._lock = Lock()

    def look(self) -> Readiness:
        """How it stands now. A database that hangs is one that does not answer; nobody waits longer than `PATIENCE`."""
        try:
            ticked_at = self._ask().result(PATIENCE)
        except (TimeoutError, SQLAlchemyError, LianbanError):
            return Readiness(False, None)
        ago = None if ticked_at is None else max(0, int((self._clock.now() - ticked_at).total_seconds()))
        return Readiness(True, ago)

    def _ask(self) -> Future[datetime | None]:
        """What the database is being asked, by one thread for all who want to know: it may never come back."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = _begun(self._last_tick)
            return self._asked

    def _last_tick(self) -> datetime | None:
        with self._database.reading() as tx:
            return heartbeat.last(tx)


def _begun(work: Callable[[], datetime | None]) -> Future[datetime | None]:
    found: Future[datetime | None] = Future()

    def do() -> None:
        try:
            found.set_result(work())
        except BaseException as error:
            found.set_exception(error)

    Thread(target=do, daemon=True).start()  # nobody waits for it at the end of the process
    return found

"""The numbers of the whole city: kept by the worker where there are too many cases to count them for every page."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from engine.reports.oversight import city_counts
from engine.uses.transactions import Transactions

AT_MOST_EVERY = timedelta(minutes=1)
SHARE = 20
"""Counting takes at most one part in so many of the worker's time, however many cases there are."""


class CountingUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._next_at: datetime | None = None

    def keep(self) -> bool:
        """The kept numbers are the present ones, unless they were counted in the last minute. Returns whether they were now.

        They are counted without holding anybody up, and written at once.
        """
        now, database = self._transactions.clock.now(), self._transactions.database
        if self._next_at is not None and self._next_at - AT_MOST_EVERY * SHARE <= now < self._next_at:
            return False
        begun = time.perf_counter()
        with database.reading() as tx:
            made_at = city_counts.made_at(tx)
            if made_at is not None and made_at <= now < made_at + AT_MOST_EVERY:  # by another worker
                self._next_at = made_at + AT_MOST_EVERY
                return False
            rows = city_counts.to_keep(tx, self._transactions.context(tx))
        if rows or made_at is not None:
            database.run(lambda tx: city_counts.keep(tx, rows))
        took = timedelta(seconds=time.perf_counter() - begun)
        self._next_at = now + max(AT_MOST_EVERY, took * SHARE)
        return True

"""The record of what happened: whether it hangs together, its heads that are kept elsewhere, and sealing it anew."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from engine.archive.contents import Stores
from engine.documents import whole_files
from engine.messages import Text
from engine.messages import gettext as _
from engine.runtime.notify import notices
from engine.runtime.record import kept_heads, proof
from engine.runtime.record.kept_heads import Head, Torn
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.uses.transactions import Transactions

log = logging.getLogger("lianban.engine")
HEADS_AGAIN = timedelta(minutes=10)


class RecordUses:
    def __init__(self, transactions: Transactions, stores: Stores, archives: Path, heads_file: Path | None) -> None:
        """`heads_file` is where the heads of the days are kept besides; None: nowhere."""
        self._transactions, self._stores = transactions, stores
        self._archives, self._heads_file = archives, heads_file
        self._kept_day: date | None = None
        self._again_at: datetime | None = None

    def verify_audit(self, elsewhere: Sequence[Head | Torn] = ()) -> list[audit.Broken]:
        """Everything recorded that does not fit, also with the heads that were kept elsewhere (`kept_heads.read`)."""
        files = {"papers": self._stores.papers.path, "materials": self._stores.materials.path}
        with self._transactions.database.reading() as tx:
            found = proof.verify(tx, files.items(), self._archives)
            return found + kept_heads.against(tx, elsewhere)

    def heads(self) -> list[str]:
        """Where the record ends now, in lines to be kept elsewhere."""
        with self._transactions.database.reading() as tx:
            return kept_heads.heads(tx)

    def reseal(self, by: str, reason: str, number: str | None = None) -> int:
        """What is there is sealed anew with the key in force; how many cases. Raises Refused, NotFound."""
        return self._transactions.database.run(
            lambda tx: proof.reseal(tx, by, reason, self._transactions.clock.now(), number)
        )

    def keep_heads(self) -> None:
        """The heads of the days closed last stand in the file that is kept elsewhere; once a day.

        A disk that is gone is tried again every ten minutes; the system administrators are told once a day.
        """
        path, now = self._heads_file, self._transactions.clock.now()
        if path is None or (self._again_at is not None and now < self._again_at):
            return
        with self._transactions.database.reading() as tx:
            day = kept_heads.last_day(tx)
            if day == self._kept_day:
                return
            lines = kept_heads.last_days(tx)
        try:
            whole_files.add_lines(path, lines)
        except (OSError, UnicodeDecodeError) as error:
            self._again_at = now + HEADS_AGAIN
            log.warning("the head of the day was not written to %s: %s", path, error)
            no_text = _("it does not contain text")
            reason: Text = (error.strerror if isinstance(error, OSError) else None) or no_text
            self._transactions.database.run(
                lambda tx: _notify_of_heads(tx, self._transactions.context(tx), path, reason)
            )
            return
        self._kept_day, self._again_at = day, None


def _notify_of_heads(tx: Connection, context: Context, path: Path, reason: Text) -> None:
    text = _(
        "The daily seal was not written to %(path)s, given in LIANBAN_HEADS_FILE (%(reason)s). Check the file and its "
        "disk. The system tries again every ten minutes.",
        path=str(path),
        reason=reason,
    )
    notices.notify_administrators(tx, context, text, since=context.now - timedelta(days=1))

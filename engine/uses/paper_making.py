"""PDF and pages of issued papers are made by the worker, after the step that has issued them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from engine.db import fetch
from engine.db.rows import DocumentRow
from engine.db.tables import document
from engine.documents import letter_versions, making, typesetting
from engine.documents.page_store import PageStore
from engine.documents.paper_store import PaperStore
from engine.errors import LianbanError
from engine.messages import Text, in_chinese, to_json
from engine.messages import gettext as _
from engine.runtime.instances import instances
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.entries import PaperFailed, PaperMade
from engine.uses.transactions import Transactions

log = logging.getLogger("lianban.papers")
AT_A_TIME = 50
"""Papers that one round makes; the next one goes on."""
OTHERWISE = _(
    "The new PDF differs from the original, perhaps because fonts or typesetting have changed. It was not used. "
    "Restore the original from a back-up."
)


class PaperMaker:
    def __init__(
        self, transactions: Transactions, store: PaperStore, pages: PageStore, stopping: Callable[[], bool]
    ) -> None:
        """Once it is `stopping` no other paper is begun."""
        self._transactions, self._store, self._pages, self._stopping = transactions, store, pages, stopping

    def make_what_waits(self) -> int:
        """Every paper that waits has its PDF and its pages, or the reason why not. Returns how many were made.

        Nothing is made within the step that issues a paper: setting takes its time, and a failure must not undo a step.
        """
        made = 0
        for _time in range(AT_A_TIME):
            document_id = None if self._stopping() else self._waiting()
            if document_id is None:
                break
            row = self._taken(document_id)
            if row is not None:
                made += self._make(row)
        return made

    def _waiting(self) -> str | None:
        with self._transactions.database.reading() as tx:
            return making.waiting(tx, self._transactions.clock.now())

    def _taken(self, document_id: str) -> DocumentRow | None:
        """The paper, which is this worker's to make; None when another has it."""

        def take(tx: Connection) -> DocumentRow | None:
            if not making.take(tx, document_id, self._transactions.clock.now()):
                return None
            return fetch.one(tx, DocumentRow, select(document).where(document.c.id == document_id))

        return self._transactions.database.run(take)

    def _make(self, row: DocumentRow) -> bool:
        """The paper and its pages are stored, and its hash is in the record. A failure is told, and tried again later."""
        try:
            sha256 = self._stored(row)
        except OSError as error:
            reason = _(
                "The document cannot be written to the disk (%(error)s). The system administrator has to free disk "
                "space or check the permissions.",
                error=error.strerror or str(error),
            )
            return self._failed(row, reason)
        except LianbanError as error:
            return self._failed(row, error.sentence)
        if row.pdf_sha256 is not None and sha256 != row.pdf_sha256:
            return self._failed(row, OTHERWISE)

        def record(tx: Connection, context: Context) -> None:
            instances.lock(tx, row.instance_id)
            mine = (document.c.id == row.id) & document.c.pdf_sha256.is_(None)
            made = tx.execute(update(document).where(mine).values(pdf_sha256=sha256, **_failure(None)))
            if made.rowcount:
                audit.append(tx, row.instance_id, context.now, PaperMade(row.id, row.number, sha256))
            elif row.render_failure:
                tx.execute(update(document).where(document.c.id == row.id).values(**_failure(None)))
            making.done(tx, row.id)

        self._transactions.write(record)
        return True

    def _stored(self, row: DocumentRow) -> str:
        """The hash of the PDF, which lies in its store with the pages beside it. Raises NotTypeset, LianbanError, OSError."""
        letter_id, words, issued_on = row.letter_id, row.data, row.issued_on
        assert letter_id is not None, "only what has a letter is made"
        assert words is not None, "what has a letter has its words"
        assert issued_on is not None, "and the day that it bears"
        version = self._transactions.read(lambda tx, context: letter_versions.find(tx, letter_id))
        fonts = self._transactions.fonts
        sha256: str | None = row.pdf_sha256
        if sha256 is None or not self._store.intact(sha256):
            sha256 = self._store.put(typesetting.pdf(version.layout, words, issued_on, fonts))
        if not self._pages.pages(row.id):
            self._pages.put(row.id, typesetting.pictures(version.layout, fonts.printable(words), fonts))
        return sha256

    def _failed(self, row: DocumentRow, reason: Text) -> bool:
        """Told once in the log and the audit for each new reason; the paper stays issued, its words stay readable."""
        is_new = row.render_failure != in_chinese(reason)
        if is_new:
            log.error("paper %s (%s) could not be made: %s", row.id, row.number, reason)

        def note(tx: Connection, context: Context) -> None:
            if is_new:
                instances.lock(tx, row.instance_id)
                tx.execute(update(document).where(document.c.id == row.id).values(**_failure(reason)))
                audit.append(tx, row.instance_id, context.now, PaperFailed(row.id, row.number, reason))
            making.rest(tx, row.id, context.now)

        self._transactions.write(note)
        return False


def _failure(reason: Text | None) -> dict[str, Any]:
    """Why the PDF could not be made, in Chinese and for readers of any language."""
    return {"render_failure": in_chinese(reason) if reason else None, "render_said": to_json(reason)}

"""Papers: looked at and edited before they are issued; made, shown, signed for and voided afterwards."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Row, select, update

from engine.db.tables import document, process_instance
from engine.deployments import definitions
from engine.documents import letter_versions, typesetting
from engine.documents.paper_store import PaperStore
from engine.errors import AlreadyDone, InvalidValues, LianbanError, NotAllowed, NotFound
from engine.organisation.assignment import Actor, PaperSubject, may
from engine.reports.confidence import WITHHELD, says_what_is_hidden
from engine.reports.documents import DocumentView
from engine.reports.sent import unread_papers
from engine.runtime import audit, instances
from engine.runtime.confidential import require_untold
from engine.runtime.facts import known
from engine.runtime.notices import tell_people
from engine.runtime.step import Context
from engine.runtime.words import readable
from engine.uses.transactions import Transactions

log = logging.getLogger("lianban.papers")
AT_A_TIME = 50
"""Papers that one round makes; the next one goes on."""
PICTURES_KEPT = 64
REASON_LIMIT = 200


class NotYetMade(LianbanError):
    """文书的 PDF 还没有做好，内容和文号都已保存，请稍后再打开。"""

    code = "not_yet_made"
    status = 503


@dataclass(frozen=True)
class MadePaper:
    """A stored PDF, and the name under which it is saved."""

    path: Path
    name: str


class PaperUses:
    def __init__(
        self, transactions: Transactions, store: PaperStore, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """Once it is `stopping` no other paper is begun."""
        self._transactions, self._store, self._stopping = transactions, store, stopping
        self._pictures: OrderedDict[str, list[bytes]] = OrderedDict()
        self._lock = Lock()

    # --- what people do with them ---

    def sign_for(self, actor: Actor, document_id: str) -> None:
        """The receiving unit has signed for the paper; who was first stays. Raises NotFound, NotAllowed."""

        def sign(tx: Connection, context: Context) -> None:
            row = self._of(tx, actor, document_id, "sign_for_paper")
            if row.signed_for_at is not None:
                return
            values = {"signed_for_at": context.now, "signed_for_by": actor.person_id}
            tx.execute(update(document).where(document.c.id == document_id).values(**values))
            self._told(tx, context, actor, row, "paper_signed_for", {})

        self._transactions.write(sign)

    def void(self, actor: Actor, document_id: str, reason: str) -> None:
        """The paper is void, in every copy that bears its number; the number stays and is not given again.

        What the paper had set in motion is not undone by this. The receivers are told. Raises NotFound, NotAllowed,
        InvalidValues without a reason, AlreadyDone.
        """
        reason = " ".join(readable(reason, "reason").split())

        def make_void(tx: Connection, context: Context) -> None:
            row = self._of(tx, actor, document_id, "void_paper")
            if row.voided_at is not None:
                raise AlreadyDone("这份文书已经作废。")
            if not 4 <= len(reason) <= REASON_LIMIT:
                raise InvalidValues({"reason": f"请写明作废的理由，4 到 {REASON_LIMIT} 字。"})
            require_untold(tx, row.instance_id, actor, "reason", reason)
            same = document.c.id == document_id
            if row.number is not None:
                same = (document.c.from_unit == row.from_unit) & (document.c.number == row.number)
            values = {"voided_at": context.now, "voided_by": actor.person_id, "void_reason": reason}
            every = tx.execute(select(document).where(same)).all()
            tx.execute(update(document).where(same).values(**values))
            text = f"{row.title}{row.number or ''}已由发文单位作废：{reason}"
            for copy in every:
                self._notify(tx, context, copy, text)
            self._told(tx, context, actor, row, "paper_voided", {"reason": reason})

        self._transactions.write(make_void)

    def _of(self, tx: Connection, actor: Actor, document_id: str, verb: str) -> Row[Any]:
        of_it = select(document).where(document.c.id == document_id)
        row = tx.execute(of_it).first()
        if row is None:
            raise NotFound
        instances.require_visible(tx, row.instance_id, actor)
        instances.lock(tx, row.instance_id)
        row = tx.execute(of_it).one()  # as it is now that nobody else changes it
        decision = may(actor, verb, PaperSubject(frozenset(), row.from_unit, row.to_unit))
        if not decision.allowed:
            raise NotAllowed(decision.reason)
        return row

    def _told(
        self, tx: Connection, context: Context, actor: Actor, row: Row[Any], kind: str, more: dict[str, Any]
    ) -> None:
        content = {"id": row.id, "number": row.number, **more}
        audit.append(tx, row.instance_id, context.now, kind, content, actor.person_id, actor.unit_code)

    def _notify(self, tx: Connection, context: Context, row: Row[Any], text: str) -> None:
        roles = ("liaison", "case_officer")
        tell_people(tx, context, row.instance_id, "told", row.to_unit, roles, text)

    # --- issued papers ---

    def pdf(self, actor: Actor, document_id: str) -> MadePaper:
        """The PDF/A of an issued paper, made now if it was not yet. Raises NotFound, NotAllowed, NotYetMade with why."""
        row = self._row(actor, document_id)
        if row.data is None:
            raise NotFound("这份文书没有 PDF，只有页面上的内容。")
        if row.pdf_sha256 is None or not self._store.intact(row.pdf_sha256):
            self._make(row)
            row = self._row(actor, document_id)
            if row.pdf_sha256 is None or not self._store.intact(row.pdf_sha256):
                raise NotYetMade(f"文书的 PDF 还没有做好：{row.render_failure}内容和文号都已保存，系统会自动再试。")
        name = f"{row.number or row.title}{'（已作废）' if row.voided_at else ''}.pdf"
        return MadePaper(self._store.path(row.pdf_sha256), name)

    def pictures(self, actor: Actor, document_id: str) -> list[bytes]:
        """The pages of an issued paper as PNG. Raises NotFound, NotAllowed, NotTypeset."""
        row = self._row(actor, document_id)
        if row.data is None:
            raise NotFound("这份文书没有版式页面，只有页面上的内容。")
        version = self._transactions.read(lambda tx, context: letter_versions.find(tx, row.letter_id))
        return self.draw(version.layout, row.data)

    def page_count(self, actor: Actor, view: DocumentView) -> int:
        """How many pages can be shown; none when there are none, or while they cannot be set."""
        if view.paper is None or view.withheld:
            return 0
        try:
            return len(self.pictures(actor, view.line.id))
        except typesetting.NotTypeset as error:
            log.error("paper %s cannot be shown: %s", view.line.id, error.message)
            return 0

    def draw(self, layout: Mapping[str, str], words: Mapping[str, Any]) -> list[bytes]:
        """The pages of these words as PNG; the latest are kept at hand."""
        words = self._transactions.fonts.printable(words)
        key = typesetting.key(layout, words)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        drawn = typesetting.pictures(layout, words, self._transactions.fonts)
        with self._lock:
            self._pictures[key] = drawn
            while len(self._pictures) > PICTURES_KEPT:
                self._pictures.popitem(last=False)
        return drawn

    def make_what_waits(self) -> int:
        """Every issued paper has its PDF, or the reason why not. Returns how many were made.

        Nothing is made within the step that issues a paper: setting takes its time, and a failure must not undo a step.
        """
        waiting = select(document).where(document.c.pdf_sha256.is_(None), document.c.data.isnot(None))
        with self._transactions.database.reading() as tx:
            rows = tx.execute(waiting.order_by(document.c.delivered_at, document.c.id).limit(AT_A_TIME)).all()
        return sum(self._make(row) for row in rows if not self._stopping())

    def _make(self, row: Row[Any]) -> bool:
        """The paper is stored and its hash is in the record. A failure is logged, told, and tried again next time."""
        try:
            sha256 = self._store.put(self._set(row))
        except typesetting.NotTypeset as error:
            return self._failed(row, error.message)
        except OSError as error:
            return self._failed(
                row, f"文书写不进磁盘（{error.strerror or error}），请系统管理员清理磁盘空间或检查权限。"
            )
        except LianbanError as error:
            return self._failed(row, error.message)
        if row.pdf_sha256 is not None and sha256 != row.pdf_sha256:
            return self._failed(
                row, "重新制作的 PDF 与原件不一致，可能更换过字体或排版程序，没有采用。请从备份恢复原件。"
            )

        def record(tx: Connection, context: Context) -> None:
            instances.lock(tx, row.instance_id)
            mine = (document.c.id == row.id) & document.c.pdf_sha256.is_(None)
            made = tx.execute(update(document).where(mine).values(pdf_sha256=sha256, render_failure=None))
            if made.rowcount:
                content = {"id": row.id, "number": row.number, "sha256": sha256}
                audit.append(tx, row.instance_id, context.now, "paper_made", content)
            elif row.render_failure:
                tx.execute(update(document).where(document.c.id == row.id).values(render_failure=None))

        self._transactions.write(record)
        return True

    def _set(self, row: Row[Any]) -> bytes:
        version = self._transactions.read(lambda tx, context: letter_versions.find(tx, row.letter_id))
        return typesetting.pdf(version.layout, row.data, row.issued_on, self._transactions.fonts)

    def _failed(self, row: Row[Any], reason: str) -> bool:
        """Told once in the log and the audit for each new reason; the paper stays issued, its words stay readable."""
        if row.render_failure != reason:
            log.error("paper %s (%s) could not be made: %s", row.id, row.number, reason)

            def tell(tx: Connection, context: Context) -> None:
                instances.lock(tx, row.instance_id)
                tx.execute(update(document).where(document.c.id == row.id).values(render_failure=reason))
                content = {"id": row.id, "number": row.number, "reason": reason}
                audit.append(tx, row.instance_id, context.now, "paper_failed", content)

            self._transactions.write(tell)
        return False

    def _row(self, actor: Actor, document_id: str) -> Row[Any]:
        def look(tx: Connection, context: Context) -> Row[Any]:
            row = tx.execute(select(document).where(document.c.id == document_id)).first()
            if row is None:
                raise NotFound
            instances.require_visible(tx, row.instance_id, actor)
            if not may(actor, "read_paper", PaperSubject(frozenset(), row.from_unit, row.to_unit)).allowed:
                raise NotFound
            if row.id in unread_papers(tx, row.instance_id, actor):
                raise NotFound
            instance = tx.execute(select(process_instance).where(process_instance.c.id == row.instance_id)).one()
            definition = definitions.load(tx, instance.definition_id)
            if says_what_is_hidden(row.data, definition, known(tx, row.instance_id), actor):
                raise NotAllowed(WITHHELD)
            return row

        return self._transactions.read(look)

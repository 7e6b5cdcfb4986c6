"""Papers: looked at and edited before they are issued; made, shown, signed for and voided afterwards."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, select, update

from engine.db import fetch
from engine.db.case import case_of
from engine.db.rows import DocumentRow
from engine.db.tables import document
from engine.deployments import definitions
from engine.documents import deliveries, making, typesetting
from engine.documents.page_store import PageStore
from engine.documents.paper_store import PaperStore
from engine.errors import AlreadyDone, InvalidValues, LianbanError, NotAllowed, NotFound
from engine.messages import Name, Text, from_json, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, PaperSubject, may
from engine.reports.case.documents import DocumentView, document_view
from engine.reports.case.withheld_documents import WITHHELD, says_what_is_hidden
from engine.reports.parts.sent import unread_papers
from engine.runtime.instances import instances
from engine.runtime.notify.notices import notify_people
from engine.runtime.step import audit
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Entry, PaperSignedFor, PaperVoided
from engine.runtime.step.facts import known
from engine.runtime.step.free_text import readable
from engine.states import NoticeKind
from engine.uses.paper_making import PaperMaker
from engine.uses.transactions import Transactions

PICTURES_KEPT = 64
REASON_LIMIT = 200


class NotYetMade(LianbanError):
    """PDF and pages are still to be made."""

    default = _(
        "The PDF of the document and its pages are being made, usually within a few seconds. Its text and number are "
        "saved. Open it a little later."
    )
    code = "not_yet_made"
    status = 503


@dataclass(frozen=True)
class MadePaper:
    """A stored PDF, and the name under which it is saved."""

    path: Path
    name: str


@dataclass(frozen=True)
class Shown:
    """How many pages there are to be shown, and whether PDF and pages are being made."""

    count: int
    waits: bool


class PaperUses:
    def __init__(
        self, transactions: Transactions, store: PaperStore, pages: PageStore, stopping: Callable[[], bool]
    ) -> None:
        """Once it is `stopping` no other paper is begun."""
        self._transactions, self._store, self._pages = transactions, store, pages
        self._maker = PaperMaker(transactions, store, pages, stopping)
        self._pictures: OrderedDict[str, list[bytes]] = OrderedDict()
        self._drawing = Lock()

    # --- what people do with them ---

    def document(self, actor: Actor, document_id: str) -> DocumentView:
        """The page of a document; the receiving unit's first look is kept."""
        return self._transactions.write(lambda tx, context: document_view(tx, context, actor, document_id))

    def sign_for(self, actor: Actor, document_id: str) -> None:
        """The receiving unit has signed for the paper; who was first stays. Raises NotFound, NotAllowed."""

        def sign(tx: Connection, context: Context) -> None:
            row = self._of(tx, actor, document_id, "sign_for_paper")
            case = case_of(tx, row.instance_id)
            if deliveries.sign_for(case, case.one(document, document_id), actor.person_id, context.now):
                self._record(tx, context, actor, PaperSignedFor(row.id, row.number), row)

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
                raise AlreadyDone(_("This document is already void."))
            if not 4 <= len(reason) <= REASON_LIMIT:
                raise InvalidValues(
                    {"reason": _("Give the reason for voiding it, in 4 to %(limit)s characters.", limit=REASON_LIMIT)}
                )
            require_unrevealed(tx, row.instance_id, actor, "reason", reason)
            same = document.c.id == document_id
            if row.number is not None:
                same = (document.c.from_unit == row.from_unit) & (document.c.number == row.number)
            values = {"voided_at": context.now, "voided_by": actor.person_id, "void_reason": reason}
            every = fetch.every(tx, DocumentRow, select(document).where(same))
            tx.execute(update(document).where(same).values(**values))
            about = {"title": Name(row.title), "number": row.number or "", "reason": reason}
            text = (
                _("The issuing unit has voided '%(title)s' (%(number)s): %(reason)s", **about)
                if row.number
                else _("The issuing unit has voided '%(title)s': %(reason)s", **about)
            )
            for copy in every:
                self._notify(tx, context, copy, text)
            self._record(tx, context, actor, PaperVoided(row.id, row.number, reason), row)

        self._transactions.write(make_void)

    def _of(self, tx: Connection, actor: Actor, document_id: str, verb: str) -> DocumentRow:
        of_it = select(document).where(document.c.id == document_id)
        row = fetch.first(tx, DocumentRow, of_it)
        if row is None:
            raise NotFound
        instances.require_visible(tx, row.instance_id, actor)
        instances.lock(tx, row.instance_id)
        row = fetch.one(tx, DocumentRow, of_it)  # as it is now that nobody else changes it
        decision = may(actor, verb, PaperSubject(frozenset(), row.from_unit, row.to_unit))
        if not decision.allowed:
            raise NotAllowed(decision.reason)
        return row

    def _record(self, tx: Connection, context: Context, actor: Actor, entry: Entry, row: DocumentRow) -> None:
        audit.append(tx, row.instance_id, context.now, entry, actor.person_id, actor.unit_code)

    def _notify(self, tx: Connection, context: Context, row: DocumentRow, text: Text) -> None:
        roles = ("liaison", "case_officer")
        notify_people(tx, context, row.instance_id, NoticeKind.NOTIFICATION, row.to_unit, roles, text)

    # --- issued papers ---

    def pdf(self, actor: Actor, document_id: str) -> MadePaper:
        """The PDF/A of an issued paper. Raises NotFound, NotAllowed, and NotYetMade with why: then the worker makes it."""
        row = self._row(actor, document_id)
        if row.data is None:
            raise NotFound(_("This document has no PDF, only what is on the page."))
        if row.pdf_sha256 is None or not self._store.intact(row.pdf_sha256):
            raise self._not_yet_made(row)
        called = row.number or row.title
        name = str(_("%(name)s (void).pdf", name=called)) if row.voided_at else f"{called}.pdf"
        return MadePaper(self._store.path(row.pdf_sha256), name)

    def pictures(self, actor: Actor, document_id: str) -> list[bytes]:
        """The pages of an issued paper as PNG. Raises as `pdf` does."""
        row = self._row(actor, document_id)
        if row.data is None:
            raise NotFound(_("This document has no printed pages, only what is on the page."))
        pages = self._pages.pages(document_id)
        if not pages:
            raise self._not_yet_made(row)
        return pages

    def shown(self, view: DocumentView) -> Shown:
        """What there is of the document as a paper. The worker makes what is missing."""
        if view.paper is None or view.withheld:
            return Shown(0, False)
        count, sha256 = len(self._pages.pages(view.line.id)), view.paper.sha256
        is_whole = bool(count and sha256 and self._store.path(sha256).exists())
        if not is_whole:
            self._want(view.line.id)
        return Shown(count, not is_whole and not view.paper.failure)

    def _not_yet_made(self, row: DocumentRow) -> NotYetMade:
        self._want(row.id)
        if row.render_failure is None:
            return NotYetMade()
        failure = from_json(row.render_said) if row.render_said else row.render_failure
        saved = _("Its text and number are saved, and the system will try again.")
        return NotYetMade(
            sentences(_("The PDF of the document has not been made yet: %(failure)s", failure=failure), saved)
        )

    def _want(self, document_id: str) -> None:
        with self._transactions.database.reading() as tx:
            is_wanted = making.is_wanted(tx, document_id)
        if not is_wanted:
            self._transactions.write(lambda tx, context: making.want(tx, document_id, context.now))

    def draw(self, layout: Mapping[str, str], words: Mapping[str, Any]) -> list[bytes]:
        """The pages of a draft as PNG, for whoever asks for them in this click: one after another, the latest kept at hand."""
        words = self._transactions.fonts.printable(words)
        key = typesetting.key(layout, words)
        with self._drawing:
            if key not in self._pictures:
                self._pictures[key] = typesetting.pictures(layout, words, self._transactions.fonts)
            self._pictures.move_to_end(key)
            while len(self._pictures) > PICTURES_KEPT:
                self._pictures.popitem(last=False)
            return self._pictures[key]

    def make_what_waits(self) -> int:
        """Every paper that waits has its PDF and its pages, or the reason why not; for the worker, and for tests."""
        return self._maker.make_what_waits()

    def _row(self, actor: Actor, document_id: str) -> DocumentRow:
        def look(tx: Connection, context: Context) -> DocumentRow:
            row = fetch.first(tx, DocumentRow, select(document).where(document.c.id == document_id))
            if row is None:
                raise NotFound
            instances.require_visible(tx, row.instance_id, actor)
            if not may(actor, "read_paper", PaperSubject(frozenset(), row.from_unit, row.to_unit)).allowed:
                raise NotFound
            if row.id in unread_papers(tx, row.instance_id, actor):
                raise NotFound
            instance = case_of(tx, row.instance_id).whole
            definition = definitions.load(tx, instance.definition_id)
            if says_what_is_hidden(row.data, definition, known(tx, row.instance_id), actor):
                raise NotAllowed(WITHHELD)
            return row

        return self._transactions.read(look)

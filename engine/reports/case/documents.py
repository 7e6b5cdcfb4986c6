"""Documents as readers see them: the list of an instance, and the page of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.db.case import case_of
from engine.db.english import english_of
from engine.db.tables import document
from engine.db.values import decode
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.documents import deliveries
from engine.documents.materials import kind_name
from engine.errors import NotFound
from engine.forms.schema import Field
from engine.messages import Name, Text, When
from engine.organisation.assignment import Actor, PaperSubject, may
from engine.reports.case.withheld_documents import says_what_is_hidden
from engine.reports.parts.answers import in_words
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.readers import MASK, hides
from engine.reports.parts.sent import unread_papers
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.step.facts import known


@dataclass(frozen=True)
class DocumentLine:
    id: str
    code: str
    title: Name
    from_unit: UnitName | None
    to_unit: UnitName | None
    copy: bool
    delivered_at: datetime
    read_at: datetime | None
    addressee: str
    """Whom outside the units it is for; empty when it is for `to_unit`."""
    number: str
    """文号; empty for an internal paper."""
    voided: bool

    @property
    def filed(self) -> bool:
        """Kept in the unit's own files, sent to nobody."""
        return self.from_unit == self.to_unit and not self.addressee


@dataclass(frozen=True)
class PaperView:
    """What makes a document a paper: who signed it, its mark, and how its PDF stands."""

    signer: str
    issued_on: date
    mark: str
    sha256: str
    failure: str
    signed_for_at: datetime | None
    signed_for_by: str
    may_sign_for: bool
    may_void: bool
    voided_at: datetime | None
    voided_by: str
    void_reason: str


@dataclass(frozen=True)
class ListedMaterial:
    kind_name: Text
    title: str
    copies: int
    pages: int
    original: bool


@dataclass(frozen=True)
class DocumentView:
    """A document as it stood when it was delivered."""

    line: DocumentLine
    number: str
    instance_title: str
    entries: list[tuple[Text, Text, bool]]
    """Label, words, and whether the words need the whole width."""
    materials: list[ListedMaterial]
    read_by: str
    paper: PaperView | None
    """None: it was delivered before there were letters."""
    withheld: bool
    """Its pages say what is kept from this reader."""


def document_lines(
    tx: Connection, instance_id: str, names: Names, actor: Actor, procedure: str = ""
) -> list[DocumentLine]:
    """The documents of the instance that this person may read: what a unit keeps in its own files is its own, and what
    two others have written to each other is theirs until the receiver writes to this one."""
    kept = unread_papers(tx, instance_id, actor)
    listed = deliveries.of_instance(tx, instance_id)
    return [_line(tx, found, procedure, names) for found in listed if found.id not in kept and readable(actor, found)]


def document_view(tx: Connection, context: Context, actor: Actor, document_id: str) -> DocumentView:
    """The document for a party or the bureaus of oversight; the receiving unit's first look is kept. Raises NotFound."""
    row = tx.execute(select(document).where(document.c.id == document_id)).first()
    if row is None:
        raise NotFound
    instances.require_visible(tx, row.instance_id, actor)
    if not readable(actor, row) or row.id in unread_papers(tx, row.instance_id, actor):
        raise NotFound
    if actor.unit_code == row.to_unit and row.read_at is None and not row.content.get("addressee"):
        deliveries.mark_read(tx, document_id, actor.person_id, context.now)
        row = tx.execute(select(document).where(document.c.id == document_id)).one()
    instance = case_of(tx, row.instance_id).whole
    names = Names(tx)
    definition, facts = definitions.load(tx, instance.definition_id), known(tx, instance.id)
    return DocumentView(
        line=_line(tx, row, instance.key, names),
        number=instance.number,
        instance_title=instance.title,
        entries=[_entry(entry, definition, facts, actor, names) for entry in row.content["entries"]],
        materials=[
            ListedMaterial(kind_name(item["kind"]), item["title"], item["copies"], item["pages"], item["original"])
            for item in row.content["materials"]
        ],
        read_by=names.person(row.read_by),
        paper=_paper(row, names, actor) if row.data is not None else None,
        withheld=says_what_is_hidden(row.data, definition, facts, actor),
    )


def _paper(row: Any, names: Names, actor: Actor) -> PaperView:
    subject = PaperSubject(frozenset(), row.from_unit, row.to_unit)
    return PaperView(
        signer=names.person(row.signed_by),
        issued_on=row.issued_on,
        mark=row.data["mark"],
        sha256=row.pdf_sha256 or "",
        failure=row.render_failure or "",
        signed_for_at=row.signed_for_at,
        signed_for_by=names.person(row.signed_for_by),
        may_sign_for=row.signed_for_at is None
        and row.voided_at is None
        and may(actor, "sign_for_paper", subject).allowed,
        may_void=row.voided_at is None and may(actor, "void_paper", subject).allowed,
        voided_at=row.voided_at,
        voided_by=names.person(row.voided_by),
        void_reason=row.void_reason or "",
    )


def readable(actor: Actor, row: Any) -> bool:
    """Whether this person may open the document: what a unit keeps, or has written to a person, is its own."""
    return may(actor, "read_paper", PaperSubject(frozenset(), row.from_unit, row.to_unit)).allowed


def _line(tx: Connection, row: Any, procedure: str, names: Names) -> DocumentLine:
    return DocumentLine(
        id=row.id,
        code=row.code,
        title=english_of(tx).titled(procedure, row.element_id, row.title),
        from_unit=names.unit(row.from_unit),
        to_unit=names.unit(row.to_unit),
        copy=row.copy,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        addressee=row.content.get("addressee", ""),
        number=row.number or "",
        voided=row.voided_at is not None,
    )


def _entry(
    entry: dict[str, Any], definition: Definition, facts: dict[str, object], actor: Actor, names: Names
) -> tuple[Text, Text, bool]:
    """One entry as this reader sees it; what any form holds confidential is so in every document."""
    own = [form.by_key[entry["name"]] for form in definition.forms.values() if entry["name"] in form.by_key]
    if any(hides(field, definition.diagram, facts, actor) for field in own):
        return _label(entry, own), MASK, False
    value, field = decode(entry["value"]), own[-1] if own else None
    if field is None:
        return entry["label"], _plain(value), False
    return _label(entry, own), in_words(field, value, names), field.type == "textarea"


def _label(entry: dict[str, Any], own: list[Field]) -> Name:
    """The label as it was when the document went out; in English that of a form that calls it so."""
    drawn = str(entry["label"])
    return next((field.label for field in own if field.label.drawn == drawn), Name(drawn))


def _plain(value: object) -> Text:
    if isinstance(value, datetime):
        return When(value, "minute")
    return When(value, "day") if isinstance(value, date) else str(value)

"""What one unit has written to another, as it stood at the moment of delivery.

The instant a document is stored here it has entered the receiving unit's inbox, and that is its receipt (电子签名法第十一条,
A10). Its content is kept as it was: a later correction of a fact does not change what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, update

from engine.db import searchable
from engine.db.case import Case, case_of
from engine.db.rows import DocumentRow
from engine.db.tables import document, material
from engine.db.values import encode
from engine.forms.schema import Field, Form
from engine.ids import new_id


@dataclass(frozen=True)
class Document:
    id: str
    instance_id: str
    sequence: int
    code: str
    title: str
    from_unit: str
    to_unit: str
    copy: bool
    content: dict[str, Any]
    """`entries`: {name, label, value} of each fact, encoded as facts are; `materials`: the list that goes with it;
    `addressee`: whom outside the units it is for, when it is for none of them."""
    delivered_at: datetime
    read_at: datetime | None
    read_by: str | None
    element_id: str | None
    number: str | None
    """文号; None for an internal paper."""
    signed_by: str | None
    signed_at: datetime | None
    issued_on: date | None
    letter_id: str | None
    data: dict[str, Any] | None
    """Every word of the paper as its layout takes it."""
    pdf_sha256: str | None
    render_failure: str | None
    render_said: Any
    """`render_failure` as `messages.to_json` keeps it; None for one that is in Chinese alone."""
    signed_for_at: datetime | None
    signed_for_by: str | None
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    scope_id: str | None = None
    """The scope in which it was issued; None: the instance itself."""


@dataclass(frozen=True)
class Paper:
    """What makes a document a paper: its number, who signed it when, and every word of it."""

    element_id: str
    number: str | None
    signed_by: str | None
    signed_at: datetime | None
    issued_on: date
    letter_id: str
    data: dict[str, Any]


def deliver(
    tx: Connection,
    *,
    instance_id: str,
    code: str,
    title: str,
    from_unit: str,
    to_unit: str,
    copy: bool,
    content: dict[str, Any],
    now: datetime,
    paper: Paper | None = None,
    document_id: str | None = None,
    scope_id: str | None = None,
) -> str:
    """The document is in the receiving unit's inbox. Returns its id."""
    document_id = document_id or new_id()
    case = case_of(tx, instance_id)
    row = {
        "id": document_id,
        "instance_id": instance_id,
        "sequence": len(case.rows(document)) + 1,
        "code": code,
        "title": title,
        "from_unit": from_unit,
        "to_unit": to_unit,
        "copy": copy,
        "content": content,
        "delivered_at": now,
        "scope_id": scope_id,
        **(vars(paper) if paper else {}),
    }
    case.add(document, row)
    if paper and paper.number:
        searchable.keep(tx, instance_id, searchable.PAPER, paper.number, document_id=document_id)
    return document_id


def compose(
    tx: Connection,
    instance_id: str,
    forms: Iterable[Form],
    facts: Mapping[str, object],
    units: Collection[str],
    withheld: Callable[[Field], bool] = lambda field: False,
) -> dict[str, Any]:
    """What a document says: the answers of these forms that are given, and the material of these units at this moment.

    What is `withheld` from the unit that receives it is not written into it at all. What one form asks and another only
    shows again is said once, where it was asked.
    """
    fields = [field for form in forms for field in form.fields]
    said = {field.key: field for field in sorted(fields, key=lambda field: not field.readonly)}
    entries = [
        {"name": field.key, "label": field.label.drawn, "value": encode(facts[field.key])}
        for field in fields
        if said[field.key] is field
        and facts.get(field.key) not in (None, "", [])
        and facts[field.key] is not False
        and not withheld(field)
    ]
    return {"entries": entries, "materials": materials_of(tx, instance_id, units)}


def materials_of(tx: Connection, instance_id: str, units: Collection[str]) -> list[dict[str, Any]]:
    """What these units have put on the list, as it stands: nobody hands over what another unit has added."""
    names = ("kind", "title", "copies", "pages", "original")
    return [
        {name: getattr(row, name) for name in names}
        for row in case_of(tx, instance_id).rows(material)
        if row.unit_code in units and row.removed_at is None
    ]


def of_instance(tx: Connection, instance_id: str) -> list[Document]:
    rows = sorted(case_of(tx, instance_id).rows(document), key=lambda row: (row.delivered_at, row.sequence))
    return [Document(**row._asdict()) for row in rows]


def sign_for(case: Case, row: DocumentRow, person_id: str, now: datetime) -> bool:
    """The receiving unit has signed for the document; who was first stays. Returns whether this person was."""
    if row.signed_for_at is not None:
        return False
    case.change(document, row, signed_for_at=now, signed_for_by=person_id)
    return True


def mark_read(tx: Connection, document_id: str, person_id: str, now: datetime) -> None:
    """The receiving unit has read the document; only the first reading is kept."""
    tx.execute(
        update(document)
        .where(document.c.id == document_id, document.c.read_at.is_(None))
        .values(read_at=now, read_by=person_id)
    )

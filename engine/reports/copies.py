"""The inbox's tab of copies: documents for information to the unit, and instances that somebody may read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, false, literal, or_, select

from engine.db.tables import document, process_instance, reader, reading
from engine.organisation.assignment import Actor
from engine.reports.units import Names, UnitName

Wanted = Callable[..., list[ColumnElement[bool]]]
"""The conditions of the filters, for a period and the texts that are searched."""


@dataclass(frozen=True)
class CopyRow:
    """A document (`kind` is document; read by the unit), or an instance with its sender's note, read by this person."""

    kind: str
    id: str
    title: str
    note: str
    number: str
    instance_title: str
    from_unit: UnitName | None
    delivered_at: datetime
    read_at: datetime | None


def statement(actor: Actor, wanted: Wanted, unread_only: bool) -> Select[Any]:
    """Both sorts of copies, the latest first; none for technical rights alone."""
    sighted = [] if actor.reads_cases else [false()]
    of_instance = (process_instance.c.number, process_instance.c.title.label("instance_title"))
    documents = (
        select(
            literal("document").label("kind"),
            document.c.id,
            document.c.title,
            literal("").label("note"),
            document.c.from_unit,
            document.c.delivered_at.label("at"),
            document.c.read_at,
            *of_instance,
        )
        .join(process_instance, process_instance.c.id == document.c.instance_id)
        .where(document.c.copy, document.c.to_unit == actor.unit_code, *sighted, *wanted(None, document.c.title))
    )
    mine = (reading.c.reader_id == reader.c.id) & (reading.c.person_id == actor.person_id)
    instances = (
        select(
            literal("instance"),
            reader.c.id,
            process_instance.c.title,
            reader.c.note,
            reader.c.from_unit,
            reader.c.sent_at,
            select(reading.c.read_at).where(mine).scalar_subquery(),
            *of_instance,
        )
        .join(process_instance, process_instance.c.id == reader.c.instance_id)
        .where(reader.c.unit_code == actor.unit_code, reader.c.revoked_at.is_(None))
        .where(or_(reader.c.role.in_(sorted(actor.standing_roles)), reader.c.person_id == actor.person_id))
        .where(*sighted, *wanted(None, reader.c.note))
    )
    both = documents.union_all(instances).subquery()
    found = select(both).order_by(both.c.at.desc(), both.c.id)
    return found.where(both.c.read_at.is_(None)) if unread_only else found


def rows(found: Sequence[Row[Any]], names: Names) -> list[CopyRow]:
    return [
        CopyRow(
            kind=row.kind,
            id=row.id,
            title=row.title,
            note=row.note,
            number=row.number,
            instance_title=row.instance_title,
            from_unit=names.unit(row.from_unit),
            delivered_at=row.at,
            read_at=row.read_at,
        )
        for row in found
    ]

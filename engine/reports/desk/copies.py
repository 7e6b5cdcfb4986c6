"""The inbox's tab of copies: documents for information to the unit, and instances that somebody may read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, literal, or_, select

from engine.db.tables import document, process_instance, reader, reading
from engine.organisation.assignment import Actor
from engine.reports.parts import paging
from engine.reports.parts.conditions import reads_none
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.paging import Place

Wanted = Callable[..., list[ColumnElement[bool]]]
"""The conditions of the filters, for a period and the texts that are searched."""
_OF_INSTANCE = (process_instance.c.number, process_instance.c.title.label("instance_title"))


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


def page_at(actor: Actor, wanted: Wanted, place: Place) -> Select[Any]:
    """Both sorts of copies, the latest first."""
    arms = [
        paging.at(_documents(actor, wanted), (document.c.delivered_at, document.c.id), place, newest_first=True),
        paging.at(_instances(actor, wanted), (reader.c.sent_at, reader.c.id), place, newest_first=True),
    ]
    first, second = (select(arm.subquery()) for arm in arms)
    both = first.union_all(second).subquery()
    return paging.at(select(both), paging.sorted_by(both), place, newest_first=True)


def every(actor: Actor, wanted: Wanted) -> Select[Any]:
    """Both sorts of copies, to be counted."""
    return _both(_documents(actor, wanted), _instances(actor, wanted))


def unread(actor: Actor, wanted: Wanted) -> Select[Any]:
    """Those that the unit has not read, and this person; to be counted."""
    documents = _documents(actor, wanted).where(document.c.read_at.is_(None))
    return _both(documents, _instances(actor, wanted).where(~_mine(actor).exists()))


def _both(documents: Select[Any], instances: Select[Any]) -> Select[Any]:
    first, second = (arm.limit(paging.COUNTED).subquery() for arm in (documents, instances))
    return select(select(first.c.sort_id).union_all(select(second.c.sort_id)).subquery())


def _documents(actor: Actor, wanted: Wanted) -> Select[Any]:
    return (
        select(
            literal("document").label("kind"),
            document.c.id,
            document.c.title,
            literal("").label("note"),
            document.c.from_unit,
            document.c.read_at,
            *_OF_INSTANCE,
            document.c.delivered_at.label("sort_at"),
            document.c.id.label("sort_id"),
        )
        .join(process_instance, process_instance.c.id == document.c.instance_id)
        .where(document.c.copy, document.c.to_unit == actor.unit_code)
        .where(*_sighted(actor), *wanted(None, document.c.title))
    )


def _instances(actor: Actor, wanted: Wanted) -> Select[Any]:
    addressed = or_(reader.c.role.in_(sorted(actor.standing_roles)), reader.c.person_id == actor.person_id)
    return (
        select(
            literal("instance").label("kind"),
            reader.c.id,
            process_instance.c.title,
            reader.c.note,
            reader.c.from_unit,
            _mine(actor).scalar_subquery().label("read_at"),
            *_OF_INSTANCE,
            reader.c.sent_at.label("sort_at"),
            reader.c.id.label("sort_id"),
        )
        .join(process_instance, process_instance.c.id == reader.c.instance_id)
        .where(reader.c.unit_code == actor.unit_code, reader.c.revoked_at.is_(None), addressed)
        .where(*_sighted(actor), *wanted(None, reader.c.note))
    )


def _mine(actor: Actor) -> Select[Any]:
    own = (reading.c.reader_id == reader.c.id) & (reading.c.person_id == actor.person_id)
    return select(reading.c.read_at).where(own).correlate(reader)


def _sighted(actor: Actor) -> list[ColumnElement[bool]]:
    """Technical rights alone show no copy."""
    return reads_none(actor)


class _Copy(Protocol):
    """What both statements give."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def from_unit(self) -> str: ...
    @property
    def read_at(self) -> datetime | None: ...
    @property
    def number(self) -> str: ...
    @property
    def instance_title(self) -> str: ...
    @property
    def sort_at(self) -> datetime: ...


def rows(found: Sequence[_Copy], names: Names) -> list[CopyRow]:
    return [
        CopyRow(
            kind=row.kind,
            id=row.id,
            title=row.title,
            note=row.note,
            number=row.number,
            instance_title=row.instance_title,
            from_unit=names.unit(row.from_unit),
            delivered_at=row.sort_at,
            read_at=row.read_at,
        )
        for row in found
    ]

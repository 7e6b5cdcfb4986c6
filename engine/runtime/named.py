"""What people and units are called, asked once in a transaction."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from engine.db.tables import person, unit
from engine.db.unit import unit_of

_PERSON = select(person.c.name).where(person.c.id == bindparam("id"))
_UNIT = select(unit.c.name).where(unit.c.code == bindparam("code"))


def name_of_person(tx: Connection, person_id: str) -> str | None:
    """The person's name; None when there is no such person."""
    found: str | None = unit_of(tx).keep(("person", person_id), lambda: tx.scalar(_PERSON, {"id": person_id}))
    return found


def name_of_unit(tx: Connection, code: str) -> str | None:
    """The unit's name; None when there is, and was, none of this code."""
    found: str | None = unit_of(tx).keep(("unit", code), lambda: tx.scalar(_UNIT, {"code": code}))
    return found

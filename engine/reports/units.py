"""Names of units, people and matters, looked up once for everything that one page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select

from engine.db.searchable import SUBJECT_FACT
from engine.db.tables import fact, matter, person, unit
from engine.db.values import decode
from engine.organisation.units import WITHIN


@dataclass(frozen=True)
class UnitName:
    code: str
    name: str
    kind: str


class Names:
    """The units, people and matters of the city by their ids, each kind read when the first of it is asked for; a city has
    hundreds of units, not millions."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx

    @cached_property
    def _units(self) -> dict[str, UnitName]:
        rows = self._tx.execute(select(unit.c.code, unit.c.name, unit.c.kind))
        return {row.code: UnitName(row.code, row.name, row.kind) for row in rows}

    @cached_property
    def _people(self) -> dict[str, str]:
        return {row.id: row.name for row in self._tx.execute(select(person.c.id, person.c.name))}

    @cached_property
    def _matters(self) -> dict[str, str]:
        return {row.code: row.title for row in self._tx.execute(select(matter.c.code, matter.c.title))}

    def parties(self) -> list[UnitName]:
        """The units that act in their own name, by code: those that a list may be asked for."""
        return sorted((found for found in self._units.values() if found.kind not in WITHIN), key=lambda one: one.code)

    def unit(self, code: str | None) -> UnitName | None:
        return self._units.get(code) if code else None

    def person(self, person_id: str | None) -> str:
        return self._people.get(person_id, "") if person_id else ""

    def matter(self, code: str | None) -> str:
        return self._matters.get(code, "") if code else ""


def party_names(tx: Connection, instance_ids: Iterable[str]) -> dict[str, str]:
    """Whom each of these instances concerns; those where it is not known yet are missing."""
    of_these = fact.c.instance_id.in_(list(instance_ids)) & (fact.c.name == SUBJECT_FACT)
    rows = tx.execute(select(fact.c.instance_id, fact.c.value).where(of_these).order_by(fact.c.id))
    return {row.instance_id: str(value) for row in rows if (value := decode(row.value))}

"""Names of units and people, looked up once for everything that one page shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine.db.tables import person, unit


@dataclass(frozen=True)
class UnitName:
    code: str
    name: str
    kind: str


class Names:
    """All units and people of the city by their ids; a city has hundreds of units, not millions."""

    def __init__(self, tx: Connection) -> None:
        rows = tx.execute(select(unit.c.code, unit.c.name, unit.c.kind))
        self._units = {row.code: UnitName(row.code, row.name, row.kind) for row in rows}
        self._people = {row.id: row.name for row in tx.execute(select(person.c.id, person.c.name))}

    def unit(self, code: str | None) -> UnitName | None:
        return self._units.get(code) if code else None

    def person(self, person_id: str | None) -> str:
        return self._people.get(person_id, "") if person_id else ""

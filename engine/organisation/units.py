"""Units of the city, as they exist at an instant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, or_, select

from engine.db.tables import unit

KINDS = {
    "town": "镇街",
    "department": "市级部门",
    "justice_bureau": "市司法局",
    "supervision_bureau": "市行政执法监督局",
    "staffing_office": "市委编办",
    "conference_office": "联席会议办公室",
    "city_government": "市政府",
    "police": "公安机关",
    "procuratorate": "检察机关",
    "court": "市人民法院",
    "roving_team": "巡回包保执法队伍",
    "internal_body": "内设机构",
}
WITHIN = ("internal_body", "roving_team")
"""Kinds that act within another unit and are never a sender or receiver in their own name (R13, R50)."""


@dataclass(frozen=True)
class Unit:
    code: str
    name: str
    kind: str
    abbreviation: str
    parent_code: str | None
    full_name: str | None = None
    """As it stands on papers, when that is more than the name: 青河市生态环境局."""
    phone: str | None = None


def find(tx: Connection, code: str, at: datetime) -> Unit | None:
    """The unit, when it exists at that instant."""
    row = tx.execute(select(*_COLUMNS).where(unit.c.code == code, _exists(at))).first()
    return Unit(*row) if row else None


def exists(tx: Connection, code: str) -> bool:
    """Whether there is, or has been, a unit of this code."""
    return tx.execute(select(unit.c.code).where(unit.c.code == code)).first() is not None


def every(tx: Connection, at: datetime, kinds: Collection[str] | None = None) -> list[Unit]:
    """The units that exist at that instant, by kind in the order of `KINDS`, then by name."""
    found = [Unit(*row) for row in tx.execute(select(*_COLUMNS).where(_exists(at)))]
    chosen = [item for item in found if kinds is None or item.kind in kinds]
    return sorted(chosen, key=lambda item: (list(KINDS).index(item.kind), item.code))


def named_unit(tx: Connection, code: str, at: datetime) -> Unit | None:
    """The unit in whose name this one acts: itself, or the parent of an internal body or a roving team (R13, R50)."""
    found = find(tx, code, at)
    if found is not None and found.kind in WITHIN and found.parent_code:
        return find(tx, found.parent_code, at)
    return found


def add(
    tx: Connection,
    code: str,
    name: str,
    kind: str,
    abbreviation: str,
    at: datetime,
    parent_code: str | None = None,
    full_name: str | None = None,
    phone: str | None = None,
) -> Unit:
    added = Unit(code, name, kind, abbreviation, parent_code, full_name, phone)
    tx.execute(insert(unit).values(**vars(added), valid_from=at))
    return added


_COLUMNS = (
    unit.c.code,
    unit.c.name,
    unit.c.kind,
    unit.c.abbreviation,
    unit.c.parent_code,
    unit.c.full_name,
    unit.c.phone,
)


def _exists(at: datetime) -> ColumnElement[bool]:
    return (unit.c.valid_from <= at) & or_(unit.c.valid_to.is_(None), unit.c.valid_to > at)

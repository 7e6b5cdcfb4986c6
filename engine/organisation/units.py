"""Units of the city, as they exist at an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert

from engine.db.tables import unit
from engine.organisation.city_now import WITHIN as WITHIN
from engine.organisation.city_now import Unit as Unit
from engine.organisation.city_now import organisation

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


def find(tx: Connection, code: str, at: datetime) -> Unit | None:
    """The unit, when it exists at that instant."""
    return organisation(tx).unit(code, at)


def exists(tx: Connection, code: str) -> bool:
    """Whether there is, or has been, a unit of this code."""
    return organisation(tx).unit_ever(code) is not None


def every(tx: Connection, at: datetime, kinds: Collection[str] | None = None) -> list[Unit]:
    """The units that exist at that instant, by kind in the order of `KINDS`, then by name."""
    chosen = (item for item in organisation(tx).units(at) if kinds is None or item.kind in kinds)
    return sorted(chosen, key=lambda item: (list(KINDS).index(item.kind), item.code))


def named_unit(tx: Connection, code: str, at: datetime) -> Unit | None:
    """The unit in whose name this one acts: itself, or the parent of an internal body or a roving team (R13, R50)."""
    found = find(tx, code, at)
    return found if found is None or found.acting_code == code else find(tx, found.acting_code, at)


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

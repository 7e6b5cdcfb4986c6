"""Units of the city, as they exist at an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert

from engine.db.tables import unit
from engine.messages import Message, pgettext
from engine.organisation.city_now import WITHIN as WITHIN
from engine.organisation.city_now import Unit as Unit
from engine.organisation.city_now import organisation

KINDS: dict[str, Message] = {
    "town": pgettext("kind of unit", "town or subdistrict"),
    "department": pgettext("kind of unit", "city department"),
    "justice_bureau": pgettext("kind of unit", "Justice Bureau"),
    "supervision_bureau": pgettext("kind of unit", "Enforcement Supervision Bureau"),
    "staffing_office": pgettext("kind of unit", "Staffing Office"),
    "conference_office": pgettext("kind of unit", "conference office"),
    "city_government": pgettext("kind of unit", "city government"),
    "police": pgettext("kind of unit", "police"),
    "procuratorate": pgettext("kind of unit", "procuratorate"),
    "court": pgettext("kind of unit", "city court"),
    "roving_team": pgettext("kind of unit", "roving team"),
    "internal_body": pgettext("kind of unit", "internal body"),
}
"""What one unit of the kind is called."""


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

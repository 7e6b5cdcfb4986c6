"""What people and units are called, whether they are there now or not."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.organisation.city_now import organisation


def name_of_person(tx: Connection, person_id: str) -> str | None:
    """The person's name; None when there is no such person."""
    found = organisation(tx).people.get(person_id)
    return found.person.name if found else None


def name_of_unit(tx: Connection, code: str) -> str | None:
    """The unit's name; None when there is, and was, none of this code."""
    found = organisation(tx).unit_ever(code)
    return found.name if found else None


def names_of_units(tx: Connection) -> frozenset[str]:
    """What every unit of the city is called, in short and in full, also those that are no more."""
    return organisation(tx).unit_names

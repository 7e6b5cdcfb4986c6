"""What people and units are called, whether they are there now or not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from engine.messages import Name, Text, in_chinese
from engine.messages import gettext as _
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


ENDED = {
    "withdrawn": _("Cancelled"),
    "ended_by_office": _("Ended by the administrator"),
    "ended_with_caller": _("Ended with the case it came from"),
    "called_off": _("Called off by the case it came from"),
}
"""What the results of instances are called that were ended past their diagram, by the result."""


def result_of(instance: Any) -> Text:
    """With what the instance has ended: the name of its end event, or how it was ended past its diagram."""
    if instance.result_name and instance.result in ENDED:
        own = ENDED[instance.result]
        if in_chinese(own) == instance.result_name:
            return own
    return Name(instance.result_name) if instance.result_name else _("ended")

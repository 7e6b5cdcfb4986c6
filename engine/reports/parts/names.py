"""Names of units, people and matters, looked up for everything that a page shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from engine.db.searchable import SUBJECT_FACT
from engine.db.tables import fact
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Message, Name, Text, listed, pgettext
from engine.messages import gettext as _
from engine.organisation import jurisdiction
from engine.organisation.city_now import Unit, organisation
from engine.organisation.people import ROLES


@dataclass(frozen=True)
class UnitName:
    code: str
    name: str
    kind: str


class Names:
    """The units, people and matters of the city by their ids, each kind read when the first of it is asked for; a city has
    hundreds of units, not millions."""

    def __init__(self, tx: Connection) -> None:
        self._tx, self._city = tx, organisation(tx)

    def parties(self) -> Sequence[Unit]:
        """The units that act in their own name, by code: those that a list may be asked for."""
        return self._city.acting

    def unit(self, code: str | None) -> UnitName | None:
        found = self._city.unit_ever(code) if code else None
        return UnitName(found.code, found.name, found.kind) if found else None

    def person(self, person_id: str | None) -> str:
        found = self._city.people.get(person_id) if person_id else None
        return found.person.name if found else ""

    def matter(self, code: str | None) -> str:
        found = jurisdiction.find(self._tx, code) if code else None
        return found.title if found else ""


def role_names(roles: Collection[str]) -> Text:
    """The roles as a list, 联系人、承办人; empty for none."""
    found = [name for role, name in ROLES.items() if role in roles]
    return listed(found) if found else ""


class Answered(Protocol):
    """What is read of a task to say how it was answered."""

    @property
    def element_id(self) -> str: ...
    @property
    def outcome(self) -> str | None: ...
    @property
    def outcome_name(self) -> str | None: ...


def outcome_name(definition: Definition, row: Answered) -> Name:
    """The answer with which the task ended, as its form calls it; empty for one that has none."""
    return definition.outcome_name(row.element_id, row.outcome, row.outcome_name)


def result_name(definition: Definition, result: str | None, said: str | None) -> Text:
    """The result of an instance, which is kept with these words: the name of the end event, or how else it ended."""
    for element in definition.diagram.of_kind("endEvent"):
        if element.properties.get("result") == result and element.name == said:
            return definition.element_name(element.id)
    return _OTHER_RESULTS.get(result or "", said or "")


_OTHER_RESULTS: Mapping[str, Message] = {
    "withdrawn": pgettext("result", "Cancelled"),
    "ended_by_office": pgettext("result", "Ended by the administrator"),
    "ended_with_caller": _("Ended with the case that called it"),
    "called_off": _("Called off by the case that called it"),
    "ended_as_failed": pgettext("result", "Failed"),
}
"""Ends that no diagram draws."""


def party_names(tx: Connection, instance_ids: Iterable[str]) -> dict[str, str]:
    """Whom each of these instances concerns; those where it is not known yet are missing."""
    of_these = fact.c.instance_id.in_(list(instance_ids)) & (fact.c.name == SUBJECT_FACT)
    rows = tx.execute(select(fact.c.instance_id, fact.c.value).where(of_these).order_by(fact.c.id))
    return {row.instance_id: str(value) for row in rows if (value := decode(row.value))}

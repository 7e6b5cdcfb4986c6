"""Who there is in the city, kept in memory by its version: units, people with their posts and preferences, and matters.

What begins and ends keeps its dates and is asked for an instant, so time passing needs no new version. The rows are those
that the transaction sees (`db.stamp`): one that has just written them sees what it has written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, select

from engine.db import stamp
from engine.db.tables import person, post, unit

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

    @property
    def acting_code(self) -> str:
        """The unit for which a post in this one acts: its own, or the parent of an internal body or a roving team."""
        return self.parent_code if self.kind in WITHIN and self.parent_code else self.code


@dataclass(frozen=True)
class Person:
    id: str
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Post:
    """`acting_unit` is the unit for which the holder acts: the post's own, or the parent of an internal body."""

    id: str
    person_id: str
    unit_code: str
    acting_unit: str
    role: str


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant on, until another one, exclusive; without an end when that is None."""

    valid_from: datetime
    valid_to: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_to is None or self.valid_to > at)


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, whether the account is open, and where mail goes."""

    person: Person
    active: bool
    email: str | None


class Organisation:
    """Units, people and posts of all times."""

    def __init__(self, tx: Connection) -> None:
        self._units = {row.code: (Unit(*row[:7]), Span(row.valid_from, row.valid_to)) for row in tx.execute(_UNITS)}
        self.people = {row.id: Somebody(Person(*row[:3]), row.active, row.email) for row in tx.execute(_PEOPLE)}
        self._by_unit: dict[str, list[tuple[Post, Span]]] = defaultdict(list)
        self._by_person: dict[str, list[tuple[Post, Span]]] = defaultdict(list)
        self._by_role: dict[str, list[tuple[Post, Span]]] = defaultdict(list)
        ends: list[tuple[datetime, str]] = []
        closed: list[str] = []
        for row in tx.execute(_POSTS):
            held = Post(row.id, row.person_id, row.unit_code, self._units[row.unit_code][0].acting_code, row.role)
            dated = (held, Span(row.valid_from, row.valid_to))
            for index, key in (
                (self._by_unit, held.acting_unit),
                (self._by_person, held.person_id),
                (self._by_role, held.role),
            ):
                index[key].append(dated)
            if row.left_at is None and row.valid_to is not None:
                ends.append((row.valid_to, row.id))
            if row.left_at is None and not self.people[row.person_id].active:
                closed.append(row.id)
        self._ends, self._closed = sorted(ends), closed
        """The posts whose holder's work has not been let go of: those that end, the first before, and of closed accounts."""

    @cached_property
    def unit_names(self) -> frozenset[str]:
        """What the units of all times are called, in short and in full."""
        units = (found for found, _ in self._units.values())
        return frozenset(name for unit in units for name in (unit.name, unit.full_name) if name)

    @cached_property
    def acting(self) -> tuple[Unit, ...]:
        """The units of all times that act in their own name, by code."""
        own = (found for found, _ in self._units.values() if found.kind not in WITHIN)
        return tuple(sorted(own, key=lambda found: found.code))

    def unit(self, code: str, at: datetime) -> Unit | None:
        """The unit, when it exists at that instant."""
        found, span = self._units.get(code, (None, None))
        return found if span is not None and span.holds(at) else None

    def unit_ever(self, code: str) -> Unit | None:
        """The unit, also when it is no more, or not yet."""
        found, _ = self._units.get(code, (None, None))
        return found

    def units(self, at: datetime) -> Iterator[Unit]:
        return (found for found, span in self._units.values() if span.holds(at))

    def posts_of(self, person_id: str, at: datetime) -> list[Post]:
        """The longest held first."""
        return _at(self._by_person.get(person_id, ()), at)

    def posts_for(self, unit_code: str, roles: Collection[str], at: datetime) -> list[Post]:
        """Those whose holders act for the unit, the longest held first."""
        return [held for held in _at(self._by_unit.get(unit_code, ()), at) if held.role in roles]

    def posts_anywhere(self, role: str, at: datetime) -> list[Post]:
        return _at(self._by_role.get(role, ()), at)

    def has_ended(self, at: datetime) -> bool:
        """Whether a post has ended by then whose holder's work has not been let go of."""
        return bool(self._ends) and self._ends[0][0] <= at

    def to_let_go_of(self, at: datetime) -> list[str]:
        """The posts that have ended by then and have not been let go of, the first before; those of closed accounts too."""
        ended = (post_id for valid_to, post_id in self._ends if valid_to <= at)
        return list(dict.fromkeys([*ended, *self._closed]))

    def active(self, person_id: str) -> Person | None:
        """The person, while the account is open."""
        found = self.people[person_id]
        return found.person if found.active else None


def organisation(tx: Connection) -> Organisation:
    return stamp.content(tx, "organisation", Organisation)


def _at(dated: Collection[tuple[Post, Span]], at: datetime) -> list[Post]:
    return [held for held, span in dated if span.holds(at)]


_UNITS = select(
    unit.c.code,
    unit.c.name,
    unit.c.kind,
    unit.c.abbreviation,
    unit.c.parent_code,
    unit.c.full_name,
    unit.c.phone,
    unit.c.valid_from,
    unit.c.valid_to,
)
_PEOPLE = select(person.c.id, person.c.login, person.c.name, person.c.active, person.c.email)
_POSTS = select(post).order_by(post.c.valid_from, post.c.id)

"""The scopes of an instance: its sub-processes and iterations, each within another one or within the instance itself.

A scope is told by its id, the instance itself by None. From within a scope one sees what belongs to it, then what belongs to
the scopes around it, outwards. What is said in an iteration is seen in it alone; what is said in a sub-process that is not
repeated is seen around it, too, unless something is said there later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.spiff.workflow import Places
from engine.db.case import Case, case_of
from engine.db.tables import scope
from engine.db.values import decode, encode

ScopeId = str | None
LOOP_COUNTER = "loopCounter"
"""By what name expressions know which iteration they are in, from 0."""


@dataclass(frozen=True)
class Scope:
    """`position` and `item` are those of an iteration; a sub-process that is not repeated has neither."""

    id: str
    parent_id: ScopeId
    element_id: str
    position: int | None
    item: object
    run_id: str | None = None
    """The activity whose iteration it is, the same for all of them."""
    is_apart: bool = False
    """Whether what is said within is seen nowhere else: it is one of several that are done each for itself."""
    is_done: bool = False
    """Whether it had come to its own end when it was read."""


class Scopes:
    def __init__(self, found: Iterable[Scope] = (), item_names: Mapping[str, str] | None = None) -> None:
        """`item_names` says of each activity with iterations that are apart what the item is called in them, if anything."""
        self._found = {one.id: one for one in found}
        self._item_names = item_names or {}
        self._new: list[Scope] = []
        self._done = {one.id for one in self._found.values() if one.is_done}

    def __bool__(self) -> bool:
        """Whether the instance has had any."""
        return bool(self._found)

    def get(self, scope_id: str) -> Scope:
        return self._found[scope_id]

    def at(self, places: Places) -> ScopeId:
        """The innermost scope of a place; scopes that were not known are from now on."""
        parent: ScopeId = None
        for place in places:
            if place.id not in self._found:
                is_apart = place.index is not None and place.element_id in self._item_names
                new = Scope(place.id, parent, place.element_id, place.index, place.item, place.run, is_apart)
                self._found[place.id] = new
                self._new.append(new)
            parent = place.id
        return parent

    def note_done(self, scope_ids: Iterable[str]) -> list[Scope]:
        """These iterations have come to their own end. Returns those that are apart and are known here."""
        found = [self._found[one] for one in scope_ids if one in self._found]
        self._done |= {one.id for one in found}
        return [one for one in found if one.is_apart]

    def done_beside(self, one: Scope) -> list[Scope]:
        """The iterations of the same activity that have come to their own end, itself among them, in the order of the list."""
        return self.done_in(one.run_id)

    def done_in(self, run_id: str | None) -> list[Scope]:
        """The iterations of this run of an activity that have come to their own end, in the order of the list."""
        own = [other for other in self._found.values() if other.run_id == run_id and other.id in self._done]
        return sorted(own, key=lambda other: other.position or 0)

    def is_superseded(self, scope_id: ScopeId) -> bool:
        """Whether this lies in one of several iterations of an activity that has been entered anew since."""
        around = (self._found[level] for level in self.outwards(scope_id) if level is not None)
        return any(one.is_apart and self._last_run_of(one) != one.run_id for one in around)

    def _last_run_of(self, one: Scope) -> str | None:
        own = (one.element_id, one.parent_id)
        return [other for other in self._found.values() if (other.element_id, other.parent_id) == own][-1].run_id

    def names_of(self, scope_id: str) -> dict[str, object]:
        """What is known in this scope without anybody's having said it: its item and number, for an iteration."""
        own = self._found[scope_id]
        if own.position is None:
            return {}
        item_name = self._item_names.get(own.element_id)
        return {LOOP_COUNTER: own.position} | ({item_name: own.item} if item_name else {})

    def outwards(self, scope_id: ScopeId) -> Iterator[ScopeId]:
        """The scope itself, those around it, and at last the instance."""
        while scope_id is not None:
            yield scope_id
            scope_id = self._found[scope_id].parent_id
        yield None

    def heard_in(self, scope_id: ScopeId) -> Iterator[ScopeId]:
        """The scopes to which something belongs that is said in this one: it, and those around it up to an iteration."""
        for level in self.outwards(scope_id):
            yield level
            if level is not None and self._found[level].is_apart:
                return

    def nearest(self, rows: Iterable[Any], here: ScopeId) -> list[Any]:
        """Of rows with a `scope_id`, those that belong to the innermost scope, seen from here, to which any belongs."""
        found: dict[ScopeId, list[Any]] = {}
        for row in rows:
            for level in self.heard_in(row.scope_id):
                found.setdefault(level, []).append(row)
        return next((found[level] for level in self.outwards(here) if level in found), [])

    def store(self, case: Case, live: Iterable[str], now: datetime) -> None:
        """Those that are new have their rows, and those that are no longer alive have ended."""
        alive = set(live)
        self._done -= alive
        for new in self._new:
            values = {
                "id": new.id,
                "instance_id": case.id,
                "parent_id": new.parent_id,
                "element_id": new.element_id,
                "position": new.position,
                "item": encode(new.item),
                "run_id": new.run_id,
                "apart": new.is_apart,
                "opened_at": now,
                "done": False,
            }
            case.add(scope, values)
        self._new.clear()
        for row in case.rows(scope) if self._found else ():
            if (row.ended_at is None) != (row.id in alive):  # taking back may bring one to life again
                case.change(scope, row, ended_at=None if row.id in alive else now, done=row.id in self._done)


def scopes_of(tx: Connection, instance_id: str, item_names: Mapping[str, str] | None = None) -> Scopes:
    """Every scope that the instance has had; `item_names` as `Scopes` takes them."""
    rows = case_of(tx, instance_id).rows(scope)
    found = (
        Scope(row.id, row.parent_id, row.element_id, row.position, decode(row.item), row.run_id, row.apart, row.done)
        for row in rows
    )
    return Scopes(found, item_names)

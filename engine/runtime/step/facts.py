"""What is known of an instance: one named value each, who said it and when.

Every condition, timer and document reads facts. A later saying supersedes an earlier one; both stay in the table. A fact
belongs to the scope in which it was said (`step.scopes`), and is read from within a scope outwards.
Values are text, truth, numbers, instants (aware, in UTC), days and lists of these; every declared name exists from the
start as null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert

from engine.db import searchable
from engine.db.case import case_of
from engine.db.prepared import Prepared
from engine.db.tables import fact
from engine.db.unit import unit_of
from engine.db.values import decode, encode
from engine.deployments.definitions import Definition
from engine.runtime.step.scopes import ScopeId, Scopes, scopes_of

_NUMBERS = (fact.c.scope_id, fact.c.name, fact.c.id)
_GIVEN = tuple(column.name for column in fact.c if column is not fact.c.id)


@cache
def _numbered(dialect: str, count: int) -> Prepared:
    """So many new facts, in one statement; both stores number them in the order in which they were said."""
    rows = [{name: bindparam(f"{name}_{place}", type_=fact.c[name].type) for name in _GIVEN} for place in range(count)]
    return Prepared(dialect, insert(fact).values(rows).returning(*_NUMBERS), fact.name)


@dataclass(frozen=True)
class _Saying:
    value: object
    person_id: str | None
    task_id: str | None


class Facts(Mapping[str, object]):
    """The facts of one instance while a step is taken: as stored, with what this step says on top.

    They are read and said from within one scope at a time, at first the instance itself.
    """

    def __init__(
        self, declared: Iterable[str], known: Mapping[str, object] | None = None, scopes: Scopes | None = None
    ) -> None:
        """`known` is what was said in no scope; `hear` says the rest."""
        self.scopes = scopes if scopes is not None else Scopes()
        self._scope: ScopeId = None
        self._levels: dict[ScopeId, dict[str, object]] = {None: {**dict.fromkeys(declared), **(known or {})}}
        self._values = self._levels[None]
        self._said: dict[tuple[ScopeId, str], _Saying] = {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def seen(self) -> Mapping[str, object]:
        """The same as they are seen now, in a mapping that is quick to read and to copy."""
        return self._values

    def stand_in(self, scope_id: ScopeId) -> None:
        """They are read and said from within this scope from now on."""
        self._scope = scope_id
        self._values = self._seen_from(scope_id)

    def _seen_from(self, scope_id: ScopeId) -> dict[str, object]:
        if scope_id is None:
            return self._levels[None]
        seen: dict[str, object] = {}
        for level in reversed(list(self.scopes.outwards(scope_id))):
            seen.update(self.scopes.names_of(level) if level is not None else {})
            seen.update(self._levels.get(level, {}))
        return seen

    def everywhere(self) -> list[object]:
        """Every value that holds in any scope."""
        return [value for level in self._levels.values() for value in level.values()]

    @property
    def said(self) -> dict[str, object]:
        """What this step has said so far, in whatever scope."""
        return {name: saying.value for (_scope, name), saying in self._said.items()}

    @property
    def said_here(self) -> dict[str, object]:
        """What this step has said so far of what the instance itself hears."""
        return {
            name: saying.value
            for (scope_id, name), saying in self._said.items()
            if None in self.scopes.heard_in(scope_id)
        }

    def said_in(self, name: str) -> str | None:
        """The id of the task in which this step has said the fact last; None when it was none."""
        return next(saying.task_id for (_scope, said), saying in reversed(self._said.items()) if said == name)

    def say(self, name: str, value: object, person_id: str | None = None, task_id: str | None = None) -> None:
        """The fact has this value from now on. Raises KeyError for a name that the procedure does not declare."""
        if name not in self._levels[None]:
            raise KeyError(name)
        encode(value)
        self.hear(name, value, self._scope)
        self._values[name] = value
        self._said[self._scope, name] = _Saying(value, person_id, task_id)

    def hear(self, name: str, value: object, scope_id: ScopeId) -> None:
        """It was said in this scope, later than all that was heard before."""
        if scope_id is None:
            self._levels[None][name] = value
            return
        for level in self.scopes.heard_in(scope_id):
            self._levels.setdefault(level, {})[name] = value

    def store(self, tx: Connection, instance_id: str, revision: int, at: datetime) -> None:
        """Everything that this step has said is in the table."""
        rows = [
            {"instance_id": instance_id, "revision": revision, "name": name, "value": encode(saying.value), "said_at": at,
             "said_by": saying.person_id, "task_id": saying.task_id, "scope_id": scope_id}
            for (scope_id, name), saying in self._said.items()
        ]  # fmt: skip
        store_rows(tx, instance_id, rows)


def new_facts(definition: Definition) -> Facts:
    """The facts of an instance of which nobody has said anything yet."""
    return Facts(definition.facts, scopes=Scopes(item_names=definition.diagram.item_names))


def facts_of(tx: Connection, instance_id: str, definition: Definition) -> Facts:
    """The facts of the instance as they are stored."""
    found = Facts(definition.facts, scopes=scopes_of(tx, instance_id, definition.diagram.item_names))
    for row in case_of(tx, instance_id).rows(fact):
        found.hear(row.name, decode(row.value), row.scope_id)
    return found


def store_rows(tx: Connection, instance_id: str, rows: list[dict[str, Any]]) -> None:
    """These facts, each of another name or scope, are in the table, each with its number, and the instance is found by those that
    are searched for."""
    if not rows:
        return
    case = case_of(tx, instance_id)
    refers = case.new or any(row.get("scope_id") for row in rows)  # to rows that wait to be written
    with unit_of(tx).known() if refers else unit_of(tx).apart():
        numbers = {(scope_id, name): number for scope_id, name, number in _add(tx, rows)}
    for row in rows:
        number = numbers[row.get("scope_id"), row["name"]]
        case.adopt(fact, {"id": number, **row})
        if row["name"] in searchable.FACTS and isinstance(row["value"], str):
            searchable.keep(tx, instance_id, row["name"], row["value"], fact_id=number)


def _add(tx: Connection, rows: list[dict[str, Any]]) -> Iterable[Any]:
    """The rows are in the table; returns the scope, name and number of each."""
    given = {f"{name}_{place}": row.get(name) for place, row in enumerate(rows) for name in _GIVEN}
    numbered: Iterable[Any] = _numbered(tx.dialect.name, len(rows)).run(tx, [given])
    return numbered


def known(tx: Connection, instance_id: str) -> dict[str, object]:
    """The facts of an instance that somebody has said, as they stand; not those of its iterations."""
    return dict(_heard(tx, instance_id))


def every_value(tx: Connection, instance_id: str) -> list[object]:
    """Whatever somebody has said in the instance, in any of its scopes."""
    return [decode(row.value) for row in case_of(tx, instance_id).rows(fact)]


def _heard(tx: Connection, instance_id: str) -> Iterator[tuple[str, object]]:
    """What the instance itself hears, in its order."""
    scopes = scopes_of(tx, instance_id)
    for row in case_of(tx, instance_id).rows(fact):
        if None in scopes.heard_in(row.scope_id):
            yield row.name, decode(row.value)


def said_in_tasks(tx: Connection, instance_id: str, scope_id: ScopeId = None) -> frozenset[str]:
    """The facts whose latest value, as seen from this scope, a person has given in a task; not what the procedure says, or
    was handed over.
    """
    scopes = scopes_of(tx, instance_id)
    around = set(scopes.outwards(scope_id))
    rows = (row for row in case_of(tx, instance_id).rows(fact) if around.intersection(scopes.heard_in(row.scope_id)))
    latest = {row.name: row.task_id for row in rows}
    return frozenset(name for name, task_id in latest.items() if task_id is not None)

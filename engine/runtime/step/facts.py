"""What is known of an instance: one named value each, who said it and when.

Every condition, timer and document reads facts. A later saying supersedes an earlier one; both stay in the table.
Values are text, truth, numbers, instants (aware, in UTC), days and lists of these; every declared name exists from the
start as null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from engine.db import searchable
from engine.db.case import case_of
from engine.db.tables import fact
from engine.db.unit import unit_of
from engine.db.values import decode, encode

_NUMBERED = insert(fact).returning(fact.c.name, fact.c.id)


class Facts(Mapping[str, object]):
    """The facts of one instance while a step is taken: as stored, with what this step says on top."""

    def __init__(self, declared: Iterable[str], known: Mapping[str, object] | None = None) -> None:
        self._values: dict[str, object] = dict.fromkeys(declared)
        self._values.update(known or {})
        self._said: dict[str, tuple[object, str | None, str | None]] = {}

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def said(self) -> dict[str, object]:
        """What this step has said so far."""
        return {name: value for name, (value, _, _) in self._said.items()}

    def said_in(self, name: str) -> str | None:
        """The id of the task in which this step has said the fact; None when it was none."""
        return self._said[name][2]

    def say(self, name: str, value: object, person_id: str | None = None, task_id: str | None = None) -> None:
        """The fact has this value from now on. Raises KeyError for a name that the procedure does not declare."""
        if name not in self._values:
            raise KeyError(name)
        encode(value)
        self._values[name] = value
        self._said[name] = (value, person_id, task_id)

    def store(self, tx: Connection, instance_id: str, revision: int, at: datetime) -> None:
        """Everything that this step has said is in the table."""
        rows = [
            {"instance_id": instance_id, "revision": revision, "name": name, "value": encode(value), "said_at": at,
             "said_by": person_id, "task_id": task_id}
            for name, (value, person_id, task_id) in self._said.items()
        ]  # fmt: skip
        store_rows(tx, instance_id, rows)


def store_rows(tx: Connection, instance_id: str, rows: list[dict[str, Any]]) -> None:
    """These facts, each of another name, are in the table, each with its number, and the instance is found by those that
    are searched for."""
    if not rows:
        return
    case = case_of(tx, instance_id)
    with unit_of(tx).known() if case.new else unit_of(tx).apart():
        numbers = {row.name: row.id for row in tx.execute(_NUMBERED, rows)}
    for row in rows:
        number = numbers[row["name"]]
        case.adopt(fact, {"id": number, **row})
        if row["name"] in searchable.FACTS and isinstance(row["value"], str):
            searchable.keep(tx, instance_id, row["name"], row["value"], fact_id=number)


def known(tx: Connection, instance_id: str) -> dict[str, object]:
    """The facts of an instance that somebody has said, as they stand."""
    return {row.name: decode(row.value) for row in case_of(tx, instance_id).rows(fact)}


def said_in_tasks(tx: Connection, instance_id: str) -> frozenset[str]:
    """The facts whose latest value a person has given in a task; not what the procedure says, or was handed over."""
    latest = {row.name: row.task_id for row in case_of(tx, instance_id).rows(fact)}
    return frozenset(name for name, task_id in latest.items() if task_id is not None)

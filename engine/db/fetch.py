"""Statements whose rows are known by their columns: `every(tx, TaskRow, select(task))` gives a list of `TaskRow`.

The names of the statement's columns must be those of the row, in its order: TypeError otherwise, before any row is taken
for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, CursorResult, Select

R = TypeVar("R", bound=NamedTuple)


def every(tx: Connection, kind: type[R], statement: Select[Any], given: Mapping[str, Any] | None = None) -> list[R]:
    """All rows of the statement, in its order."""
    return [kind._make(row) for row in _fitting(tx.execute(statement, given), kind)]


def first(tx: Connection, kind: type[R], statement: Select[Any], given: Mapping[str, Any] | None = None) -> R | None:
    """The first row of the statement; None when there is none."""
    row = _fitting(tx.execute(statement, given), kind).first()
    return kind._make(row) if row is not None else None


def one(tx: Connection, kind: type[R], statement: Select[Any], given: Mapping[str, Any] | None = None) -> R:
    """The only row of the statement. Raises NoResultFound and MultipleResultsFound."""
    return kind._make(_fitting(tx.execute(statement, given), kind).one())


def _fitting(result: CursorResult[Any], kind: type[R]) -> CursorResult[Any]:
    if tuple(result.keys()) != kind._fields:
        raise TypeError(f"{kind.__name__} is no row of {', '.join(result.keys())}")
    return result

"""Rows of which there is one for a key, written alike on both stores, also when two write them at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from engine.db.unit import unit_of


def put(tx: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """The row with this key, its primary key, holds these values, whether it was there before or not."""
    statement = _insert(tx, table).values(**key, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=dict(values)))


def put_once(tx: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """There is a row with this key; one that was there before keeps what it holds."""
    tx.execute(_insert(tx, table).values(**key, **values).on_conflict_do_nothing())


def count_on(tx: Connection, table: Table, key: Mapping[str, Any]) -> int:
    """The next number of the sequence with this key, from 1; one statement, so that the first two do not meet."""
    with unit_of(tx).apart():
        number: int = tx.execute(_next_number(tx.dialect.name, table), dict(key)).scalar_one()
    return number


@cache
def _next_number(dialect: str, table: Table) -> Any:
    new: Any = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    own: dict[str, Any] = {column.name: bindparam(column.name) for column in table.primary_key.columns}
    counted = {"last": table.c.last + 1}
    new = new.values(**own, last=1)
    return new.on_conflict_do_update(index_elements=list(own), set_=counted).returning(table.c.last)


def _insert(tx: Connection, table: Table) -> Any:
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)

"""Rows of which there is one for a key, written alike on both stores, also when two write them at one instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def put(tx: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """The row with this key, its primary key, holds these values, whether it was there before or not."""
    statement = _insert(tx, table).values(**key, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=dict(values)))


def put_once(tx: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """There is a row with this key; one that was there before keeps what it holds."""
    tx.execute(_insert(tx, table).values(**key, **values).on_conflict_do_nothing())


def _insert(tx: Connection, table: Table) -> Any:
    return sqlite.insert(table) if tx.dialect.name == "sqlite" else postgresql.insert(table)

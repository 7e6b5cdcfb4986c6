"""Rows of a query as one value of JSON, so that those of many tables come with one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Text, cast, func, literal_column, select

from engine.db.types import Instant


def as_json(dialect: str, query: Select[Any]) -> Any:
    """A list of the rows, each a list of its columns, instants in UTC without their zone; nothing, or an empty list, for none."""
    rows = query.subquery()
    if dialect == "sqlite":
        return select(func.json_group_array(func.json_array(*rows.c))).scalar_subquery()
    plain = [
        func.timezone(literal_column("'UTC'"), column) if isinstance(column.type, Instant) else column
        for column in rows.c
    ]
    return select(cast(func.json_agg(func.json_build_array(*plain)), Text)).scalar_subquery()

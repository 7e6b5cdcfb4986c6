"""A row says what its table is: the same columns in the same order, each with its type, and None only where that is allowed."""

from __future__ import annotations

import typing
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, Label, LargeBinary, Select, Text, create_engine, select
from sqlalchemy.types import TypeEngine

from engine.db import fetch, rows, tables
from engine.db.case import PARTS
from engine.db.rows import TaskRoleRow, TaskRow
from engine.db.tables import metadata, task, task_role
from engine.db.types import Instant, Json

WITH_OTHERS = {"HandOverRow": PARTS["hand_over"].query}
"""Rows that hold a column of another table, too: as the case reads them."""
OF_OTHER_NAME = {"InstanceRow": "process_instance"}
KINDS: list[tuple[type[TypeEngine[Any]], type]] = [
    (Instant, datetime),
    (Date, date),
    (Boolean, bool),
    (Integer, int),
    (LargeBinary, bytes),
    (Text, str),
]


def kind_of(column: Column[Any]) -> type:
    """What Python makes of the column; a reference has the type of what it refers to."""
    for reference in column.foreign_keys:
        return kind_of(reference.column)
    sqlalchemy_type = column.type
    found = [kind for known, kind in KINDS if isinstance(sqlalchemy_type, known)]
    return found[0] if found else str


def read_of(name: str) -> Select[Any]:
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("Row"))
    table = getattr(tables, OF_OTHER_NAME.get(name, snake.lstrip("_")))
    return WITH_OTHERS.get(name, select(table))


@pytest.mark.parametrize("name", rows.__all__)
def test_a_row_has_the_columns_of_its_table_in_their_order(name: str) -> None:
    assert getattr(rows, name)._fields == tuple(column.name for column in read_of(name).selected_columns)


@pytest.mark.parametrize("name", rows.__all__)
def test_a_column_has_its_type_and_is_none_only_where_the_table_allows_it(name: str) -> None:
    said = typing.get_type_hints(getattr(rows, name))
    for column in read_of(name).selected_columns:
        joined = isinstance(column, Label)  # of another table, that need not have a row
        told = column.element if joined else column
        if not isinstance(told.type, Json):  # what is kept as JSON the class says more closely than the table
            kind = kind_of(told)
            assert said[column.name] == (kind | None if joined or told.nullable else kind), column.name


@pytest.mark.parametrize("take", [fetch.every, fetch.first, fetch.one])
def test_a_statement_of_other_columns_is_no_row(take: Callable[..., Any]) -> None:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as tx:
        assert fetch.every(tx, TaskRow, select(task)) == []
        assert fetch.first(tx, TaskRow, select(task)) is None
        with pytest.raises(TypeError, match="TaskRoleRow is no row of id"):
            take(tx, TaskRoleRow, select(task))
        turned = [task_role.c[name] for name in reversed(TaskRoleRow._fields)]
        with pytest.raises(TypeError):
            take(tx, TaskRoleRow, select(*turned))

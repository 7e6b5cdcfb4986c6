"""A row says what its table is: the same columns in the same order, each with its type, and None only where that is allowed."""

from __future__ import annotations

import typing
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, Integer, Label, LargeBinary, Select, Table, Text, create_engine, select
from sqlalchemy.types import TypeEngine

from engine.db import fetch, rows, tables
from engine.db.case import PARTS
from engine.db.rows import TaskRoleRow, TaskRow
from engine.db.tables import metadata, task, task_role
from engine.db.types import Instant, Json

WHOLE: list[tuple[Any, Table]] = [
    (rows.DefinitionVersionRow, tables.definition_version),
    (rows.LetterVersionRow, tables.letter_version),
    (rows.PersonRow, tables.person),
    (rows.StartScheduleRow, tables.start_schedule),
    (rows.TaskDraftRow, tables.task_draft),
    (rows.ThrownEventRow, tables.thrown_event),
]
"""Rows of whole tables that a case does not hold, or holds less of."""
READ = [*((part.row, part.query) for part in PARTS.values()), *((row, select(table)) for row, table in WHOLE)]
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


def test_every_row_is_read_of_a_table() -> None:
    assert {row.__name__ for row, _query in READ} == set(rows.__all__)


@pytest.mark.parametrize(("row", "query"), READ, ids=lambda given: getattr(given, "__name__", ""))
def test_a_row_has_the_columns_of_its_statement_in_their_order(row: Any, query: Select[Any]) -> None:
    assert row._fields == tuple(column.name for column in query.selected_columns)


@pytest.mark.parametrize(("row", "query"), READ, ids=lambda given: getattr(given, "__name__", ""))
def test_a_column_has_its_type_and_is_none_only_where_its_table_allows_it(row: Any, query: Select[Any]) -> None:
    said = typing.get_type_hints(row)
    for column in query.selected_columns:
        joined = isinstance(column, Label)  # of another table, that need not have a row
        told = column.element if joined else column
        if isinstance(told, Column) and not isinstance(told.type, Json):  # of JSON the class says more than the table
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

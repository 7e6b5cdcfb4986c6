"""Rows that a process has read before are not made anew, unless the database tells something else of them."""

from __future__ import annotations

from engine.db.read_before import ReadBefore


def made_of(values: list[object]) -> list[object]:
    return ["made", *values]


def test_a_row_that_is_told_of_as_before_is_the_one_from_before() -> None:
    known = ReadBefore()
    first = known.rows("task", [["t1", "open"], ["t2", "open"]], made_of)

    again = known.rows("task", [["t1", "open"], ["t2", "completed"]], made_of)

    assert again == [["made", "t1", "open"], ["made", "t2", "completed"]]
    assert again[0] is first[0]


def test_a_row_that_is_no_more_told_of_is_forgotten() -> None:
    known = ReadBefore()
    (first,) = known.rows("task", [["t1", "open"]], made_of)
    known.rows("task", [], made_of)

    (again,) = known.rows("task", [["t1", "open"]], made_of)

    assert again is not first


def test_rows_of_two_tables_with_the_same_values_are_not_confused() -> None:
    known = ReadBefore()
    (of_one,) = known.rows("task", [["a"]], made_of)

    (of_other,) = known.rows("fact", [["a"]], made_of)

    assert of_other is not of_one

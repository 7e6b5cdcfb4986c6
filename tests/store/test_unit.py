"""What a transaction changes in memory is written once, together, before anything is read past it; or not at all."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Connection, event, insert, select, update

from engine.db.session import Database
from engine.db.tables import city_rule
from engine.db.unit import unit_of
from engine.errors import Refused
from tests.store.builders import NOW

VERB = re.compile(r"(?<!DO )\b(?:SELECT|INSERT|UPDATE|DELETE)\b")


def rule(key: str, value: int = 0) -> dict[str, object]:
    return {"key": key, "version": 1, "value": value, "set_at": NOW, "set_by": "test"}


def values(tx: Connection) -> dict[str, object]:
    return {row.key: row.value for row in tx.execute(select(city_rule.c.key, city_rule.c.value))}


def stored(database: Database) -> dict[str, object]:
    with database.reading() as tx:
        return values(tx)


def refused(tx: Connection, key: str) -> None:
    unit_of(tx).changes.add(city_rule, rule(key))
    raise Refused("no")


@pytest.fixture
def statements(database: Database) -> list[str]:
    """Every statement, by its verb, but for the new version that a part of the city has at the end."""
    seen: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _tx, _cursor, text, *_more: (
            seen.append(VERB.findall(text)[-1]) if not re.search("^BEGIN|INTO stamp", text) else None
        ),
    )
    return seen


def test_rows_of_one_table_are_written_in_one_statement_at_the_end(database: Database, statements: list[str]) -> None:
    with database.transaction() as tx:
        for key in "abc":
            unit_of(tx).changes.add(city_rule, rule(key))
        assert statements == []

    assert statements == ["INSERT"]
    assert stored(database) == {"a": 0, "b": 0, "c": 0}


def test_a_row_that_is_new_and_then_changed_is_one_insert(database: Database, statements: list[str]) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(city_rule, rule("a"))
        unit_of(tx).changes.change(city_rule, ("a", 1), {"value": 7})

    assert statements == ["INSERT"]
    assert stored(database) == {"a": 7}


def test_a_row_that_is_new_and_then_removed_was_never_there(database: Database, statements: list[str]) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(city_rule, rule("a"))
        unit_of(tx).changes.remove(city_rule, ("a", 1))

    assert statements == []


def test_only_the_columns_that_were_changed_are_written(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(insert(city_rule), [rule("a"), rule("b")])
    with database.transaction() as tx:
        changes = unit_of(tx).changes
        changes.change(city_rule, ("a", 1), {"value": 1})
        changes.change(city_rule, ("a", 1), {"value": 2})
        changes.change(city_rule, ("b", 1), {"set_by": "other"})

    with database.reading() as tx:
        assert tx.execute(select(city_rule.c.value, city_rule.c.set_by).order_by(city_rule.c.key)).all() == [
            (2, "test"),
            (0, "other"),
        ]


def test_a_row_that_is_removed_is_gone(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(insert(city_rule), [rule("a"), rule("b")])
    with database.transaction() as tx:
        unit_of(tx).changes.change(city_rule, ("a", 1), {"value": 3})
        unit_of(tx).changes.remove(city_rule, ("a", 1))

    assert stored(database) == {"b": 0}


def test_whoever_reads_past_the_changes_sees_them(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(city_rule, rule("a"))
        assert values(tx) == {"a": 0}
        unit_of(tx).changes.change(city_rule, ("a", 1), {"value": 1})
        tx.execute(update(city_rule).where(city_rule.c.value == 1).values(value=2))

    assert stored(database) == {"a": 2}


def test_what_a_look_changes_in_memory_is_never_written(database: Database) -> None:
    with database.reading() as tx:
        unit_of(tx).changes.add(city_rule, rule("a"))

    assert stored(database) == {}


def test_what_raises_has_changed_nothing(database: Database) -> None:
    with pytest.raises(Refused), database.transaction() as tx:
        refused(tx, "a")

    assert stored(database) == {}


def test_what_was_changed_before_a_savepoint_outlives_it_and_what_came_after_goes_with_it(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(city_rule, rule("before"))
        with pytest.raises(Refused), tx.begin_nested():
            refused(tx, "within")
        unit_of(tx).changes.add(city_rule, rule("behind"))

    assert stored(database) == {"before": 0, "behind": 0}


def test_what_was_kept_in_memory_is_forgotten_when_the_database_goes_back(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).keep("count", lambda: 1)
        with pytest.raises(Refused), tx.begin_nested():
            raise Refused("no")

        assert unit_of(tx).keep("count", lambda: 2) == 2
        assert unit_of(tx).keep("count", lambda: 3) == 2


def test_whoever_keeps_rows_is_told_which_tables_are_written_past_it(database: Database) -> None:
    written: list[str | None] = []
    with database.transaction() as tx:
        unit_of(tx).watch(written.append)
        tx.execute(select(city_rule))
        tx.execute(insert(city_rule), rule("a"))
        tx.exec_driver_sql("UPDATE city_rule SET value = '1'")
        unit_of(tx).changes.add(city_rule, rule("b"))
        unit_of(tx).flush()
        assert written == ["city_rule", None]


def test_a_connection_that_is_in_no_transaction_of_ours_has_no_unit(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(city_rule, rule("a"))
    with database.engine.connect() as stray, pytest.raises(KeyError):
        unit_of(stray)

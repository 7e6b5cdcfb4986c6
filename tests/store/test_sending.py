"""What a transaction writes is one message to PostgreSQL for tables that differ, and in its order for one and the same."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.exc import IntegrityError

from engine.db import tables
from engine.db.session import Database
from engine.db.unit import unit_of
from engine.errors import Stale
from tests.store.builders import NOW
from tests.store.test_unit import rule, stored


@pytest.fixture
def sent(database: Database) -> list[str]:
    """Every statement that writes, but for the versions of the city's parts."""
    seen: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _tx, _cursor, text, *_more: (
            seen.append(text) if not text.startswith(("BEGIN", "SELECT")) and "INTO stamp" not in text else None
        ),
    )
    return seen


def series(tx: Connection, last: int) -> None:
    unit_of(tx).changes.add(tables.number_sequence, {"prefix": "YS", "year": 2026, "last": last})


def most(database: Database, on_sqlite: int, on_postgresql: int) -> int:
    return on_sqlite if database.is_sqlite else on_postgresql


def test_rows_of_two_tables_are_one_message_to_postgresql(database: Database, sent: list[str]) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(tables.city_rule, rule("a"))
        series(tx, 7)

    assert len(sent) == most(database, 2, 1)
    assert stored(database) == {"a": 0}
    with database.reading() as tx:
        assert tx.scalar(select(tables.number_sequence.c.last)) == 7


def test_a_row_that_is_removed_and_added_anew_is_there(database: Database, sent: list[str]) -> None:
    """Both are of one table, so neither may be done at the same instant as the other."""
    with database.transaction() as tx:
        tx.execute(insert(tables.city_rule), [rule("a", 1)])
    sent.clear()
    with database.transaction() as tx:
        changes = unit_of(tx).changes
        changes.remove(tables.city_rule, ("a", 1))
        changes.add(tables.city_rule, rule("a", 2))

    assert len(sent) == 2
    assert stored(database) == {"a": 2}


def test_many_rows_of_one_table_are_sent_by_themselves(database: Database, sent: list[str]) -> None:
    with database.transaction() as tx:
        for number in range(30):
            unit_of(tx).changes.add(tables.city_rule, rule(f"k{number}", number))
        series(tx, 7)

    assert len(sent) == 2
    assert stored(database) == {f"k{number}": number for number in range(30)}


def moved(tx: Connection, at_revision: int) -> None:
    """Something new, and beside it an instance that is to be moved from a revision which it has not."""
    changes = unit_of(tx).changes
    changes.add(tables.city_rule, rule("beside"))
    changes.move(tables.process_instance, ("no such instance",), {"revision": at_revision + 1}, at_revision)


def test_what_stands_beside_a_row_of_another_revision_is_not_written(database: Database, sent: list[str]) -> None:
    with pytest.raises(Stale), database.transaction() as tx:
        moved(tx, 1)

    assert len(sent) == 1
    assert stored(database) == {}


def test_what_the_database_refuses_is_an_error_of_the_library(database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(insert(tables.city_rule), [rule("a", 1)])
    with pytest.raises(IntegrityError), database.transaction() as tx:
        unit_of(tx).changes.add(tables.city_rule, rule("a", 2))

    assert stored(database) == {"a": 1}


def test_a_message_of_several_parts_names_every_table_that_it_writes(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(tables.city_rule, rule("a"))
        series(tx, 7)
        unit_of(tx).flush()
        assert unit_of(tx).times_written({"city_rule"}) == unit_of(tx).times_written({"number_sequence"}) == 1


def test_instants_and_json_come_back_as_they_were_written(database: Database) -> None:
    with database.transaction() as tx:
        unit_of(tx).changes.add(tables.city_rule, rule("a") | {"value": {"天": [1, "b"]}})

    with database.reading() as tx:
        row = tx.execute(select(tables.city_rule)).one()
    assert (row.value, row.set_at) == ({"天": [1, "b"]}, NOW)

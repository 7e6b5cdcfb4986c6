"""What the worker looks for at every tick is found in indexes, on both stores, with and without statistics."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, update

from engine.archive import keeper
from engine.db import tables
from engine.db.session import Database
from engine.documents import making
from engine.ids import new_id
from engine.runtime.instances import due, waiting
from tests.store.builders import NOW, a_city, an_instance

CASES = 3000


def many_waiting(tx: Connection) -> None:
    """Running cases, each with a task that is worked on, a timer of next year, and the calendar in force."""
    a_city(tx)
    an_instance(tx, "first")
    one = tx.execute(tables.process_instance.select()).one()._asdict()
    numbers = [f"{number:05d}" for number in range(CASES)]
    calendar = {"version": "now", "content": b"", "active_from": NOW - timedelta(days=9), "set_by": "test"}
    tx.execute(insert(tables.calendar_version).values(**calendar))
    tx.execute(
        insert(tables.process_instance),
        [{**one, "id": n, "number": n, "calendar_version": "now"} for n in numbers],
    )
    tx.execute(tables.process_instance.delete().where(tables.process_instance.c.id == "first"))
    task = {"element_id": "t", "name": "t", "unit_code": "town_a", "roles": [], "fallback": False, "deadline_key": "k"}
    tx.execute(
        insert(tables.task),
        [{**task, "id": new_id(), "instance_id": n, "status": "open", "opened_at": NOW} for n in numbers],
    )
    drawn = {"element_id": "t", "kind": "due", "interrupting": False, "number": 1}
    tx.execute(
        insert(tables.timer),
        [
            {**drawn, "id": new_id(), "instance_id": n, "due_at": NOW + timedelta(days=300, seconds=i)}
            for i, n in enumerate(numbers)
        ],
    )


def plans(tx: Connection, work: Callable[[], object]) -> list[str]:
    """How the store runs each statement of this work."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    event.listen(tx.engine, "before_cursor_execute", note)
    work()
    event.remove(tx.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if tx.dialect.name == "sqlite" else "EXPLAIN"
    return [
        "\n".join(str(row[-1]) for row in tx.exec_driver_sql(f"{explain} {statement}", parameters))
        for statement, parameters in sent
    ]


@pytest.fixture(params=["no statistics", "statistics"])
def crowded(request: pytest.FixtureRequest, database: Database) -> Database:
    with database.transaction() as tx:
        many_waiting(tx)
    if request.param == "statistics":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return database


GROWING = r"SCAN (task|timer|process_instance|person|post)(?! USING (COVERING )?INDEX)|Seq Scan on (task|timer|process_instance)"
SORTED = r"TEMP B-TREE|Sort Key"


def test_the_look_of_an_idle_tick_walks_over_no_table_that_grows(crowded: Database) -> None:
    with crowded.reading() as tx:
        (found,) = plans(tx, lambda: waiting.look(tx, NOW))
        assert set(waiting.look(tx, NOW)) == {None}

    assert re.search(GROWING, found) is None, found
    for index in ("ix_timer_due_at_id", "ix_process_instance_status_calendar_version", "ix_task_unwatched"):
        assert index in found, found


def test_what_is_due_first_is_found_without_sorting_what_else_is_due(crowded: Database) -> None:
    later = NOW + timedelta(days=400)
    with crowded.transaction() as tx:
        for but in ((), ("00000",)):
            (found,) = plans(tx, lambda but=but: due.earliest(tx, later, but))  # type: ignore[misc]
            assert "ix_timer_due_at_id" in found, found
            assert re.search(SORTED, found) is None, found
        assert due.earliest(tx, later) == "00000"
        assert due.earliest(tx, later, ["00000"]) == "00001"
        assert due.next_due(tx) == NOW + timedelta(days=300)


@pytest.mark.parametrize(
    ("statement", "index"), [(making._NEXT, "ix_document_unmade"), (keeper._WAITING, "ix_archive_package_unmade")]
)
def test_what_is_to_be_made_is_found_without_looking_at_what_is_made(
    crowded: Database, statement: Any, index: str
) -> None:
    with crowded.transaction() as tx:
        (found,) = plans(tx, lambda: tx.scalar(statement, {"now": NOW}))

    assert tx.dialect.name == "postgresql" or index in found, found
    assert re.search(r"SCAN (document|archive_package)(?! USING)", found) is None, found


def test_a_case_counted_with_any_other_calendar_is_found_and_one_that_is_over_is_not(crowded: Database) -> None:
    instance = tables.process_instance
    with crowded.transaction() as tx:
        for number, version in (("00007", "later"), ("00008", "before"), ("00009", None), ("00010", "then")):
            tx.execute(update(instance).where(instance.c.id == number).values(calendar_version=version))
        tx.execute(update(instance).where(instance.c.id == "00010").values(status="ended"))

        assert set(waiting.instances_behind(tx, NOW, 10)) == {"00007", "00008", "00009"}
        assert waiting.look(tx, NOW).behind == "00008"


def test_an_open_task_without_a_period_is_found_in_a_running_case_alone(crowded: Database) -> None:
    task, instance = tables.task, tables.process_instance
    with crowded.transaction() as tx:
        tx.execute(update(task).where(task.c.instance_id.in_(["00003", "00004"])).values(deadline_key=None))
        tx.execute(update(instance).where(instance.c.id == "00003").values(status="incident"))

        assert waiting.look(tx, NOW).unwatched == "00004"
        assert waiting.instances_behind(tx, NOW, 10) == ["00004"]

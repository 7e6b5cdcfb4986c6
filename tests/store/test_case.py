"""The rows of an instance in memory are its rows in the database, whoever changes them, and cost one statement to read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from engine.db.case import PARTS, Case, _statement, case_of, case_of_task, known_case, put_case
from engine.db.session import Database
from engine.db.tables import document, metadata, party, process_instance, task, timer
from tests.store.builders import NOW, SINCE, a_city, an_instance, at
from tests.store.test_unit import statements as statements


def a_task(task_id: str, **values: Any) -> dict[str, Any]:
    row = {
        "id": task_id,
        "instance_id": "i1",
        "element_id": "review",
        "name": "受理审查",
        "unit_code": "dept_a",
        "roles": ["case_officer", "liaison"],
        "fallback": False,
        "status": "open",
        "opened_at": NOW,
    }
    return {**row, **values}


@pytest.fixture
def filled(database: Database) -> Database:
    """One instance with a task, a timer and a party, and another one with a task of its own."""
    with database.transaction() as tx:
        a_city(tx)
        an_instance(tx)
        an_instance(tx, "i2")
        tx.execute(insert(task), [a_task("t1"), a_task("t2", instance_id="i2")])
        tx.execute(insert(party).values(instance_id="i1", unit_code="town_a", fact="referring_unit", seen_at=NOW))
        tx.execute(
            insert(timer).values(
                id="m1",
                instance_id="i1",
                element_id="due",
                kind="due",
                due_at=at("2026-10-09 18:00"),
                interrupting=True,
                number=1,
            )
        )
    return database


def held_and_stored(tx: Connection, case: Case, name: str) -> tuple[list[Any], list[Any]]:
    part = PARTS[name]
    held = [tuple(row) for row in case._part(name).values()]
    return held, [tuple(row) for row in tx.execute(part.query, {"instance_id": case.id})]


@pytest.mark.parametrize("name", PARTS)
def test_what_is_read_as_json_is_what_the_columns_hold(filled: Database, name: str) -> None:
    with filled.reading() as tx:
        held, stored = held_and_stored(tx, case_of(tx, "i1"), name)

    assert held == stored


def test_values_come_back_as_their_own_kind(filled: Database) -> None:
    with filled.reading() as tx:
        case = case_of(tx, "i1")
        row, armed = case.get(task, "t1"), case.get(timer, "m1")

    assert row.opened_at == NOW
    assert row.opened_at.utcoffset().total_seconds() == 0
    assert row.roles == ["case_officer", "liaison"]
    assert row.fallback is False
    assert armed.interrupting is True
    assert row.assignee_id is None


def test_everything_of_an_instance_is_read_in_one_statement(filled: Database, statements: list[str]) -> None:
    with filled.reading() as tx:
        case = case_of(tx, "i1")
        for part in PARTS.values():
            if not part.is_long:
                case._part(part.name)
        case_of(tx, "i1").rows(task)

    assert statements == ["SELECT"]


def test_what_grows_with_every_step_is_read_only_by_whoever_asks_for_it(
    filled: Database, statements: list[str]
) -> None:
    long = [part for part in PARTS.values() if part.is_long]
    with filled.reading() as tx:
        case_of(tx, "i1").rows(task)
        for part in long:
            case_of(tx, "i1")._part(part.name)

    assert [part.name for part in long] == ["audit_entry"]
    assert statements == ["SELECT", "SELECT"]


def test_nothing_of_another_instance_is_among_the_rows(filled: Database) -> None:
    with filled.reading() as tx:
        assert [row.id for row in case_of(tx, "i1").rows(task)] == ["t1"]
        assert [row.id for row in case_of(tx, "i2").rows(task)] == ["t2"]
        assert case_of(tx, "nobody").instance is None


def test_a_change_is_seen_in_memory_at_once_and_written_at_the_end(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        case.change(task, case.get(task, "t1"), status="completed", ended_at=NOW)
        assert case.get(task, "t1").status == "completed"
        assert statements == ["SELECT"]

    with filled.reading() as tx:
        assert tx.execute(select(task.c.status, task.c.ended_at).where(task.c.id == "t1")).one() == ("completed", NOW)


def test_what_a_row_holds_already_is_no_change(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        case.change(timer, case.get(timer, "m1"), due_at=at("2026-10-09 18:00"), number=1)

    assert statements == ["SELECT"]


def test_a_task_that_closes_and_one_that_opens_are_written_together(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        case.change(task, case.get(task, "t1"), status="lapsed", ended_at=NOW)
        case.add(task, a_task("t3", roles=["clerk"]))

    assert statements == ["SELECT", "INSERT"]
    with filled.reading() as tx:
        rows = tx.execute(select(task.c.id, task.c.status, task.c.roles).where(task.c.instance_id == "i1"))
        assert sorted(rows.all()) == [
            ("t1", "lapsed", ["case_officer", "liaison"]),
            ("t3", "open", ["clerk"]),
        ]


def test_written_together_only_what_was_changed_is_written_over(filled: Database) -> None:
    """Somebody without the instance's lock has changed another column in the meantime: it stays."""
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        row = case.get(task, "t1")
        with_another = update(task).where(task.c.id == "t1").values(remark="别人写的")
        case.add(task, a_task("t3"))
        tx.execute(with_another)
        case.change(task, row, status="lapsed")

    with filled.reading() as tx:
        assert tx.execute(select(task.c.status, task.c.remark).where(task.c.id == "t1")).one() == ("lapsed", "别人写的")


def test_a_row_that_goes_gives_its_place_to_one_that_comes(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        gone = case.get(timer, "m1")
        case.remove(timer, gone)
        for timer_id in ("m2", "m3"):
            case.add(timer, {**gone._asdict(), "id": timer_id, "number": 2})

    with filled.reading() as tx:
        stored = {row.id: row.number for row in case_of(tx, "i1").rows(timer)}
    assert statements[1:3] == ["UPDATE", "INSERT"]
    assert stored == {"m2": 2, "m3": 2}


def test_a_row_that_goes_and_comes_again_is_as_it_came(filled: Database) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        gone = case.get(timer, "m1")
        case.remove(timer, gone)
        case.add(timer, {**gone._asdict(), "id": "m2"})
        case.add(timer, {**gone._asdict(), "number": 7})

    with filled.reading() as tx:
        assert {row.id: row.number for row in case_of(tx, "i1").rows(timer)} == {"m1": 7, "m2": 1}


def test_parties_that_change_in_different_columns_are_written_together(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        tx.execute(insert(party).values(instance_id="i1", unit_code="dept_a", fact="receiving_unit"))
        case = case_of(tx, "i1")
        town, department = case.get(party, "i1", "town_a", "referring_unit"), case.rows(party)[0]
        case.change(party, town, next_due=NOW)
        case.change(party, department, seen_at=SINCE)

    with filled.reading() as tx:
        stored = {row.unit_code: (row.seen_at, row.next_due) for row in case_of(tx, "i1").rows(party)}
    assert statements.count("UPDATE") == 1
    assert stored["town_a"] == (NOW, NOW)
    assert stored["dept_a"][0] == SINCE


def test_a_json_column_that_is_left_out_stays_empty_beside_a_row_that_is_changed(filled: Database) -> None:
    paper = {
        "instance_id": "i1",
        "code": "D01",
        "title": "移送函",
        "from_unit": "town_a",
        "to_unit": "dept_a",
        "copy": False,
        "content": {},
        "delivered_at": NOW,
    }
    with filled.transaction() as tx:
        case_of(tx, "i1").add(document, {**paper, "id": "d1", "sequence": 1})
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        case.change(document, case.get(document, "d1"), title="移送函（更正）")
        case.add(document, {**paper, "id": "d2", "sequence": 2})

    with filled.reading() as tx:
        empty = tx.scalars(select(document.c.id).where(document.c.data.is_(None)).order_by(document.c.id))
        assert list(empty) == ["d1", "d2"]


def test_a_row_that_is_new_can_be_changed_and_taken_away_before_it_was_ever_written(
    filled: Database, statements: list[str]
) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        row = case.add(task, a_task("t3"))
        row = case.change(task, row, name="另一步")
        case.remove(task, row)
        assert [found.id for found in case.rows(task)] == ["t1"]

    assert statements == ["SELECT"]


def test_what_is_written_past_the_case_is_read_anew(filled: Database) -> None:
    with filled.transaction() as tx:
        case = case_of(tx, "i1")
        assert case.get(task, "t1").status == "open"
        tx.execute(update(task).where(task.c.id == "t1").values(status="lapsed"))
        tx.execute(delete(timer))
        tx.exec_driver_sql("UPDATE party SET seen_at = NULL")

        assert case.get(task, "t1").status == "lapsed"
        assert case.rows(timer) == []
        assert [row.seen_at for row in case.rows(party)] == [None]


def test_a_case_that_was_read_before_the_database_went_back_is_read_anew(filled: Database) -> None:
    with filled.transaction() as tx:
        nested = tx.begin_nested()
        case = case_of(tx, "i1")
        case.change(task, case.get(task, "t1"), status="lapsed")
        nested.rollback()

        assert case_of(tx, "i1").get(task, "t1").status == "open"

    with filled.reading() as tx:
        assert case_of(tx, "i1").get(task, "t1").status == "open"


def test_the_case_of_a_task_is_that_of_its_instance(filled: Database, statements: list[str]) -> None:
    with filled.reading() as tx:
        assert known_case(tx, "i2") is None
        case = case_of_task(tx, "t2")
        assert case is not None
        assert case is case_of(tx, "i2") is known_case(tx, "i2")
        assert case_of_task(tx, "t2") is case
        assert case_of_task(tx, "none") is None
        assert case.id == "i2"

    assert statements == ["SELECT", "SELECT"]


def test_of_an_instance_that_is_only_begun_nothing_is_read(filled: Database, statements: list[str]) -> None:
    with filled.transaction() as tx:
        case = put_case(Case(tx, "i3", new=True))
        assert case.rows(task) == []
        assert case.instance is None
        case.adopt_instance({"id": "i3", "origin_instance_id": None, "revision": 0, "started_at": SINCE})
        assert case.instance.revision == 0

    assert statements == []


def test_a_called_instance_is_among_the_children_as_soon_as_it_is_there(filled: Database) -> None:
    with filled.transaction() as tx:
        caller = case_of(tx, "i1")
        assert caller.children() == []
        tx.execute(update(process_instance).where(process_instance.c.id == "i2").values(origin_instance_id="i1"))

        assert [row.id for row in caller.children()] == ["i2"]


def test_no_row_of_an_instance_is_looked_for_among_those_of_others(database: Database) -> None:
    """What a step reads costs what the instance has, however many there are beside it."""
    names = tuple(part.name for part in PARTS.values() if not part.is_long)
    text, places = _statement("sqlite", names)
    if not database.is_sqlite:
        columns = {table.name: {index.columns[0].name for index in table.indexes} for table in metadata.tables.values()}
        found_by = {"instance_id", "origin_instance_id", "chain", "id"}
        for table in (PARTS[name].table for name in names):
            assert found_by & ({next(iter(table.primary_key.columns)).name} | columns[table.name]), table.name
        return
    with database.reading() as tx:
        plan = [row[3] for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("i1",) * places)]

    scanned = {line.split()[1] for line in plan if line.startswith("SCAN ")}
    assert {name for name in scanned if name in metadata.tables} <= {"stamp"}
    assert not [line for line in plan if "status" in line.lower()]

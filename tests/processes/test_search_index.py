"""A search begins at an index on both stores, whatever it finds a case by, and finds any part of a text."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event, insert, select

from engine.db import ordering, searchable, tables
from engine.db.searchable import SIGNS
from engine.ids import new_id
from engine.reports.parts.filters import Filters
from tests.processes.test_instance_work import correct
from tests.processes.town import MORNING, Case, Town

OFFICER, LIAISON, SUPERVISOR = "shenhe.qh", "linxiaoman.hb", "zhuangmingzhe.jd"
MANY = 3000
PLACE = "青河镇河湾村二组 18 号院"


def found(town: Town, text: str, who: str = OFFICER) -> list[str]:
    listing = town.engine.instances.listed(town.person(who), Filters(text=text))
    return [row.number for row in listing.rows]


def filled(town: Town) -> Case:
    """A case with a numbered paper, among thousands of others of the same unit."""
    case = town.refer(at=MORNING, location=PLACE).submit().approve()

    def fill(tx: Any) -> None:
        row = tx.execute(select(tables.process_instance).where(tables.process_instance.c.id == case.id)).one()
        work = tx.execute(select(tables.task).where(tables.task.c.instance_id == case.id).limit(1)).one()
        others = [new_id() for _ in range(MANY)]
        due = {"next_due": ordering.of_instance(None, row.started_at, False)}
        named = [
            {**row._mapping, **due, "id": one, "number": f"XX-{n}", "title": "别的"} for n, one in enumerate(others)
        ]
        tasks = [{**work._mapping, "id": new_id(), "instance_id": one, "ended_by": None} for one in others]
        sees = tx.execute(
            select(tables.party).where(tables.party.c.instance_id == case.id, tables.party.c.unit_code == "qinghe")
        ).one()
        parties = [{**sees._mapping, **due, "instance_id": one} for one in others]
        own = {"fact_id": None, "document_id": None}
        words = [
            {**own, "instance_id": one, "kind": kind, "words": f"{n * 7919 % MANY:x}{kind}{part}"}
            for n, one in enumerate(others)
            for kind in (searchable.NUMBER, searchable.TITLE)
            for part in range(5)
        ]
        filled = {tables.process_instance: named, tables.party: parties, tables.task: tasks, tables.search_word: words}
        for table, rows in filled.items():
            tx.execute(insert(table), rows)

    town.write(fill)
    if not town.engine.database.is_sqlite:  # it has nobody who looks at the new rows soon; SQLite's plans need no look
        town.write(lambda tx: tx.exec_driver_sql("ANALYZE") and None)
    return case


def plans(town: Town, text: str, who: str) -> list[str]:
    """How the store carries out each statement that looks for instances with the text."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        is_by_number = "process_instance.number =" in statement  # one row at most, by the number's own index
        if "search_word" in statement and "process_instance.id IN" in statement and not is_by_number:
            asked.append((statement, parameters))

    engine = town.engine.database.engine
    event.listen(engine, "before_cursor_execute", note)
    found(town, text, who)
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 2, "how many there are, and those of the page"
    explain = "EXPLAIN QUERY PLAN" if town.engine.database.is_sqlite else "EXPLAIN"

    def look(tx: Any) -> list[str]:
        rows = (tx.exec_driver_sql(f"{explain} {statement}", parameters).all() for statement, parameters in asked)
        return ["\n".join(str(row[-1]) for row in plan) for plan in rows]

    return town.read(look)


def reads_all(plan: str) -> bool:
    """Whether every row of a table that grows with the cases is read."""
    tables_that_grow = ("process_instance", "search_word", "task", "fact", "document")
    whole = {f"{scan} {table}" for table in tables_that_grow[:3] for scan in ("SCAN", "Seq Scan on")}
    whole |= {f"SCAN {table}" for table in tables_that_grow[3:]}  # of these there are few here, and PostgreSQL knows it
    return any(re.search(rf"{one}\b(?! USING)", plan) for one in whole)


def test_a_search_begins_at_an_index_whatever_it_finds_a_case_by(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case = filled(town)
    paper = next(row.number for row in case._rows(tables.document) if row.number)
    texts = [paper[3:], "河湾村二组", "塑料清洗", "沈禾", case.number]
    asked = [(text, who) for text in texts for who in (OFFICER, SUPERVISOR)]

    looked = {(text, who): plans(town, text, who) for text, who in asked}

    assert [one for one in asked if case.number not in found(town, *one)] == []
    assert [(one, plan) for one in asked for plan in looked[one] if "ix_search_word_words" not in plan] == []
    assert [(one, plan) for one in asked for plan in looked[one] if reads_all(plan)] == []
    by_person = {one[0] for one in asked for plan in looked[one] if "ix_task_ended_by" in plan}
    assert by_person == {"沈禾"}


def test_any_part_of_a_place_is_found_whatever_its_width_and_blanks(town_on_each_database: Town) -> None:
    case = town_on_each_database.refer(at=MORNING, location=PLACE)
    parts = ["河湾村二组18号", "１８号院", "二组 18 号院", "村", "青河镇河湾村二组 18 号院"]

    assert [text for text in parts if found(town_on_each_database, text) != [case.number]] == []


def test_signs_stand_for_themselves_and_for_nothing_else(town_on_each_database: Town) -> None:
    town_on_each_database.refer(at=MORNING, location=PLACE)
    others = ["河湾组", "湾村河", "%", "_", "\\", "二组%号", "（", "\U0010ffff", "院外"]

    assert [text for text in others if found(town_on_each_database, text)] == []


def test_of_a_long_text_the_beginning_is_searched_for(plain_town: Town) -> None:
    place = "青河镇河湾村" + "二组三队" * 12
    case = plain_town.refer(at=MORNING, location=place)

    assert found(plain_town, place) == [case.number]
    assert found(plain_town, place[-SIGNS:]) == [case.number]
    assert found(plain_town, f"{place[: SIGNS - 1]}不") == []


def test_a_corrected_title_is_found_and_the_wrong_one_no_more(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING, case_title="河湾村倾倒废渣")
    correct(case, "case_title", "河湾村倾倒废料")

    assert found(plain_town, "倾倒废料") == [case.number]
    assert found(plain_town, "倾倒废渣") == []

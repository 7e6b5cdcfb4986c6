"""What a reader has ticked as read at a task: that reader's alone, and gone when the task is over."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Row, insert, select, update

from engine.db.session import Database
from engine.db.tables import checked_paper, person, task
from engine.runtime.documents import reading_marks
from tests.store.builders import NOW, a_city, a_holder, an_instance

LETTER, PHOTOS = "document/d1", "material/m1"


@pytest.fixture
def office(database: Database) -> Database:
    """Two reviewers of one department, and two open tasks of one case."""
    with database.transaction() as tx:
        a_city(tx)
        an_instance(tx)
        for login in ("zhou", "fang"):
            a_holder(tx, login, "dept_a", "case_officer")
        for task_id in ("review", "report"):
            tx.execute(
                insert(task).values(
                    id=task_id, instance_id="i1", element_id=task_id, name="受理审查", unit_code="dept_a",
                    roles=["case_officer"], fallback=False, status="open", opened_at=NOW,
                )
            )  # fmt: skip
    return database


def the_task(tx: Connection, task_id: str = "review") -> Row[Any]:
    return tx.execute(select(task).where(task.c.id == task_id)).one()


def people(tx: Connection) -> tuple[str, str]:
    found = {row.login: row.id for row in tx.execute(select(person.c.login, person.c.id))}
    return found["zhou"], found["fang"]


def test_what_one_reader_ticks_another_does_not_see(office: Database) -> None:
    with office.transaction() as tx:
        zhou, fang = people(tx)
        reading_marks.check(tx, the_task(tx), zhou, [LETTER], NOW)

    with office.reading() as tx:
        assert reading_marks.of_task(tx, zhou, "review") == {LETTER}
        assert reading_marks.of_task(tx, fang, "review") == frozenset()
        assert reading_marks.of_task(tx, zhou, "report") == frozenset()


def test_a_tick_that_is_set_twice_or_taken_off_twice_is_one_tick(office: Database) -> None:
    with office.transaction() as tx:
        zhou, _ = people(tx)
        for _again in range(2):
            reading_marks.check(tx, the_task(tx), zhou, [LETTER, PHOTOS], NOW)
        for _again in range(2):
            reading_marks.uncheck(tx, the_task(tx), zhou, [PHOTOS])

    with office.reading() as tx:
        assert reading_marks.of_task(tx, zhou, "review") == {LETTER}


@pytest.mark.parametrize("status", ["completed", "lapsed"])
def test_ticks_are_gone_with_their_task_and_no_other(office: Database, status: str) -> None:
    with office.transaction() as tx:
        zhou, fang = people(tx)
        reading_marks.check(tx, the_task(tx), zhou, [LETTER], NOW)
        reading_marks.check(tx, the_task(tx), fang, [LETTER], NOW)
        reading_marks.check(tx, the_task(tx, "report"), zhou, [LETTER], NOW)
        tx.execute(update(task).where(task.c.id == "review").values(status=status, ended_at=NOW))
        reading_marks.forget(tx, "i1")

    with office.reading() as tx:
        assert set(tx.scalars(select(checked_paper.c.task_id))) == {"report"}

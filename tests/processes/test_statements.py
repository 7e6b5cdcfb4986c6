"""How often a step asks the database, so that nobody adds a statement or a commit unseen.

The ceilings are what is reached now. Whoever needs fewer lowers them; whoever needs more says why, here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.db import case as cases
from tests.processes import one_task
from tests.processes.town import MORNING, Case, Town, sent
from tests.statements import Count, counted

SHIPPED = {
    "prepare_materials": (10, 4),
    "approve_referral": (16, 6),
    "sign_for": (11, 4),
}
"""Statements of a step of case_referral, on SQLite and on PostgreSQL, where the lock is a statement of its own and what is
written is one; the second writes the letter and its internal sheet."""
START, COMPLETE = (15, 6), (12, 4)
"""Of a procedure with one task, on each store."""


def ceiling(town: Town, on_sqlite: int, on_postgresql: int) -> int:
    return on_sqlite if town.engine.database.is_sqlite else on_postgresql


def count(town: Town, what: Callable[[], object]) -> Count:
    with counted(town.engine.database.engine) as found:
        what()
    return found


def within(found: Count, most: int) -> bool:
    """Whether it is not more than that; the statements are told when it is."""
    told = "\n".join(f"{number:3} {' '.join(text.split())[:150]}" for number, text in enumerate(found.texts, 1))
    assert found.statements <= most, f"{found.statements} statements instead of {most}:\n{told}"
    return True


@pytest.fixture
def warm(town_on_each_database: Town) -> Town:
    """A case has gone the same way before: what is read once in the life of a process has been read."""
    town_on_each_database.refer(at=MORNING).deliver().sign_for()
    return town_on_each_database


def standing_before(town: Town, element: str) -> tuple[Case, str, dict[str, object]]:
    """A case in which that is to be done next, who does it and what is sent."""
    case = town.refer()
    case.add_material("facts_statement")
    case.add_material("site_photos")
    if element == "prepare_materials":
        return case, case.referring.officer, {"preparation_outcome": "submit"}
    case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit")
    if element == "approve_referral":
        return case, case.referring.leader, {"approval_outcome": "approve"}
    return case.approve(), case.receiving.liaison, {"materials_complete": True}


@pytest.mark.parametrize("element", SHIPPED)
def test_a_step_of_a_referral_is_a_handful_of_statements_and_one_commit(warm: Town, element: str) -> None:
    case, by, answers = standing_before(warm, element)
    actor, task_id = warm.person(by), case.task(element)

    found = count(warm, lambda: warm.engine.tasks.complete(actor, task_id, sent(answers)))

    assert within(found, ceiling(warm, *SHIPPED[element]))
    assert found.commits == 1


def test_no_step_reads_its_record(warm: Town) -> None:
    """What it decides by stands in columns: the record of a case grows with every step."""
    case = warm.refer()
    officer, leader = warm.person(case.referring.officer), warm.person(case.referring.leader)
    done = case.task("prepare_materials")
    case.submit()
    steps: list[Callable[[], object]] = [
        lambda: warm.engine.handling.take_back(officer, done),
        lambda: case.complete("prepare_materials", case.referring.officer, preparation_outcome="submit"),
        lambda: warm.engine.handling.send_back(
            leader,
            case.task("approve_referral"),
            warm.engine.handling.choices(leader, case.task("approve_referral")).earlier[0][0].task_id,
            "请补充照片。",
        ),
        lambda: warm.at("2026-10-20T09:00"),
    ]

    for step in steps:
        assert [text for text in count(warm, step).texts if "audit_entry.content" in text] == []


def test_a_procedure_with_one_task_takes_two_commits_from_start_to_end(warm: Town, tmp_path: Path) -> None:
    warm.engine.procedures_in_force.deploy(one_task.write(tmp_path), "test")
    actor, engine = warm.person(one_task.BY), warm.engine
    number = engine.instances.start(actor, one_task.KEY, one_task.START)
    engine.tasks.complete(actor, one_task.open_task(warm, number), one_task.DONE)
    numbers: list[str] = []

    begun = count(warm, lambda: numbers.append(engine.instances.start(actor, one_task.KEY, one_task.START)))
    task_id = one_task.open_task(warm, numbers[0])
    done = count(warm, lambda: engine.tasks.complete(actor, task_id, one_task.DONE))

    assert within(begun, ceiling(warm, *START))
    assert within(done, ceiling(warm, *COMPLETE))
    assert begun.commits == done.commits == 1


def test_what_is_over_is_not_made_anew_however_often_a_case_has_come_round(
    town_on_each_database: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    town.engine.procedures_in_force.deploy(one_task.write_round(tmp_path), "test")
    actor, tasks, made = town.person(one_task.BY), town.engine.tasks, list[object]()
    decode = cases._decoded
    monkeypatch.setattr(cases, "_decoded", lambda part, values: [made.append(values), decode(part, values)][1])
    task_id = town.engine.instances.begin(actor, one_task.ROUND, one_task.START).next_task_id
    rounds = []

    for _ in range(6):
        made.clear()
        for answers in (one_task.DONE, one_task.AGAIN):
            task_id = tasks.complete(actor, str(task_id), answers).next_task_id
        rounds.append(len(made))

    assert rounds[5] <= rounds[2]

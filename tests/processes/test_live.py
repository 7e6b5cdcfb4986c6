"""A process that is kept in memory between two steps is only its stored state, made ready to run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine.bpmn.spiff import workflow as wall
from engine.db.memory import Memory
from engine.db.tables import process_instance
from engine.errors import LianbanError
from engine.runtime.step.step import Step
from tests.processes import one_task
from tests.processes.town import Town


@pytest.fixture
def restores(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The states from which a process was restored, as they come."""
    found: list[bytes] = []
    put_into = wall.state.put_into

    def noted(running: Any, stored: bytes) -> None:
        found.append(stored)
        put_into(running, stored)

    monkeypatch.setattr(wall.state, "put_into", noted)
    return found


@pytest.fixture
def number(plain_town: Town, tmp_path: Path) -> str:
    """An instance of the procedure that goes round, in the town's own engine."""
    plain_town.engine.procedures_in_force.deploy(one_task.write_round(tmp_path), "test")
    return plain_town.engine.instances.start(plain_town.person(one_task.BY), one_task.ROUND, one_task.START)


def complete(town: Town, number: str, answers: dict[str, list[str]], engine: Any = None) -> None:
    task_id = one_task.open_task(town, number)
    (engine or town.engine).tasks.complete(town.person(one_task.BY), task_id, answers)


def acted(restores: list[bytes], move: Any) -> int:
    """How often a process was restored while it moved."""
    before = len(restores)
    move()
    return len(restores) - before


def test_the_next_step_of_the_same_engine_restores_less(plain_town: Town, number: str, restores: list[bytes]):
    warm = acted(restores, lambda: complete(plain_town, number, one_task.DONE))
    plain_town.engine.database.memory = Memory()

    cold = acted(restores, lambda: complete(plain_town, number, one_task.AGAIN))

    assert warm < cold


def test_what_another_process_has_moved_is_restored_from_what_it_stored(plain_town: Town, number: str):
    complete(plain_town, number, one_task.DONE)
    complete(plain_town, number, one_task.AGAIN, plain_town.another_engine())

    complete(plain_town, number, one_task.DONE)
    complete(plain_town, number, one_task.ENOUGH)

    status = process_instance.c.status
    own = process_instance.c.number == number
    assert (
        plain_town.read(lambda tx: tx.scalar(process_instance.select().with_only_columns(status).where(own))) == "ended"
    )


def test_a_step_that_fails_leaves_nothing_in_memory(
    plain_town: Town, number: str, restores: list[bytes], monkeypatch: pytest.MonkeyPatch
):
    def fail(step: Step, kind: str) -> None:
        step.workflow.user_tasks()
        raise LianbanError

    with monkeypatch.context() as patch:
        patch.setattr("engine.runtime.advance.advance.store", fail)
        with pytest.raises(LianbanError):
            complete(plain_town, number, one_task.DONE)

    assert plain_town.engine.database.memory.take_up("live", _id(plain_town, number)) is None
    complete(plain_town, number, one_task.DONE)


def test_a_state_that_was_changed_past_the_engine_is_not_passed_over_by_memory(plain_town: Town, number: str):
    complete(plain_town, number, one_task.DONE)
    own = process_instance.c.number == number
    plain_town.tampered = True
    plain_town.write(lambda tx: tx.execute(update(process_instance).where(own).values(state=b"LBSEAL01" + b"0" * 80)))

    with pytest.raises(LianbanError):
        complete(plain_town, number, one_task.AGAIN)


def test_an_ended_process_is_not_kept(plain_town: Town, number: str):
    complete(plain_town, number, one_task.DONE)
    complete(plain_town, number, one_task.ENOUGH)

    assert plain_town.engine.database.memory.take_up("live", _id(plain_town, number)) is None


def test_of_too_many_the_one_that_was_laid_down_first_is_gone():
    memory = Memory()

    for key in "abc":
        memory.lay_down("live", key, key, at_most=2)

    assert [memory.take_up("live", key) for key in "abc"] == [None, "b", "c"]


def test_what_is_taken_up_is_there_for_nobody_else():
    memory = Memory()
    memory.lay_down("live", "a", "a", at_most=2)

    assert (memory.take_up("live", "a"), memory.take_up("live", "a")) == ("a", None)


def _id(town: Town, number: str) -> str:
    own = process_instance.c.number == number
    query = process_instance.select().with_only_columns(process_instance.c.id).where(own)
    return str(town.read(lambda tx: tx.scalar(query)))

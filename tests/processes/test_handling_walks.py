"""Random walks in which tasks are handed over, sent back and taken back: nothing is lost, and the end can be reached."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import tables
from engine.errors import InvalidValues, NotAllowed, NotFound, Refused
from engine.organisation.assignment import Actor
from tests.processes import test_case_referral_paths as referral
from tests.processes import test_dispute_resolution_paths as dispute_paths
from tests.processes.dispute import raise_dispute
from tests.processes.town import Instance, OpenTask, Town, at, problems

BESIDE = {
    "request_extension", "approve_extension", "describe_urgency", "confirm_urgency", "describe_withdrawal",
    "confirm_withdrawal", "report_progress", "request_more_time", "approve_more_time", "describe_settlement",
    "confirm_settlement",
}  # fmt: skip
"""Tasks behind a button or a timer: the instance ends without them."""


def logins(town: Town) -> dict[str, str]:
    person = tables.person
    return town.read(lambda tx: {row.id: row.login for row in tx.execute(select(person.c.id, person.c.login))})


def who_does(town: Town, task: OpenTask) -> Actor:
    """Somebody who may complete the task now."""
    by_id = logins(town)
    if task.assignee_id:
        return town.person(by_id[task.assignee_id])
    for login in by_id.values():
        try:
            actor = town.person(login)
        except (IndexError, AssertionError):
            continue  # holds no post
        if actor.unit_code == task.unit and actor.standing_roles & task.roles:
            return actor
    raise AssertionError(f"nobody does {task.element}")


def free(town: Town, instance: Instance) -> None:
    """Whoever has a task gives it to the whole post again."""
    for task in instance.open_tasks():
        if task.assignee_id:
            actor = who_does(town, task)
            town.engine.tasks.release(actor, task.id)


def hand_about(town: Town, instance: Instance, chance: random.Random) -> str | None:
    """One thing is done with a task besides completing it. Returns what; None when it was refused or nothing is open."""
    before = town.rows()
    try:
        if chance.random() < 0.4:
            return take_back(town, instance)
        opened = instance.open_tasks()
        if not opened:
            return None
        task = chance.choice(opened)
        actor, handling = who_does(town, task), town.engine.handling
        town.engine.tasks.claim(actor, task.id)
        before = town.rows()
        choices = handling.choices(actor, task.id)
        if choices.earlier and chance.random() < 0.8:
            back, _ = chance.choice(choices.earlier)
            handling.send_back(actor, task.id, back.task_id, "重新办理。")
            return "send_back"
        if choices.holders:
            handling.transfer(actor, task.id, chance.choice(choices.holders).id)
            return "transfer"
        return None
    except (Refused, NotFound, InvalidValues, NotAllowed):
        assert town.rows() == before, "a refusal has left something behind"
        return None


def take_back(town: Town, instance: Instance) -> str:
    """Whoever completed the last task takes that back."""
    task = tables.task
    own = (task.c.instance_id == instance.id) & (task.c.status == "completed") & task.c.undone.is_(None)
    row = town.read(lambda tx: tx.execute(select(task).where(own).order_by(task.c.ended_at.desc(), task.c.id)).first())
    if row is None:
        raise NotFound
    town.engine.handling.take_back(town.person(logins(town)[row.ended_by]), row.id)
    return "take_back"


def check(town: Town, instance: Instance) -> None:
    town.tick()
    assert problems(instance) == []
    rows = town.rows()
    assert town.tick() == 0
    assert town.rows() == rows


def finish(town: Town, instance: Any, work: Mapping[str, Sequence[Callable[[Any], object]]], wait: Any) -> None:
    """The usual answer to everything: the instance must come to an end."""
    for _ in range(30):
        if instance.status == "ended":
            return
        free(town, instance)
        waiting = [element for element in sorted(instance.waiting) if element not in BESIDE]
        if not waiting:
            assert wait is not None
            wait(instance)
            continue
        work[waiting[0]][0](instance)
        check(town, instance)
    raise AssertionError(f"it does not end: {dict(instance.waiting)}")


def walk(town: Town, instance: Any, chance: random.Random, step: Callable[..., None], steps: int) -> list[str]:
    done: list[str] = []
    for _ in range(steps):
        if instance.status == "ended":
            break
        if chance.random() < 0.4:
            what = hand_about(town, instance, chance)
            done += [what] if what else []
            check(town, instance)
            free(town, instance)
        else:
            step(town, instance, chance)
        check(town, instance)
    assert town.verify() == []
    assert instance.incident() == ""
    return done


@pytest.mark.walks(30)
def test_a_referral_in_which_tasks_go_back_and_forth_loses_nothing(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-10-08T08:30") + timedelta(hours=chance.randrange(1000)))
    case = town.refer(is_urgent=chance.random() < 0.2, is_ongoing=chance.random() < 0.3)

    walk(town, case, chance, referral.one_step, 18)
    finish(town, case, referral.WORK, referral.ENDS_OF_A_DISPUTE[0])
    assert town.verify() == []


@pytest.mark.walks(30)
def test_a_dispute_in_which_tasks_go_back_and_forth_loses_nothing(plain_town: Town, seed: int) -> None:
    chance, town = random.Random(seed), plain_town
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(1200)))
    dispute = raise_dispute(town, is_ongoing=chance.random() < 0.3)

    walk(town, dispute, chance, dispute_paths.one_step, 24)
    finish(town, dispute, dispute_paths.WORK, None)
    assert town.verify() == []


def test_the_walks_do_all_of_it(plain_town: Town) -> None:
    """Otherwise the walks above would prove nothing."""
    chance, town = random.Random(7), plain_town
    town.at("2026-08-03T08:30")
    done: set[str] = set()
    for _ in range(12):
        done |= set(walk(town, town.refer(), chance, referral.one_step, 12))
    assert done == {"send_back", "take_back", "transfer"}

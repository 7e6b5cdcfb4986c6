"""One side falls silent at any point of a referral, a request or a complaint, while the others go on with what is theirs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine.db import tables
from engine.errors import AlreadyDone, InvalidValues, NotFound, Refused
from tests.processes import (
    test_case_referral_paths,
    test_first_responder_walks,
    test_technical_assistance_paths,
)
from tests.processes.assistance import ask
from tests.processes.complaint import receive
from tests.processes.test_silence_everywhere import LONG, supervised_periods, that_wait_for_nothing
from tests.processes.town import Town, at


@dataclass(frozen=True)
class Walk:
    begin: Callable[[Town, random.Random], Any]
    one_step: Callable[[Town, Any, random.Random], None]
    work: dict[str, Any]
    """Element -> ways of doing its task."""


WALKS = {
    "case_referral": Walk(
        lambda town, chance: town.refer(is_urgent=chance.random() < 0.25, is_ongoing=chance.random() < 0.3),
        test_case_referral_paths.one_step,
        test_case_referral_paths.WORK,
    ),
    "technical_assistance": Walk(
        lambda town, chance: ask(town, is_urgent=chance.random() < 0.4),
        test_technical_assistance_paths.one_step,
        test_technical_assistance_paths.WORK,
    ),
    "first_responder": Walk(
        lambda town, chance: receive(town, is_ongoing=chance.random() < 0.3),
        test_first_responder_walks.one_step,
        test_first_responder_walks.WORK,
    ),
}
SIDES = ("qinghe", "ecology")
"""The town that begins each of them, and the department that it turns to."""


@pytest.mark.walks(32)
@pytest.mark.parametrize("key", WALKS)
def test_a_side_that_falls_silent_anywhere_is_noticed_and_stops_nobody_else(
    plain_town: Town, key: str, seed: int
) -> None:
    """In the end there is an end, a task for somebody else, or what waits for the silent side is under supervision."""
    chance, town, walk = random.Random(seed), plain_town, WALKS[key]
    town.at(at("2026-08-03T08:30") + timedelta(hours=chance.randrange(2400)))
    case = walk.begin(town, chance)
    for _ in range(chance.randrange(14)):
        if case.status != "ended":
            walk.one_step(town, case, chance)
    silent = chance.choice(SIDES)

    for _ in range(20):
        go_on_without(silent, town, case, walk, chance)
    town.at(town.now + LONG)

    assert town.read(that_wait_for_nothing) == []
    assert town.read(lambda tx: unnoticed(tx, silent)) == []
    assert case.incident() == ""


def go_on_without(silent: str, town: Town, case: Any, walk: Walk, chance: random.Random) -> None:
    """Somebody of another unit does a task; where there is none, days pass."""
    theirs = sorted(task.element for task in case.open_tasks() if task.unit != silent)
    if not theirs:
        town.later(days=4)
        return
    try:
        chance.choice(walk.work[chance.choice(theirs)])(case)
    except (AlreadyDone, Refused, InvalidValues, NotFound):
        town.later(hours=9)


def unnoticed(tx: Connection, silent: str) -> list[str]:
    """Tasks that wait for the silent unit without being under supervision, in whatever case of the town."""
    task, instance = tables.task, tables.process_instance
    columns = (task.c.instance_id, task.c.element_id, task.c.deadline_key, instance.c.key)
    waiting = (task.c.unit_code == silent) & (task.c.status == "open") & (instance.c.status == "running")
    rows = tx.execute(select(*columns).join(instance, instance.c.id == task.c.instance_id).where(waiting))
    noticed = supervised_periods(tx)
    return [
        f"{row.key}: {row.element_id}"
        for row in rows
        if not noticed & {(row.instance_id, row.deadline_key), (row.instance_id, row.element_id)}
    ]

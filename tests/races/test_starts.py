"""Several workers, and one that is killed, begin a planned case exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.db import session
from engine.runtime.advance import beginnings
from engine.runtime.step.step import Step
from tests.processes import conference
from tests.processes.conference import KEY, QUARTERLY
from tests.processes.town import Town
from tests.races.instant import at_once

DUE = "2026-10-08T09:00"


@pytest.fixture(autouse=True)
def _nothing_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ATTEMPTS", 1)


def test_of_several_workers_one_begins_the_case(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    conference.deploy(town, tmp_path, QUARTERLY)
    town.asleep_until(DUE)
    at_once(town, *(lambda engine: engine.tick() for _each in range(4)))
    (case,) = conference.cases(town)
    assert dict(case.waiting) == {"plan": 1}
    assert conference.schedule(town).begun == 1
    assert town.verify() == []


class Killed(BaseException):
    """The process is gone; nothing of it catches this."""


@pytest.mark.parametrize("moment", ["before it is stored", "before the schedule moves on"])
def test_a_worker_that_is_killed_leaves_the_case_to_the_next_one(
    town_on_each_database: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    town = town_on_each_database
    conference.deploy(town, tmp_path, QUARTERLY)
    town.asleep_until(DUE)
    taking = beginnings.take

    def take(step: Step, kind: str, event: object) -> Step:
        if moment == "before the schedule moves on":
            taking(step, kind, event)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(beginnings, "take", take)
        with pytest.raises(Killed):
            town.another_engine().tick()
    assert conference.cases(town) == []
    town.tick()
    town.tick()
    assert len(conference.cases(town)) == 1


def test_a_version_that_is_deployed_at_that_instant_begins_no_second_case(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    conference.deploy(town, tmp_path, QUARTERLY)
    town.asleep_until(DUE)
    changed = tmp_path / f"{KEY}.bpmn"
    changed.write_text(conference.drawn(QUARTERLY, plan="另拟会期"), encoding="utf-8")
    at_once(
        town,
        lambda engine: engine.tick(),
        lambda engine: engine.procedures_in_force.deploy(changed, "test", "改名"),
        lambda engine: engine.tick(),
    )
    town.tick()
    assert len(conference.cases(town)) == 1
    assert conference.schedule(town).begun == 1

"""What is on its way between cases is heard once, whoever delivers it and whenever somebody is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.db import session
from engine.runtime.instances import delivering
from tests.processes.tellings import OFFICER, SIGNAL, draw, message, start, thrown, throws, waits
from tests.processes.town import Instance, Town
from tests.races.instant import at_once


@pytest.fixture(autouse=True)
def _nothing_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "ATTEMPTS", 1)


def on_its_way(town: Town, folder: Path, definition: str, **given: str) -> list[Instance]:
    """Three cases that wait for it; it is thrown, and nobody has delivered it yet."""
    draw(town, folder, "listens", waits(definition))
    draw(town, folder, "tells", throws(definition, **given))
    listeners, teller = [start(town, "listens") for _each in range(3)], start(town, "tells")
    teller.complete("work", OFFICER, said_work="好", partner=listeners[0].number)
    return listeners


def test_of_several_workers_one_delivers_each_signal(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    listeners = on_its_way(town, tmp_path, SIGNAL)
    at_once(town, *(lambda engine: engine.tick() for _each in range(4)))
    town.tick()
    assert [case.waiting["after"] for case in listeners] == [1, 1, 1]
    assert [row.status for row in thrown(town)] == ["heard"] * 3
    assert town.verify() == []


def test_a_case_that_ends_as_it_is_told_hears_it_or_is_over(town_on_each_database: Town, tmp_path: Path) -> None:
    town = town_on_each_database
    listener, *_others = on_its_way(town, tmp_path, message(), correlation="partner")
    officer, reason = town.person(OFFICER), {"reason": ["重复立项，不再办理。"]}
    at_once(
        town,
        lambda engine: engine.tick(),
        lambda engine: engine.collaboration.withdraw(officer, listener.number, reason),
        lambda engine: engine.tick(),
    )
    town.tick()
    assert listener.status == "ended"
    assert town.verify() == []


class Killed(BaseException):
    """The process is gone; nothing of it catches this."""


def test_a_worker_that_is_killed_in_the_middle_has_delivered_nothing(
    town_on_each_database: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_on_each_database
    listener, *_others = on_its_way(town, tmp_path, message(), correlation="partner")
    advancing = delivering.advance

    def advance(*given: object) -> object:
        advancing(*given)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(delivering, "advance", advance)
        with pytest.raises(Killed):
            town.another_engine().tick()
    assert listener.waiting["after"] == 0
    assert thrown(town)[0].status == "waiting"
    town.tick()
    town.tick()
    assert listener.waiting["after"] == 1
    assert town.verify() == []

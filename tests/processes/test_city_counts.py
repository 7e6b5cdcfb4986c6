"""The numbers of the whole city: counted now where there is little, kept by the worker where there is much."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import local
from engine.reports.oversight import city_counts
from engine.reports.oversight.supervision import Supervision
from engine.reports.parts.filters import Filters
from tests.processes.town import MORNING, Town

OVERSEER = "chengyu.sf"


def seen(town: Town) -> Supervision:
    return town.act(
        lambda engine: engine.oversight.supervision(town.person(OVERSEER), Filters(), shown="case_referral")
    )


def chores(town: Town) -> None:
    for chore in town.engine.worker.chores:
        chore()


@pytest.fixture
def busy(town_on_each_database: Town) -> Town:
    """Cases that are over their period, near its end and at its beginning, and periods that have ended this month."""
    town = town_on_each_database
    town.refer(at=MORNING).deliver()
    town.refer(at="2026-10-09T10:00")
    town.refer(at="2026-10-16T10:00")
    town.at("2026-10-20T10:00")
    town.refer()
    return town


def test_a_small_office_sees_the_present_and_nothing_is_kept(busy: Town) -> None:
    before = seen(busy)
    chores(busy)
    busy.refer()
    after = seen(busy)

    assert (before.counted_at, after.counted_at) == (None, None)
    assert after.tiles.running == before.tiles.running + 1 == 5
    assert busy.rows()["kept_count"] == 0


def test_what_is_kept_is_what_would_be_counted(busy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    present = seen(busy)
    assert present.tiles.over > 0
    assert present.tiles.near > 0
    assert present.tiles.ended > 0
    monkeypatch.setattr(city_counts, "FEW", 2)
    chores(busy)

    kept = seen(busy)

    assert kept.counted_at == busy.now
    assert (kept.tiles, kept.units, kept.procedure) == (present.tiles, present.units, present.procedure)


def test_the_numbers_are_kept_once_a_minute_and_the_page_says_as_of_when(
    busy: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city_counts, "FEW", 2)
    chores(busy)
    counted_at, running = busy.now, seen(busy).tiles.running
    busy.refer()

    busy.asleep_until(f"{local(counted_at + timedelta(seconds=59)):%Y-%m-%dT%H:%M:%S}")
    chores(busy)
    assert (seen(busy).counted_at, seen(busy).tiles.running) == (counted_at, running)

    busy.asleep_until(f"{local(counted_at + timedelta(minutes=2)):%Y-%m-%dT%H:%M:%S}")
    chores(busy)
    assert (seen(busy).counted_at, seen(busy).tiles.running) == (busy.now, running + 1)


def test_of_two_workers_one_counts(busy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city_counts, "FEW", 2)
    chores(busy)
    counted_at = busy.now
    busy.asleep_until(f"{local(counted_at + timedelta(seconds=30)):%Y-%m-%dT%H:%M:%S}")
    for chore in busy.another_engine().worker.chores:
        chore()

    assert seen(busy).counted_at == counted_at


def test_numbers_that_were_kept_are_dropped_when_there_is_little_again(
    busy: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city_counts, "FEW", 2)
    chores(busy)
    monkeypatch.setattr(city_counts, "FEW", 1000)
    busy.at(busy.now + timedelta(minutes=2))
    chores(busy)

    assert seen(busy).counted_at is None

"""What cases tell each other, and what begins by itself, is in the store as the reference says."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db.tables import process_instance
from engine.runtime.advance import telling
from engine.runtime.instances import delivering, schedules
from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    postgresql_settings,
    postgresql_url,
    sqlite_settings,
)
from tests.processes.town import MORNING, Town
from tests.reference.between import START, Act, Failed, Story, drawings, replay, shrunk, take

EVERYTHING = 5
"""A story in which messages and signals are heard, and cases begin in every way."""
STORIES = (EVERYTHING, 8)


def town_of(request: pytest.FixtureRequest, store: str) -> Town:
    town = Town(request.getfixturevalue(f"{store}_settings"), fresh_every=3)
    town.clock.set(MORNING)
    return town


@pytest.mark.parametrize("seed", STORIES)
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_cases_hear_each_other_and_begin_by_themselves_as_the_reference_says(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, seed: int
) -> None:
    town = town_of(request, store)

    take(drawings(seed), seed, town, tmp_path / "drawn")

    town.close()


BROKEN = {
    "a message is found by anybody": (telling, "correlation_of", lambda step, element: "1"),
    "what is planned does not begin": (schedules, "take_next", lambda tx, context: None),
    "nothing is told to others": (telling, "send", lambda step: None),
    "what was told is not delivered": (delivering, "take", lambda tx, context, event_id: True),
    "nobody waits for others": (telling, "store_subscriptions", lambda step: None),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_store_that_does_otherwise_is_noticed(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(*BROKEN[broken])
    town = town_of(request, "sqlite")

    with pytest.raises(Failed):
        take(drawings(EVERYTHING), EVERYTHING, town, tmp_path / "drawn", acts=40)

    town.close()


def test_a_story_that_differs_is_made_small(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """As if the engine went wrong whenever two cases of the first procedure are there."""
    town = town_of(request, "sqlite")
    story = take(drawings(1), 1, town, tmp_path / "drawn")
    town.close()

    small = shrunk(story, lambda one: sum(act.which == "walked" for act, _ in one.acts) > 1)

    assert len(small.acts) == 2
    assert len(small.pair[0].text) < len(story.pair[0].text)


def test_of_a_story_that_is_told_again_what_is_not_possible_any_more_is_left_out(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    town = town_of(request, "sqlite")
    story = Story(drawings(1), ((Act(START, "walked"), (("x", 1), ("y", 1))), (Act("", 4), ())))

    replay(story, town, tmp_path / "drawn")

    assert town.read(lambda tx: tx.scalars(select(process_instance.c.key)).all()) == ["walked"]
    town.close()

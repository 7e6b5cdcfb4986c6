"""The engine runs random diagrams as the reference does: after every move the same is open, armed, called, passed or ended.

A short run; `make prove-language` takes as many as one likes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine.db.tables import deadline, process_instance
from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    postgresql_settings,
    postgresql_url,
    sqlite_settings,
)
from tests.processes.town import Town
from tests.reference.blocks import Clock, Fork, Work
from tests.reference.generator import Drawn
from tests.reference.stored import through
from tests.reference.walks import drawing, take, wide_drawing

DRAWINGS, WALKS = 80, 2
WIDE = 120
"""Diagrams of all words."""
STORED = 6
"""Diagrams that are walked through each store."""


@pytest.mark.parametrize("first", range(0, DRAWINGS, 20))
def test_the_engine_does_after_every_move_what_the_reference_does(first: int):
    for seed in range(first, first + 20):
        for number in range(WALKS):
            take(drawing(seed), seed * 1000 + number)


@pytest.mark.parametrize("first", range(0, WIDE, 30))
def test_it_does_so_with_the_words_that_the_gate_lets_not_pass_yet(first: int):
    for seed in range(first, first + 30):
        take(wide_drawing(seed), seed)


@pytest.mark.parametrize("fresh_every", [0, 1, 3])
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_it_does_so_through_the_store_from_memory_and_restored(
    request: pytest.FixtureRequest, tmp_path: Path, store: str, fresh_every: int
):
    town = Town(request.getfixturevalue(f"{store}_settings"), fresh_every)
    town.clock.set("2026-09-30T09:30")

    for seed in range(STORED):
        take(drawing(seed), seed, through(town, tmp_path / "drawn"), moves=15)

    town.close()


@pytest.mark.parametrize("fresh_every", [0, 1])
def test_a_period_that_is_met_in_the_step_in_which_it_begins_is_over(
    request: pytest.FixtureRequest, tmp_path: Path, fresh_every: int
) -> None:
    """Else its clock would be open for ever: nothing meets it a second time."""
    town = Town(request.getfixturevalue("sqlite_settings"), fresh_every)
    town.clock.set("2026-09-30T09:30")

    take(Drawn(Fork("p", (Work("v"),), Clock("k"))), 1, through(town, tmp_path / "drawn"))

    (record,) = town.read(lambda tx: tx.execute(select(deadline)).all())
    assert record.status == "met"
    (case,) = town.read(lambda tx: tx.execute(select(process_instance)).all())
    assert case.status == "ended"
    town.close()

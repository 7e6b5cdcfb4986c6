"""A plugin for the runs of `prove`: the city is founded once, whole; then only what was broken is deployed."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from engine.app import Engine
from engine.clock import FixedClock
from engine.db.tables import city_rule
from engine.settings import Settings
from tests.processes import conftest
from tests.processes.town import FOUNDED_AT, found

FOUNDED = Path(__file__).resolve().parents[2] / "founded"


def found_again(settings: Settings) -> None:
    """The city as it was, with the rules, diagrams, forms and letters as they are now."""
    if settings.database_url:
        found_anew(settings)
        return
    shutil.copytree(FOUNDED, settings.data_dir, dirs_exist_ok=True)
    engine = Engine(settings, FixedClock(FOUNDED_AT + timedelta(hours=1)))
    engine.database.run(lambda tx: tx.execute(delete(city_rule)))
    engine.prepare()
    engine.procedures_in_force.take_over([], "test")
    engine.close()


def found_anew(settings: Settings) -> None:
    engine = Engine(settings, FixedClock(FOUNDED_AT))
    found(engine)
    engine.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    conftest._found = found_again


if __name__ == "__main__":
    found_anew(Settings(data_dir=FOUNDED))

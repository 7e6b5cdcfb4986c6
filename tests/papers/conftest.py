"""The founded city of the process tests, for papers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.settings import Settings
from tests.processes.conftest import (  # noqa: F401
    founded_folder,
    founded_postgresql,
    plain_town,
    postgresql_settings,
    sqlite_settings,
    town_on_each_database,
)
from tests.processes.town import Town
from tests.store.conftest import postgresql_url  # noqa: F401


@pytest.fixture(scope="module")
def module_town(tmp_path_factory: pytest.TempPathFactory, founded_folder: Path) -> Iterator[Town]:  # noqa: F811
    """One city for all the letters of a module, which only look at it."""
    folder = shutil.copytree(founded_folder, tmp_path_factory.mktemp("letters") / "var")
    town = Town(Settings(data_dir=folder))
    yield town
    town.close()

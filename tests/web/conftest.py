"""The office for every test: told once a run, then copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from engine.settings import Settings
from tests.once import prepared_once
from tests.processes.conftest import founded_folder  # noqa: F401
from tests.spared import papers_set_once
from tests.web.office import Numbers, Office, open_office


@pytest.fixture(scope="module", autouse=True)
def _papers_are_set_once() -> Iterator[None]:
    with papers_set_once():
        yield


@pytest.fixture(scope="session")
def office_folder(tmp_path_factory: pytest.TempPathFactory, founded_folder: Path) -> tuple[Path, Numbers]:  # noqa: F811
    """A data folder with the city and its cases, to be copied."""
    folder, numbers = prepared_once(tmp_path_factory, "office", lambda folder: _open_once(founded_folder, folder))
    return folder / "var", Numbers(**numbers)


def _open_once(founded: Path, folder: Path) -> dict[str, str]:
    shutil.copytree(founded, folder / "var")
    return asdict(open_office(Settings(data_dir=folder / "var", secret_key="of these tests")))


@pytest.fixture
def office(tmp_path: Path, office_folder: tuple[Path, Numbers]) -> Iterator[Office]:
    yield from _opened(tmp_path, office_folder)


@pytest.fixture(scope="module")
def unchanged_office(tmp_path_factory: pytest.TempPathFactory, office_folder: tuple[Path, Numbers]) -> Iterator[Office]:
    """An office that several tests look at and none changes."""
    yield from _opened(tmp_path_factory.mktemp("unchanged"), office_folder)


def _opened(folder: Path, office_folder: tuple[Path, Numbers]) -> Iterator[Office]:
    source, numbers = office_folder
    office = Office.at(Path(shutil.copytree(source, folder / "var")), numbers)
    yield office
    office.close()

"""The demonstration's city for every test: founded once a run, then copied."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.app import Engine
from engine.clock import FixedClock
from engine.deployments import judging
from engine.ids import new_id
from engine.problems import Problem
from engine.settings import Settings
from tests.once import prepared_once
from tests.processes import inquiry, listed
from tests.processes.paths.walked import FirstOpened, Walked, Walks, copied, kept_where_first_opened, walk
from tests.processes.town import FOUNDED_AT, Town, found
from tests.store.conftest import postgresql_url  # noqa: F401


def _found(settings: Settings) -> None:
    engine = Engine(settings, FixedClock(FOUNDED_AT))
    found(engine)
    engine.close()


@pytest.fixture(scope="session")
def founded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the city in an SQLite file, to be copied."""
    return prepared_once(tmp_path_factory, "founded", lambda folder: _found(Settings(data_dir=folder)))[0]


@pytest.fixture(scope="session")
def founded_postgresql(founded_folder: Path, postgresql_url: str) -> str:  # noqa: F811
    """The name of a PostgreSQL database with the city, to be copied; sealed with the key of the founded folder."""
    _on_server(postgresql_url, "CREATE DATABASE founded")
    url = make_url(postgresql_url).set(database="founded").render_as_string(hide_password=False)
    _found(Settings(data_dir=founded_folder, database_url=url))
    return "founded"


@pytest.fixture(scope="session")
def walked_once(
    tmp_path_factory: pytest.TempPathFactory, founded_folder: Path
) -> Callable[[str, str], tuple[Path, Any]]:
    """A path is walked when somebody asks for it first, by whichever worker, and then known to all."""

    def of(key: str, path: str) -> tuple[Path, Any]:
        def walk_it(folder: Path) -> dict[str, Any]:
            town = copied(founded_folder, folder / "var")
            with kept_where_first_opened(key, path, folder) as kept:
                found = walk(key, path, town)
            town.close()
            shutil.rmtree(folder / "var")
            return {"walked": asdict(found), "kept": kept}

        return prepared_once(tmp_path_factory, f"{key}-{path}", walk_it)

    return of


@pytest.fixture(scope="session")
def walked(walked_once: Callable[[str, str], tuple[Path, Any]]) -> Walks:
    """What became of a path."""
    return lambda key, path: Walked(**walked_once(key, path)[1]["walked"])


@pytest.fixture(scope="session")
def first_opened(walked_once: Callable[[str, str], tuple[Path, Any]]) -> FirstOpened:
    """The towns of a path in which it was the first to have a task open."""

    def of(key: str, path: str) -> list[tuple[Path, str]]:
        folder, said = walked_once(key, path)
        return [(folder / str(number), instant) for number, instant in enumerate(said["kept"])]

    return of


@pytest.fixture
def sqlite_settings(tmp_path: Path, founded_folder: Path) -> Settings:
    shutil.copytree(founded_folder, tmp_path / "var")
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def postgresql_settings(
    tmp_path: Path,
    postgresql_url: str,  # noqa: F811
    founded_postgresql: str,
    founded_folder: Path,
) -> Iterator[Settings]:
    name = f"city_{new_id()}"
    # By files it takes a third of the time that it takes through the log, which nobody needs after a crash.
    _on_server(postgresql_url, f"CREATE DATABASE {name} TEMPLATE {founded_postgresql} STRATEGY FILE_COPY")
    url = make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    (tmp_path / "var").mkdir()
    shutil.copy(founded_folder / "record.key", tmp_path / "var")
    yield Settings(data_dir=tmp_path / "var", database_url=url)
    _on_server(postgresql_url, f"DROP DATABASE {name}")


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    """A folder with both diagrams and their forms."""
    (tmp_path / "drawn" / "forms" / "shared").mkdir(parents=True)
    for form_id, components in inquiry.FORMS.items():
        content = json.dumps({"type": "default", "id": form_id, "components": components}, ensure_ascii=False)
        (tmp_path / "drawn" / "forms" / "shared" / f"{form_id}.form").write_text(content, encoding="utf-8")
    inquiry.write(tmp_path / "drawn", opinion=inquiry.OPINION, inquiry=inquiry.INQUIRY)
    return tmp_path / "drawn"


@pytest.fixture
def town(sqlite_settings: Settings) -> Iterator[Town]:
    """A town in which every third action is a fresh engine's, that knows nothing of those before. `test_paths.py` walks every
    path with one engine throughout and with a fresh one for every action.
    """
    yield from _opened(Town(sqlite_settings, fresh_every=3))


@pytest.fixture
def plain_town(sqlite_settings: Settings) -> Iterator[Town]:
    yield from _opened(Town(sqlite_settings))


@pytest.fixture(params=["sqlite", "postgresql"])
def town_on_each_database(request: pytest.FixtureRequest) -> Iterator[Town]:
    yield from _opened(Town(request.getfixturevalue(f"{request.param}_settings")))


def _opened(town: Town) -> Iterator[Town]:
    """Whatever a test has done, lists are read by what is there in the end."""
    yield town
    try:
        assert town.tampered or town.read(listed.wrong) == []
    finally:
        town.close()


def _on_server(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def older_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted with was not looked at yet when the diagram was deployed: such versions are still in force."""
    later, whole = {"expression-unset", "expression-type"}, judging.gate.check

    def check(*subjects: Any, **known: Any) -> list[Problem]:
        return [problem for problem in whole(*subjects, **known) if problem.rule not in later]

    monkeypatch.setattr(judging.gate, "check", check)

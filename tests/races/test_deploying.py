"""Procedures that are deployed at one instant."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.app import Engine
from engine.errors import DiagramRefused
from engine.ids import new_id
from engine.settings import PROJECT, Settings
from tests.golden.stores import create_database
from tests.processes.inquiry import deploy, starting, write
from tests.processes.town import Town
from tests.races.instant import Act, at_once, refused


@pytest.mark.parametrize("_round", range(3))
def test_two_that_would_close_a_circle_together_are_not_both_deployed(
    town_on_each_database: Town, drawn: Path, _round: int
) -> None:
    town = town_on_each_database
    write(drawn, alpha=starting("alpha", ""), beta=starting("beta", ""))
    deploy(town, drawn, "alpha", "beta")
    write(drawn, alpha=starting("alpha", "beta"), beta=starting("beta", "alpha"))

    def deploying(name: str) -> Act:
        return lambda engine: engine.procedures_in_force.deploy(drawn / f"{name}.bpmn", "test")

    came_to = at_once(town, deploying("alpha"), deploying("beta"))

    assert [type(error) for error in refused(came_to)] == [DiagramRefused]


def test_one_procedure_deployed_twice_at_once_has_two_versions(town_on_each_database: Town, drawn: Path) -> None:
    town = town_on_each_database
    write(drawn, alpha=starting("alpha", ""))
    deploy(town, drawn, "alpha")
    (drawn / "other" / "forms" / "shared").mkdir(parents=True)
    for form in (drawn / "forms" / "shared").iterdir():
        (drawn / "other" / "forms" / "shared" / form.name).write_bytes(form.read_bytes())
    for folder, name in ((drawn, "甲"), (drawn / "other", "乙")):
        write(folder, alpha=starting("alpha", "").replace('name="记录"', f'name="记录{name}"'))

    came_to = at_once(
        town,
        lambda engine: engine.procedures_in_force.deploy(drawn / "alpha.bpmn", "test"),
        lambda engine: engine.procedures_in_force.deploy(drawn / "other" / "alpha.bpmn", "test"),
    )

    assert refused(came_to) == []
    assert sorted(found.definition.version for found in came_to) == [2, 3]  # type: ignore[attr-defined]


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_two_services_that_begin_at_once_in_an_empty_installation_found_it_once(
    request: pytest.FixtureRequest, tmp_path: Path, store: str
) -> None:
    url = ""
    if store == "postgresql":
        url = create_database(request.getfixturevalue("postgresql_url"), f"empty_{new_id()}")
    engines = [Engine(Settings(data_dir=tmp_path, database_url=url)) for _ in range(2)]

    def begin(engine: Engine) -> None:
        engine.prepare()
        engine.procedures_in_force.found()

    with ThreadPoolExecutor() as pool:
        for begun in [pool.submit(begin, engine) for engine in engines]:
            begun.result()

    listed = engines[0].procedures_in_force.versions()
    waiting = engines[0].procedures_in_force.unfinished()
    assert {one.version for one in listed} <= {1}
    assert {one.what for one in waiting} <= {"waits"}
    assert len(listed) + len(waiting) == len(list((PROJECT / "processes").glob("*.bpmn")))
    assert engines[0].record.verify_audit() == []
    for engine in engines:
        engine.close()

"""Every way through every procedure, walked by the people it names: how it ends, what it takes, whom it asks.

Each path is walked plainly once a run, whichever worker comes first, and once more with nothing remembered from one action to
the next; some on PostgreSQL, too.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import Diagram, read_elements
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff import parse
from engine.settings import PROJECT, Settings
from tests.processes.paths import EVERY, PROCEDURES
from tests.processes.paths.walked import Walks, copied, walk
from tests.processes.town import Town

RESTORE = parse.restore_specification
"""Itself, before it is spared (`tests/spared.py`)."""
every_path = pytest.mark.parametrize(("key", "path"), EVERY, ids=["-".join(found) for found in EVERY])
every_procedure = pytest.mark.parametrize("key", PROCEDURES)


@cache
def diagram_of(key: str) -> Diagram:
    """As it is shipped."""
    return read_elements(read_diagram((PROJECT / "processes" / f"{key}.bpmn").read_bytes()))


@pytest.fixture
def restored_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification, which a workflow holds, is restored as often as an engine asks for it."""
    monkeypatch.setattr(parse, "restore_specification", RESTORE)


@every_path
def test_each_path_ends_as_it_is_drawn_and_leaves_nothing_open(walked: Walks, key: str, path: str) -> None:
    found = walked(key, path)

    assert (found.status, found.result) == ("ended", PROCEDURES[key].result(path))
    assert found.problems == []
    assert found.broken == []


@every_path
def test_a_path_is_the_same_to_the_last_row_when_nothing_is_remembered(
    walked: Walks, key: str, path: str, tmp_path: Path, founded_folder: Path, restored_anew: None
) -> None:
    """Every action is the first and last of an engine: what is not in the database is lost."""
    town = copied(founded_folder, tmp_path / "var", fresh_every=1)

    found = walk(key, path, town)

    plain = walked(key, path)
    assert sorted(set(found.told) ^ set(plain.told)) == []
    assert found == plain
    town.close()


@pytest.mark.parametrize(
    ("key", "path"),
    [(key, path) for key, procedure in PROCEDURES.items() for path in procedure.longer],
)
def test_the_longer_paths_end_as_they_are_drawn_on_postgresql(
    postgresql_settings: Settings, key: str, path: str
) -> None:
    town = Town(postgresql_settings)

    found = walk(key, path, town)

    assert (found.status, found.result) == ("ended", PROCEDURES[key].result(path))
    assert found.problems == []
    assert found.broken == []
    town.close()


@every_procedure
def test_every_flow_of_the_diagram_is_walked_by_some_path(walked: Walks, key: str) -> None:
    procedure = PROCEDURES[key]

    taken = {flow for path in procedure.paths for flow in walked(key, path).taken}

    assert diagram_of(key).flows.keys() - taken == procedure.clock_ends


@every_path
def test_a_path_marks_only_flows_that_lead_from_one_to_the_next(walked: Walks, key: str, path: str) -> None:
    diagram = diagram_of(key)

    taken = [diagram.flows[flow] for flow in walked(key, path).taken]

    events = {element.id for element in diagram.elements.values() if element.kind in ("startEvent", "boundaryEvent")}
    assert {flow.source for flow in taken} - events <= {flow.target for flow in taken}


@every_procedure
def test_every_user_task_of_the_diagram_is_opened_by_some_path(walked: Walks, key: str) -> None:
    asked = {element for path in PROCEDURES[key].paths for found, element in walked(key, path).asked if found == key}

    assert asked == {element.id for element in diagram_of(key).of_kind("userTask")}

"""A diagram is judged before anybody has to wait for its deployment, and again when the city has changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.deployments import judging
from engine.errors import DiagramRefused
from engine.organisation import units
from tests.processes.town import Town
from tests.unit.diagrams import in_a_folder


@pytest.fixture
def diagram(tmp_path: Path) -> Path:
    return in_a_folder(tmp_path)


def judged(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None) -> list[str]:
    """The keys that are judged from now on; `meanwhile` happens once, while the first is judged."""
    seen: list[str] = []
    judge = judging.judge

    def noting(*given: Any) -> judging.Judged:
        found = judge(*given)
        seen.append(found.diagram.key)
        if len(seen) == 1:
            meanwhile()
        return found

    monkeypatch.setattr(judging, "judge", noting)
    return seen


def deploy(town: Town, diagram: Path) -> None:
    town.act(lambda engine: engine.procedures_in_force.deploy(diagram, "test"))


def test_a_diagram_is_judged_once(plain_town: Town, diagram: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = judged(monkeypatch)
    deploy(plain_town, diagram)

    assert seen == ["permit"]


def test_others_write_while_it_is_judged_and_then_it_is_judged_again(
    plain_town: Town, diagram: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit is founded meanwhile: were the deployment's transaction begun, this would wait for itself."""

    def found_a_unit() -> None:
        told = ("new_bureau", "新设局", "department", "新")
        plain_town.engine.database.run(lambda tx: units.add(tx, *told, plain_town.clock.now()))

    seen = judged(monkeypatch, found_a_unit)
    deploy(plain_town, diagram)

    assert seen == ["permit", "permit"]


def test_what_is_wrong_is_told_before_anything_is_stored(plain_town: Town, diagram: Path) -> None:
    diagram.write_text(diagram.read_text(encoding="utf-8").replace('id="review"', 'id="reviewed"', 1), encoding="utf-8")
    rows = plain_town.rows()

    with pytest.raises(DiagramRefused):
        deploy(plain_town, diagram)
    assert plain_town.rows() == rows

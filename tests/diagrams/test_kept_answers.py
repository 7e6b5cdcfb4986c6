"""The answers that are kept beside the shipped diagrams are their tests: each case goes as it is expected to."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.clock import parse_local
from engine.deployments import shipped
from engine.settings import PROJECT, read_settings
from engine.trial.trials import run_tests

DIAGRAMS = sorted((PROJECT / "processes").glob("*.bpmn"))


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: path.stem)
def test_a_shipped_diagram_passes_its_own_tests(diagram: Path) -> None:
    assert shipped.tests_beside(diagram).exists()

    tested = run_tests(read_settings(), diagram, None, parse_local("2026-09-30T09:30"))

    assert tested
    assert [str(difference) for one in tested for difference in one.differs] == []

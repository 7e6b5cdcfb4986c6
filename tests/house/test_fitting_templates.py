"""Whoever opens a shipped diagram in the desktop modeler finds fields with labels, and not bare properties."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.fitting_templates import DIAGRAMS, named, wanted, written


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_every_element_that_a_template_fits_names_it(path: Path) -> None:
    """`python -m tests.house.fitting_templates` writes them."""
    assert named(path.read_bytes()) == wanted(path.read_bytes())


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_writing_them_again_changes_nothing(path: Path) -> None:
    assert written(path.read_bytes()) == path.read_bytes()

"""The walks notice when the engine is wrong; `make prove-language` breaks every line that has a mutant."""

from __future__ import annotations

import pytest

from tests.reference.mutants import FOLDER, MUTANTS, seen_at
from tests.reference.walks import drawing, take


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_stands_in_the_engine_once(mutant):
    assert (FOLDER / f"{mutant.module}.py").read_text(encoding="utf-8").count(mutant.right) == 1


@pytest.mark.parametrize("mutant", [MUTANTS[0], MUTANTS[-2]], ids=lambda mutant: mutant.name)
def test_a_broken_line_is_noticed_and_mended_again(mutant):
    assert seen_at(mutant, diagrams=60) is not None

    take(drawing(1), 1)

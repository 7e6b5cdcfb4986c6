"""The walks notice when the engine is wrong; `make prove-language` breaks every line that has a mutant."""

from __future__ import annotations

import pytest

from tests.reference import gate_mutants
from tests.reference.gate_mutants import GATE_MUTANTS
from tests.reference.mutants import MUTANTS, seen_at, source_of
from tests.reference.walks import drawing, take


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_stands_in_the_engine_once(mutant):
    assert source_of(mutant).count(mutant.right) == 1


@pytest.mark.parametrize("mutant", GATE_MUTANTS, ids=lambda mutant: mutant.name)
def test_what_a_mutant_breaks_stands_in_the_gate_once(mutant):
    assert source_of(mutant, gate_mutants.PACKAGE).count(mutant.right) == 1


def test_a_broken_gate_is_noticed():
    assert gate_mutants.seen_at(GATE_MUTANTS[1], drawings=10) is not None


@pytest.mark.parametrize("mutant", [MUTANTS[0], MUTANTS[-2]], ids=lambda mutant: mutant.name)
def test_a_broken_line_is_noticed_and_mended_again(mutant):
    assert seen_at(mutant, diagrams=60) is not None

    take(drawing(1), 1)

"""The engine runs random diagrams as the reference does: after every move the same is open, armed, called, passed or ended.

A short run; `make prove-language` takes as many as one likes.
"""

from __future__ import annotations

import pytest

from tests.reference.walks import drawing, take

DRAWINGS, WALKS = 40, 2


@pytest.mark.parametrize("first", range(0, DRAWINGS, 20))
def test_the_engine_does_after_every_move_what_the_reference_does(first: int):
    for seed in range(first, first + 20):
        for number in range(WALKS):
            take(drawing(seed), seed * 1000 + number)

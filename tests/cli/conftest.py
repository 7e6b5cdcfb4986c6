"""Most commands are tried on an installation that is new, and many found a city of nineteen people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spared import migrated_once, passwords_hashed_cheaply


@pytest.fixture(scope="module", autouse=True)
def _what_is_slow_is_spared() -> Iterator[None]:
    with migrated_once(), passwords_hashed_cheaply():
        yield

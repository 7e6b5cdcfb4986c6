"""What all tests know: how many of the random walks are walked, and what is not done twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spared import (
    addresses_compiled_once,
    compile_once,
    look_for_garbage_seldom,
    read_once,
    templates_compiled_once,
)

FEWER = 4
"""Of the seeds of a random walk every fourth is walked; all of them by `make prove-walks`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-walk", action="store_true", help="walk the random walks of every seed, not of every fourth"
    )


def pytest_configure(config: pytest.Config) -> None:
    compile_once()
    config.addinivalue_line("markers", "walks(seeds): a random walk, from `seed` alone the same every time")


def pytest_collection_finish() -> None:
    look_for_garbage_seldom()


@pytest.fixture(scope="session", autouse=True)
def _what_is_pure_is_read_once() -> Iterator[None]:
    with read_once(), addresses_compiled_once(), templates_compiled_once():
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("walks")
    if marker is not None:
        (seeds,) = marker.args
        metafunc.parametrize("seed", range(0, seeds, 1 if metafunc.config.getoption("every_walk") else FEWER))

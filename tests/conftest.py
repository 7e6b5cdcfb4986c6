"""What all tests know: how many of the random walks are walked, what is not done twice, and that a rule speaks in the
test that names it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.problems import Problem, Rule
from tests.spared import (
    addresses_compiled_once,
    compile_once,
    look_for_garbage_seldom,
    read_once,
    templates_compiled_once,
)

FEWER = 4
"""Of the seeds of a random walk every fourth is walked; all of them by `make prove-walks`."""
FAILED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-walk", action="store_true", help="walk the random walks of every seed, not of every fourth"
    )


def pytest_configure(config: pytest.Config) -> None:
    compile_once()
    for name in ("LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"  # whose machine it is says nothing about what a command is expected to say
    config.addinivalue_line("markers", "walks(seeds): a random walk, from `seed` alone the same every time")
    config.addinivalue_line("markers", "rule(*ids): the rules of the gate that speak in it")


def pytest_collection_finish() -> None:
    look_for_garbage_seldom()


@pytest.fixture(scope="session", autouse=True)
def _what_is_pure_is_read_once() -> Iterator[None]:
    with read_once(), addresses_compiled_once(), templates_compiled_once():
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """The folder of a test that fails stays as it is; of any other only its name does, which nobody is given again.

    Thousands of cities of three megabytes each would keep the disk busy with what nobody looks at, and fill a small one.
    """
    yield tmp_path
    if FAILED not in request.node.stash:
        for left in tmp_path.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("walks")
    if marker is not None:
        (seeds,) = marker.args
        metafunc.parametrize("seed", range(0, seeds, 1 if metafunc.config.getoption("every_walk") else FEWER))


@pytest.fixture(autouse=True)
def the_rule_that_it_names_speaks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test marked with rules of the gate fails when one of them makes no problem in it."""
    named = {name for marker in request.node.iter_markers("rule") for name in marker.args}
    spoken = set[str]()

    def problem(rule: Rule, *about: Any, **more: Any) -> Problem:
        spoken.add(rule.id)
        return plain(rule, *about, **more)

    plain = Rule.problem

    if named:
        monkeypatch.setattr(Rule, "problem", problem)
    yield
    assert named <= spoken

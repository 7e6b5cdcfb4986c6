"""Modules, classes and functions are called after their subject; words that once meant several things stay away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("migrations",)
"""What a migration made is never changed."""
SOURCES = [
    path
    for path in sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("tasks_ui/**/*.py")])
    if not {*OTHERS} & {*path.parts}
]
INSTEAD = {
    "event, record, or notify": ("tell", "tells", "telling", "tellings", "told", "untold"),
    "transfer, delegate, or a data mapping": ("handover", "handovers"),
    "submission": ("answering", "answerings"),
    "a noun of the subject": ("helper", "helpers", "util", "utils"),
}
KNOWN = {"answering_units", "telling", "tellings"}
"""Units that answer; and what one case lets others know, which has this word for itself."""


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def names(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def forbidden(name: str) -> str:
    """What to say instead; empty when the name may be."""
    if name in KNOWN:
        return ""
    words = set(snake(name).split("_"))
    return next((better for better, old in INSTEAD.items() if words & {*old}), "")


def test_no_name_has_a_word_that_means_several_things() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}: {name}": better
        for path in SOURCES
        for name in names(path)
        if (better := forbidden(name))
    }
    assert found == {}


@pytest.mark.parametrize(
    "name", ["Told", "_tell_of", "_telling_words", "Handover", "_of_handovers", "answerings", "told_in"]
)
def test_such_a_name_is_found_in_whatever_spelling(name: str) -> None:
    assert forbidden(name)


@pytest.mark.parametrize("name", ["notify", "Reached", "DataMapping", "intellect", "answering_units"])
def test_a_word_within_a_word_is_none(name: str) -> None:
    assert not forbidden(name)

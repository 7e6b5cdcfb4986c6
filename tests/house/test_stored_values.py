"""The values of closed sets that the database keeps have one name each (`engine.states`): nobody compares with the bare word."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from engine import states

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("migrations", "tables", "bpmn")
"""Folders where the bare word is meant: what a table was and is made of, and the words of diagrams."""
SOURCES = [
    path
    for path in sorted([*ROOT.glob("engine/**/*.py"), *ROOT.glob("tasks_ui/**/*.py")])
    if path.name != "states.py" and not {*OTHERS} & {*path.parts}
]
SETS: dict[str, tuple[type[StrEnum], ...]] = {
    "status": (
        states.InstanceStatus,
        states.TaskStatus,
        states.PeriodStatus,
        states.CorrectionStatus,
        states.ProposalStatus,
        states.SendingStatus,
        states.ThrownStatus,
    ),
    "undone": (states.Undone,),
    "why": (states.MoveReason,),
    "outcome": (states.AttemptOutcome,),
    "kind": (states.HandlingKind, states.TimerKind, states.NoticeKind),
}
"""What is asked of a row or an event -> the sets whose words it may be."""


def asked(node: ast.AST) -> str:
    """The name that a value is asked for: of `row.status`, `table.c.status` and `row["status"]` it is status."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=ast.Attribute(value=called, attr="label" | "in_" | "not_in")):
            return asked(called)
    return ""


def words(node: ast.AST) -> Iterator[str]:
    """The bare words that stand there: one, or a tuple, list or set of them."""
    match node:
        case ast.Constant(value=str(word)):
            yield word
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            for one in several:
                yield from words(one)


def compared(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Line, name and bare word of every comparison, case of a match, and value that is given by that name."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = [left, *others]
                yield from ((node.lineno, asked(one), word) for one in sides for two in sides for word in words(two))
            case ast.Call(func=ast.Attribute(attr="in_" | "not_in") as column, args=[given]):
                yield from ((node.lineno, asked(column.value), word) for word in words(given))
            case ast.Match(subject=subject, cases=cases):
                found = [
                    value.value for one in cases for value in ast.walk(one.pattern) if isinstance(value, ast.MatchValue)
                ]
                subjects = subject.elts if isinstance(subject, ast.Tuple) else [subject]
                yield from (
                    (value.lineno, asked(one), word) for one in subjects for value in found for word in words(value)
                )
            case ast.keyword(arg=str(name), value=value):
                yield from ((value.lineno, name, word) for word in words(value))
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    name = key.value if isinstance(key, ast.Constant) else ""
                    yield from ((value.lineno, str(name), word) for word in words(value))


def bare(text: str) -> list[str]:
    tree = ast.parse(text)
    found = set(compared(tree))
    return sorted(
        f"{line}: {name} {word}"
        for line, name, word in found
        if any(word in {member.value for member in kind} for kind in SETS.get(name, ()))
    )


def test_no_module_compares_a_stored_value_with_a_bare_word() -> None:
    found = {path.relative_to(ROOT).as_posix(): bare(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "text",
    [
        'row.status == "open"',
        'row["status"] != "open"',
        '"open" in (row.status,) or row.undone in ("sent_back", "dropped")',
        'task.c.status.in_(["open", "lapsed"])',
        'match row.kind:\n    case "transfer" | "return":\n        pass',
        'match row.status, row.undone:\n    case "completed", None:\n        pass',
        'update(task).values(undone="dropped")',
        'values = {"kind": "told"}',
    ],
)
def test_a_bare_word_is_found_wherever_it_stands(text: str) -> None:
    assert bare(text)

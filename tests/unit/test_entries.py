"""What is recorded in the chain of an instance is written and read back as what it was, and every kind has its readers."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from engine.messages import Message
from engine.runtime.step import entries, events
from engine.runtime.step.entries import Cancelled, Incident, StepTaken, entry_of, kind_of, written
from engine.runtime.step.events import Pressed
from engine.runtime.step.step_kinds import StepKind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
COMMAS = {"events.md": ", ", "events.zh.md": "、"}
"""The page in each language -> what stands between two fields there."""
EVENTS = (Pressed("button"),)


def filled(kind: Any) -> Any:
    """An entry of the kind with something in every field."""
    values = {
        "Event": EVENTS,
        "tuple": ("a", "b"),
        "bool": True,
        "int": 3,
        "Any": {"title": "移送函"},
        "Text": Message("x"),
        "str": "x",
    }
    return kind(**{field.name: next(v for k, v in values.items() if k in str(field.type)) for field in fields(kind)})


@pytest.mark.parametrize("kind", entries.ENTRIES.values(), ids=lambda kind: kind.kind)
def test_every_kind_of_entry_is_read_back_as_it_was(kind: Any) -> None:
    entry = filled(kind)

    assert entry_of(kind_of(entry), json.loads(json.dumps(written(entry)))) == entry


@pytest.mark.parametrize("what", StepKind)
def test_a_step_is_read_back_as_it_was(what: StepKind) -> None:
    step = StepTaken(what, 7, ("start", "review"), EVENTS)

    stored = json.loads(json.dumps(written(step)))

    assert stored == {"revision": 7, "passed": ["start", "review"], "told": [{"what": "pressed", "element": "button"}],
                      "events": events.VERSION}  # fmt: skip
    assert entry_of(kind_of(step), stored) == step


def test_what_python_cannot_call_so_is_stored_under_its_own_name() -> None:
    assert written(entries.LetGo("t1", "p1")) == {"task": "t1", "from": "p1"}
    assert written(entries.MaterialAdded("t1", ("照片",))) == {"task": "t1", "titles": ["照片"]}
    assert written(entries.MaterialAdded("t1", taken_over=("m1",))) == {"task": "t1", "from": ["m1"]}


def test_entries_of_before_are_read_for_what_they_say() -> None:
    """They are chained by their hashes and never change."""
    fault = {"message": "流程图里的一个表达式算不出来", "said": {"message": "x"}}

    assert entry_of("task_completed", {"revision": 2, "passed": [], "told": []}) == StepTaken(
        StepKind.TASK_COMPLETED, 2, (), ()
    )
    assert entry_of("comment_retracted", {"comment": "c1"}) == entries.CommentRetracted("c1", internal=False)
    assert entry_of("incident", fault) == Incident("流程图里的一个表达式算不出来", Message("x"))
    assert entry_of("cancelled", {"result": "withdrawn", "result_name": "已撤回", "reason": "重复", "told": []}) == (
        Cancelled("withdrawn", "已撤回", "重复", ())
    )


def test_no_two_kinds_are_stored_by_one_word() -> None:
    kinds = [kind for kind in get_args(entries.Entry) if kind is not StepTaken]

    assert len(entries.ENTRIES) == len(kinds)
    assert not set(entries.ENTRIES) & set(StepKind)
    with pytest.raises(KeyError):
        entry_of("unheard_of", {})


@pytest.mark.parametrize("page", COMMAS)
@pytest.mark.parametrize("kind", entries.ENTRIES.values(), ids=lambda kind: kind.kind)
def test_every_kind_of_entry_has_its_row_in_the_reference(kind: Any, page: str) -> None:
    own = (REFERENCE / page).read_text(encoding="utf-8").partition("## ")[2]
    (row,) = [line for line in own.splitlines() if line.startswith(f"| `{kind.kind}` |")]

    names = [f"`{field.metadata.get('as', field.name)}`" for field in fields(kind)]
    assert row.split("|")[-2].strip() == COMMAS[page].join(names)


@pytest.mark.parametrize("page", COMMAS)
@pytest.mark.parametrize("what", StepKind)
def test_every_step_has_its_row_in_the_reference(what: StepKind, page: str) -> None:
    assert f"| `{what}` |" in (REFERENCE / page).read_text(encoding="utf-8").rpartition("## ")[2]


def test_what_is_usual_has_a_default_of_its_type() -> None:
    """A default that is compared with what is stored must be what is stored then."""
    for kind in entries.ENTRIES.values():
        assert all(field.default in (MISSING, "", (), False, 0) for field in fields(kind))

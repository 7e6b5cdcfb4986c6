"""What happens in a step is written into the audit and read back as what it was, whichever version wrote it."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, get_args

import pytest

from engine.messages import Message
from engine.runtime.step import events
from engine.runtime.step.events import (
    Event,
    Notified,
    PeriodStands,
    TaskOpened,
    content_of,
    events_of,
    from_json,
    to_json,
)

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
COMMAS = {"events.md": ", ", "events.zh.md": "、"}
"""The page in each language -> what stands between two fields there."""


def _filled(kind: Any) -> Event:
    """An event of the kind with something in every field."""
    values = {
        "tuple": ("a", "b"),
        "bool": True,
        "Any": ["列表", {"day": "2026-10-09"}],
        "Text": Message("x"),
        "str": "x",
    }
    found: Event = kind(
        **{field.name: next(v for k, v in values.items() if k in str(field.type)) for field in fields(kind)}
    )
    return found


@pytest.mark.parametrize("kind", events.KINDS.values(), ids=lambda kind: kind.what)
def test_every_kind_of_event_is_read_back_as_it_was(kind: Any) -> None:
    event = _filled(kind)

    assert from_json(json.loads(json.dumps(to_json(event)))) == event


@pytest.mark.parametrize("kind", events.KINDS.values(), ids=lambda kind: kind.what)
def test_what_is_as_usual_is_left_out_and_means_the_same(kind: Any) -> None:
    filled = _filled(kind)
    needed = {field.name: getattr(filled, field.name) for field in fields(kind) if field.default is MISSING}
    event = kind(**needed)

    assert set(to_json(event)) == {"what", *needed}
    assert from_json(to_json(event)) == event


@pytest.mark.parametrize("page", COMMAS)
@pytest.mark.parametrize("kind", events.KINDS.values(), ids=lambda kind: kind.what)
def test_every_kind_of_event_has_its_row_in_the_reference(kind: Any, page: str) -> None:
    own = (REFERENCE / page).read_text(encoding="utf-8").partition("## ")[0]
    (row,) = [line for line in own.splitlines() if line.startswith(f"| `{kind.what}` |")]

    assert row.split("|")[-2].strip() == COMMAS[page].join(f"`{field.name}`" for field in fields(kind))


def test_every_kind_is_one_of_the_events_that_readers_match() -> None:
    assert set(events.KINDS.values()) == set(get_args(Event))
    assert len(events.KINDS) == len(get_args(Event))


def test_an_entry_of_before_there_were_versions_is_read_like_the_first() -> None:
    """Entries are chained by their hashes: they never change, and what they leave out was not known then."""
    stored = [
        {"what": "task_opened", "id": "t1", "element": "review", "unit": "dept_a", "people": ["p1"]},
        {"what": "deadline", "key": "acceptance", "status": "met"},
        {"what": "notice", "kind": "told", "text": "请查收", "unit": "dept_a", "people": []},
        {"what": "document", "code": "D01", "title": "移送函", "later": "of a newer program"},
    ]

    opened, period, notice, document = events_of({"told": stored})

    assert opened == TaskOpened("t1", "review", "dept_a", ("p1",))
    assert period == PeriodStands("acceptance", "met")
    assert notice == Notified("told", "请查收", "dept_a")
    assert document == events.DocumentDelivered("D01", "移送函")
    assert events_of({"task": "t1"}) == []


def test_an_entry_says_in_which_version_its_events_are_written() -> None:
    content = content_of([TaskOpened("t1")])

    assert content == {"told": [{"what": "task_opened", "id": "t1"}], "events": events.VERSION}

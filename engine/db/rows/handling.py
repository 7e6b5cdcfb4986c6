"""Rows of what people do with tasks among themselves, and of what taking a completion back restores."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class HandOverRow(NamedTuple):
    id: str
    instance_id: str
    task_id: str
    kind: str
    from_person: str
    from_unit: str
    to_person: str | None
    to_task: str | None
    reason: str | None
    opened_at: datetime
    answer: str | None
    answered_at: datetime | None
    withdrawn_at: datetime | None
    to_name: str | None
    """Of `to_person`."""


class UndoPointRow(NamedTuple):
    instance_id: str
    task_id: str
    revision: int
    state: bytes | None
    """None in a case: it is read where it is needed."""
    taken: list[str]
    timers: list[dict[str, Any]]
    answers: dict[str, list[str]]
    did: dict[str, Any] | None

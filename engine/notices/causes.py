"""What a notice of an instance is about."""

from __future__ import annotations

from typing import TypedDict


class Cause(TypedDict):
    """The kind of the notice, and the task or the period that it speaks of."""

    kind: str
    task_id: str | None
    deadline_id: str | None

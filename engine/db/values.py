"""How a typed value is written down as JSON: the same for facts, documents and drafts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from engine.clock import require_aware


def encode(value: object) -> Any:
    """A value as JSON holds it; instants and days say what they are. Raises TypeError for anything else."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return {"instant": require_aware(value).astimezone(UTC).isoformat()}
        case date():
            return {"day": value.isoformat()}
        case list() | tuple():
            return [encode(item) for item in value]
    raise TypeError(f"not a value of a fact: {type(value).__name__}")


def decode(stored: Any) -> object:
    """The value that was written down."""
    match stored:
        case {"instant": text}:
            return datetime.fromisoformat(text)
        case {"day": text}:
            return date.fromisoformat(text)
        case list():
            return [decode(item) for item in stored]
    return stored

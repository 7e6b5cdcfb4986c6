"""What is said, in words: a text of the engine as its reader finds it, in Chinese where no language is spoken."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from engine.messages import Joined, Message, Name, When, from_text

VIEWS = ("engine.reports", "engine.runtime.instances.buttons", "engine.uses")
"""The modules that make what a page shows."""


def said(found: Any) -> Any:
    """The words of a text, and of every text in a list, a tuple, a mapping or a view; anything else as it is."""
    match found:
        case Message() | Joined() | Name() | When():
            return str(found)
        case list():
            return [said(one) for one in found]
        case tuple() if not hasattr(found, "_fields"):
            return tuple(said(one) for one in found)
        case dict():
            return {said(key): said(value) for key, value in found.items()}
        case set() | frozenset():
            return {said(one) for one in found}
    if is_dataclass(found) and not isinstance(found, type) and type(found).__module__.startswith(VIEWS):
        return replace(found, **{one.name: said(getattr(found, one.name)) for one in fields(found) if one.init})
    return found


def kept(text: str | None) -> str:
    """The words of what a column of text keeps."""
    return str(from_text(text or ""))

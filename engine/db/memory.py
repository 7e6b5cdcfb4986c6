"""What a process keeps of one database between its transactions: content that has a version, and content that never changes.

Of what has a version one is kept, that which was read last; whoever asks names the version that stands in the database, so
what is kept is never taken for what has replaced it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from engine.english import English

T = TypeVar("T")
UNCHANGING_AT_MOST = 256
"""Things of one kind that are kept; those that were asked for last stay."""


class Memory:
    def __init__(self) -> None:
        self.english = English()
        """What the diagrams and forms of the installation call things in English."""
        self._lock = Lock()
        self._versioned: dict[str, tuple[str, Any]] = {}
        self._unchanging: dict[str, OrderedDict[str, Any]] = {}

    def find(self, subject: str, version: str) -> Any:
        """What is kept of the subject in this version; None when it is another one, or nothing."""
        with self._lock:
            known, content = self._versioned.get(subject, ("", None))
        return content if known == version else None

    def keep(self, subject: str, version: str, content: object) -> None:
        with self._lock:
            self._versioned[subject] = (version, content)

    def once(self, kind: str, key: str, make: Callable[[], T | None], at_most: int = UNCHANGING_AT_MOST) -> T | None:
        """What never changes once it is there, made when it is asked for the first time; None is not kept."""
        with self._lock:
            kept: OrderedDict[str, T] = self._unchanging.setdefault(kind, OrderedDict())
            if key in kept:
                kept.move_to_end(key)
                return kept[key]
        made = make()
        if made is not None:
            with self._lock:
                kept[key] = made
                while len(kept) > at_most:
                    kept.popitem(last=False)
        return made

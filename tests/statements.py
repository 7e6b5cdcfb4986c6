"""How many statements go to the database, and how often something is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, event


@dataclass
class Count:
    commits: int = 0
    texts: list[str] = field(default_factory=list)

    @property
    def statements(self) -> int:
        return len(self.texts)


@contextmanager
def counted(engine: Engine) -> Iterator[Count]:
    """What the engine sends within the block, of every thread; one for many rows is one, beginning and ending are none."""
    count = Count()

    def sent(_connection: Connection, _cursor: object, text: str, *_more: object) -> None:
        if not text.startswith("BEGIN"):
            count.texts.append(text)

    def committed(_connection: Connection) -> None:
        count.commits += 1

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "commit", committed)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(engine, "commit", committed)

"""Rows of an instance as a process has read them before: one that is the same as then need not be made anew.

Most rows of a case that has come round often are over, and as they were at the last step. What is kept is no more than what
the database has just told, made into a row; it is asked for by all of that, so a row that has changed is another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from engine.db.unit import Unit

KEPT_AT_MOST = 128
"""Instances whose rows are kept; those that were asked for last."""


class ReadBefore:
    """Of one instance. Several threads may ask at once: what one of them replaces is made anew at worst."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[tuple[Any, ...], Any]] = {}
        self.lines: dict[tuple[str, Any], tuple[Any, str]] = {}
        """(table, id) -> the row that was written as one line last, and that line; see engine.runtime.step.sealing."""

    def rows(self, part: str, told: Iterable[list[Any]], make: Callable[[list[Any]], Any]) -> list[Any]:
        """The rows that the database tells of, each with what `make` made of it now or before."""
        before, now = self._rows.get(part, {}), dict[tuple[Any, ...], Any]()
        for values in told:
            key = tuple(values)
            row = before.get(key)
            now[key] = make(values) if row is None else row
        self._rows[part] = now
        return list(now.values())


def read_before(unit: Unit, instance_id: str) -> ReadBefore:
    found = unit.memory.once("rows", instance_id, ReadBefore, KEPT_AT_MOST)
    assert found is not None
    return found

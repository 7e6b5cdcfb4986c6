"""How each unit keeps its legal periods: those with the most trouble first, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.reports.oversight.city_counts import BY_UNIT, Numbers
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.paging import PAGE_SIZE

Group = Literal["town", "department", "other"]
GROUPS: tuple[Group, ...] = ("town", "department", "other")
"""What units are told apart by: a city has dozens of the first two kinds, and of the others about one each."""


@dataclass(frozen=True)
class UnitRow:
    """How many duties a unit has open, and how it has met those that ended this month; `rate` is a share of 1."""

    unit: UnitName
    open: int
    near: int
    over: int
    met: int
    ended: int

    @property
    def rate(self) -> float | None:
        return self.met / self.ended if self.ended else None

    @property
    def group(self) -> Group:
        return "town" if self.unit.kind == "town" else "department" if self.unit.kind == "department" else "other"


@dataclass(frozen=True)
class UnitsWanted:
    """The units of that group, of every group for what names none, from that row on."""

    group: str = ""
    first: int = 0


WORST = UnitsWanted()


@dataclass(frozen=True)
class GroupCount:
    """How many units of the group have periods, and how many of these periods are over."""

    group: Group
    units: int
    over: int


@dataclass(frozen=True)
class Units:
    """One page of the units that have periods; `earlier` and `later` are the rows where it begins and ends, empty at
    either end of the list."""

    rows: list[UnitRow]
    total: int
    groups: list[GroupCount]
    """Those that have units with periods."""
    group: str
    """The group whose units these are; empty for all of them."""
    earlier: str
    later: str


def by_unit(numbers: Mapping[str, Numbers], names: Names, wanted: UnitsWanted) -> Units:
    """The units of these numbers, by code; what is asked for and is not there gives the first page, or every group."""
    every = [
        UnitRow(unit, *(found[name] for name in BY_UNIT))
        for code, found in numbers.items()
        if (unit := names.unit(code))
    ]
    groups = _groups(every)
    group = next((found.group for found in groups if found.group == wanted.group), "")
    rows = sorted((row for row in every if group in ("", row.group)), key=_trouble)
    first = wanted.first if wanted.first < len(rows) else 0
    behind = first + PAGE_SIZE
    return Units(
        rows=rows[first:behind],
        total=len(rows),
        groups=groups,
        group=group,
        earlier=str(first) if first else "",
        later=str(behind) if behind < len(rows) else "",
    )


def _groups(rows: list[UnitRow]) -> list[GroupCount]:
    units, over = Counter(row.group for row in rows), Counter[Group]()
    for row in rows:
        over[row.group] += row.over
    return [GroupCount(group, units[group], over[group]) for group in GROUPS if units[group]]


def _trouble(row: UnitRow) -> tuple[int, int, int, str]:
    return -row.over, -row.near, -row.open, row.unit.code

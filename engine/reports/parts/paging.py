"""Pages of a list that cost the same wherever they lie: a page begins behind a row, or ends before one.

A list is sorted by an instant, or two, and among equals by an id. So a page of it has no number; it is reached from its
neighbours and from the head of the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, func, literal, literal_column, select, tuple_

R = TypeVar("R")
PAGE_SIZE = 20
COUNTED = 1000
"""Whatever is counted for a page is counted so far and no further: nobody works off a thousand by their number."""
KEYS = ("sort_at", "sort_then", "sort_id")
"""By what a list is sorted, in the rows that its statement gives; not every list needs the second instant."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"((?:-?[0-9]{1,18}-){1,2})([0-9A-Za-z_]{1,64})", re.ASCII)
_INSTANT = re.compile(r"(-?[0-9]+)-", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where a page lies: behind the row of these instants and this id, with `back` before it; at the head without."""

    instants: tuple[datetime, ...] = ()
    id: str = ""
    back: bool = False

    @property
    def name(self) -> str:
        """The row's name in an address."""
        numbers = ((instant - _BEGINNING) // timedelta(microseconds=1) for instant in self.instants)
        return "-".join([*map(str, numbers), self.id])


HEAD = Place()


def read_place(after: str, before: str = "") -> Place:
    """The place that an address names; the head for what names none."""
    for text, back in ((after, False), (before, True)):
        if found := _NAME.fullmatch(text):
            try:
                numbers = (int(number) for number in _INSTANT.findall(found[1]))
                instants = tuple(_BEGINNING + timedelta(microseconds=number) for number in numbers)
                return Place(instants, found[2], back)
            except OverflowError:
                continue
    return HEAD


@dataclass(frozen=True)
class Page(Generic[R]):
    """The rows of one page, of its statement; `earlier` and `later` name those between which it lies, empty at either end."""

    rows: list[R]
    earlier: str = ""
    later: str = ""


def at(
    statement: Select[Any], keys: Sequence[ColumnElement[Any]], place: Place, newest_first: bool = False
) -> Select[Any]:
    """The rows of the statement that the page shows, and one more, which says whether the list goes on.

    The list is sorted by the keys: an instant or two, and an id. It is read backwards for a page before a row; `turn` puts
    the rows in order again. A place of another list is none here.
    """
    falling = newest_first != place.back
    if len(place.instants) == len(keys) - 1:
        instants = (literal(instant, key.type) for instant, key in zip(place.instants, keys, strict=False))
        here, mark = tuple_(*keys), tuple_(*instants, literal(place.id))
        statement = statement.where(here < mark if falling else here > mark)
    return statement.order_by(*in_order(keys, falling)).limit(PAGE_SIZE + 1)


def in_order(keys: Sequence[ColumnElement[Any]], falling: bool) -> list[ColumnElement[Any]]:
    return [key.desc() if falling else key for key in keys]


def sorted_by(page: FromClause) -> list[ColumnElement[Any]]:
    """The keys by which a statement is sorted, by their names in what it gives."""
    return [page.c[name] for name in KEYS if name in page.c]


def turn(tx: Connection, page_at: Callable[[Place], Select[Any]], place: Place) -> Page[Any]:
    """The page at that place of the list whose statement `page_at` gives, with its `KEYS` in every row.

    Whoever asks says what the statement's rows are.

    Where a page backwards would not be full, and where nothing is left, it is the first page.
    """
    rows = list(tx.execute(page_at(place)))
    goes_on, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if place != HEAD and (not rows or (place.back and not goes_on)):
        return turn(tx, page_at, HEAD)
    if place.back:
        rows.reverse()
    first, last = (_place_of(rows[0]).name, _place_of(rows[-1]).name) if rows else ("", "")
    return Page(rows, first if place != HEAD else "", last if goes_on or place.back else "")


def _place_of(row: object) -> Place:
    *instants, key = (getattr(row, name) for name in KEYS if hasattr(row, name))
    return Place(tuple(instants), key)


def counted(statement: Select[Any]) -> Any:
    """How many rows the statement has, a thousand at most: to be selected beside others."""
    one: Select[Any] = statement.order_by(None).with_only_columns(literal_column("1"), maintain_column_froms=True)
    some = one.limit(COUNTED).subquery()
    return select(func.count()).select_from(some).scalar_subquery()

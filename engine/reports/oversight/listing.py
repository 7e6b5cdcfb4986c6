"""Instances in a list: those of one unit, or of the whole city, filtered and paged by the database.

The nearest due is first, behind it what has no period, and last what has ended; of both the newest first. Every list is
read in the order of an index: of the instances, of those of one unit, or of the periods that are near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, or_, select, tuple_

from engine.db import ordering
from engine.db.tables import deadline, party, process_instance
from engine.messages import Name
from engine.organisation.assignment import Actor
from engine.organisation.city_now import Unit
from engine.reports.oversight import search
from engine.reports.oversight.search import Hit
from engine.reports.parts import paging
from engine.reports.parts.conditions import has_party, in_state, near_until, reads_none, visible
from engine.reports.parts.filters import Filters
from engine.reports.parts.names import Names
from engine.reports.parts.paging import HEAD, Place
from engine.reports.parts.rows import OF_INSTANCE, InstanceRow, ListedInstance, instance_rows, procedures
from engine.runtime.step.context import Context
from engine.states import InstanceStatus

BY_PERIOD = ("near", "ok")
"""States of which there may be few among many that are over: their periods have an index of their own."""


@dataclass(frozen=True)
class Listing:
    """One page; `total` counts what fits the filters, a thousand at most."""

    rows: list[InstanceRow]
    total: int
    earlier: str
    later: str
    procedures: list[tuple[str, Name]]
    units: Sequence[Unit]
    hits: dict[str, list[Hit]]
    """By the number of the instance: where the search hit."""


def listing(
    tx: Connection,
    context: Context,
    actor: Actor | None,
    filters: Filters,
    place: Place = HEAD,
    names: Names | None = None,
) -> Listing:
    """The instances that the actor may see (all of the city without one), the nearest due first, the ended last.

    One whose number is what was searched for stands before all others.
    """
    names, look = names or Names(tx), _Look(tx, context, actor, filters)
    named = look.named()
    page = paging.turn(tx, look.page_at, place)
    rows = [*(named if not page.earlier else []), *page.rows]
    found = search.hits(tx, look.reader, filters, [row.id for row in rows])
    known = procedures(tx)
    return Listing(
        hits={row.number: found.get(row.id, []) for row in rows},
        rows=instance_rows(tx, context, names, rows, actor.unit_code if actor else "", dict(known)),
        total=len(named) + (tx.scalar(select(paging.counted(look.every()))) or 0),
        earlier=page.earlier,
        later=page.later,
        procedures=known,
        units=names.parties(),
    )


class _Look:
    """One list as one reader sees it; `reader` is None for who sees the whole city."""

    def __init__(self, tx: Connection, context: Context, actor: Actor | None, filters: Filters) -> None:
        self.tx, self.context, self.filters = tx, context, filters
        self.reader = actor if visible(actor) else None
        self._searched = [search.condition(tx, self.reader, filters)] if filters.text else []
        self._but_not: list[str] = []

    def named(self) -> Sequence[ListedInstance]:
        """The instance whose number is what is searched for; it is then left out of the list."""
        if not self.filters.text:
            return []
        own = process_instance.c.number == self.filters.text.upper()
        wanted = (*visible(self.reader), *self._wanted(process_instance.c.next_due))
        found: Sequence[ListedInstance] = self.tx.execute(select(*OF_INSTANCE).where(own, *wanted)).all()
        self._but_not = [row.id for row in found]
        return found

    def page_at(self, place: Place) -> Select[Any]:
        """One page, with what lists show of each instance."""
        page = paging.at(self.every(), list(self._keys().values()), place).subquery()
        joined = select(*OF_INSTANCE, *page.c).join(page, page.c.sort_id == process_instance.c.id)
        return joined.order_by(*paging.in_order(paging.sorted_by(page), place.back))

    def every(self) -> Select[Any]:
        """What sorts every instance of the list."""
        keys = self._keys()
        sort, statement = keys["sort_at"], select(*(key.label(name) for name, key in keys.items()))
        if self._unit is not None:
            seen = [party.c.seen_at.is_not(None), *reads_none(self.reader)] if self.reader else []
            own = [party.c.unit_code == self._unit, *seen]
            of_unit = statement.join(process_instance, process_instance.c.id == party.c.instance_id)
            return of_unit.where(*own, *self._wanted(sort)).distinct()  # a unit may be two parties of one instance
        if self._by_period:
            of_period = statement.join(process_instance, process_instance.c.id == deadline.c.instance_id)
            return of_period.where(self._in_state(deadline), ~self._earlier().exists(), *self._wanted(None))
        return statement.where(*visible(self.reader), *self._wanted(sort))

    def _keys(self) -> dict[str, ColumnElement[Any]]:
        """In whose order the list is read."""
        if self._by_period:
            return {"sort_at": deadline.c.due_at, "sort_id": deadline.c.instance_id}
        if self._unit is not None:
            return dict(zip(paging.KEYS, (party.c.next_due, party.c.started_at, party.c.instance_id), strict=True))
        own = process_instance.c.next_due, process_instance.c.started_at, process_instance.c.id
        return dict(zip(paging.KEYS, own, strict=True))

    @property
    def _unit(self) -> str | None:
        """Whose instances alone are looked through; a search knows a shorter way."""
        if self.filters.text:
            return None
        return self.reader.unit_code if self.reader else self.filters.unit_code or None

    @property
    def _by_period(self) -> bool:
        return self.filters.state in BY_PERIOD and self._unit is None and not self.filters.text

    def _earlier(self) -> Select[Any]:
        """An earlier period of the same instance that is in the state as well: each instance is shown once."""
        other = deadline.alias()
        before = tuple_(other.c.due_at, other.c.id) < tuple_(deadline.c.due_at, deadline.c.id)
        same = other.c.instance_id == deadline.c.instance_id
        return select(other.c.id).where(same, before, self._in_state(other)).correlate(deadline)

    def _wanted(self, due: ColumnElement[Any] | None) -> list[ColumnElement[bool]]:
        """What the filters ask of an instance; `due` is its `next_due`, where the list is in that order."""
        conditions = [*self._searched, *(process_instance.c.id != found for found in self._but_not)]
        if due is not None:
            conditions += self._of_state(due)
        if self.filters.key:
            conditions.append(process_instance.c.key == self.filters.key)
        if self.filters.unit_code and self.filters.unit_code != self._unit:
            conditions.append(has_party(self.filters.unit_code, self.reader))
        return conditions

    def _of_state(self, due: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        now, calendar = self.context.now, self.context.calendar
        match self.filters.state:
            case "running":
                return [due < ordering.ENDED_FROM]
            case "ended":
                return [due >= ordering.ENDED_FROM]
            case "incident":
                return [process_instance.c.status == InstanceStatus.INCIDENT]
            case "over":
                return [due <= now]
            case "urgent":
                return [due <= near_until(now, calendar), or_(due <= now, self._has_period("near"))]
            case "near":
                return [due <= near_until(now, calendar), self._has_period("near")]
            case "ok":
                return [due < ordering.UNDATED_FROM, self._has_period("ok")]
            case "ever_over":
                return [process_instance.c.ever_over]
            case "ended_over":
                return [process_instance.c.ever_over, self._has_period("ended_over")]
        return []

    def _has_period(self, state: str) -> ColumnElement[bool]:
        own = deadline.c.instance_id == process_instance.c.id
        return select(deadline.c.id).where(and_(own, in_state(state, self.context.now, self.context.calendar))).exists()

    def _in_state(self, periods: FromClause) -> ColumnElement[bool]:
        return in_state(self.filters.state, self.context.now, self.context.calendar, periods)

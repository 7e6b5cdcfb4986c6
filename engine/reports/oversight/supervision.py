"""Where every instance stands: tiles, the running instances, the units, and one diagram with counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.db.tables import waiting_file
from engine.deployments import definitions
from engine.messages import Name
from engine.reports.oversight import city_counts
from engine.reports.oversight.by_unit import WORST, Units, UnitsWanted, by_unit
from engine.reports.oversight.city_counts import CityCounts
from engine.reports.oversight.listing import Listing, listing
from engine.reports.oversight.notices import Items, supervision_items
from engine.reports.oversight.sending import undelivered
from engine.reports.parts.coming_starts import ComingStart, coming_starts
from engine.reports.parts.drawing import Drawing, drawing_of
from engine.reports.parts.filters import Filters
from engine.reports.parts.names import Names
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.step.context import Context


@dataclass(frozen=True)
class Tiles:
    running: int
    started_today: int
    near: int
    over: int
    ever_over: int
    """Instances with a recorded overdue, ended or not: the record counts, also after a correction moved the period."""
    incidents: int
    met: int
    ended: int

    @property
    def rate(self) -> float | None:
        return self.met / self.ended if self.ended else None


@dataclass(frozen=True)
class ElementCount:
    """How many running instances wait at an element, and how many of them are over their period there."""

    element_id: str
    name: Name
    running: int
    overdue: int


@dataclass(frozen=True)
class ProcedureCounts:
    key: str
    name: Name
    version: int
    running: int
    elements: list[ElementCount]
    drawing: Drawing


@dataclass(frozen=True)
class Supervision:
    tiles: Tiles
    units: Units
    listing: Listing
    items: Items
    undelivered: int
    """Messages to the outside that were given up."""
    unfinished: list[tuple[str, str]]
    """Shipped procedures that could not be deployed, and why."""
    coming: list[ComingStart]
    """Cases that will begin by themselves."""
    procedure: ProcedureCounts | None
    """Where the procedure stands that is looked at; None when there is none at all."""
    counted_at: datetime | None
    """As of when the numbers are that the worker has kept; None: they are the present ones."""


def supervision(
    tx: Connection,
    context: Context,
    filters: Filters,
    place: Place = HEAD,
    shown: str = "",
    items: Place = HEAD,
    wanted: UnitsWanted = WORST,
) -> Supervision:
    """The page of oversight: how many, which units, and the instances with the longest overdue first.

    `shown` is the procedure whose diagram is looked at; the first one when there is none of that key.
    """
    names = Names(tx)
    listed = listing(tx, context, None, filters, place, names)
    keys = [key for key, _ in listed.procedures]
    key = shown if shown in keys else keys[0] if keys else ""
    numbers = city_counts.counts(tx, context, key)
    return Supervision(
        tiles=_tiles(numbers),
        units=by_unit(numbers.units, names, wanted),
        listing=listed,
        items=supervision_items(tx, names, items),
        undelivered=undelivered(tx),
        unfinished=[(row.name, row.message) for row in tx.execute(select(waiting_file).order_by(waiting_file.c.name))],
        coming=[one for one in coming_starts(tx) if one.next_at is not None],
        procedure=_procedure(tx, key, numbers) if key else None,
        counted_at=numbers.made_at,
    )


def _procedure(tx: Connection, key: str, numbers: CityCounts) -> ProcedureCounts:
    """At which elements of the latest version instances wait, where most of them do first."""
    definition = definitions.latest(tx, key)
    elements = definition.diagram.elements
    found = [
        ElementCount(element_id, definition.element_name(element_id), number["running"], number["overdue"])
        for element_id, number in numbers.elements.items()
        if element_id in elements
    ]
    found.sort(key=lambda one: (-one.running, -one.overdue, one.element_id))
    return ProcedureCounts(key, definition.called, definition.version, numbers.running, found, drawing_of(definition))


def _tiles(numbers: CityCounts) -> Tiles:
    city = numbers.city
    return Tiles(
        running=city["running"],
        started_today=city["started_today"],
        near=city["near"],
        over=city["over"],
        ever_over=city["ever_over"],
        incidents=city["incidents"],
        met=sum(unit["met"] for unit in numbers.units.values()),
        ended=sum(unit["ended"] for unit in numbers.units.values()),
    )

"""What has been sent to a reader's unit: of what another unit says, puts on the list or writes to a third, nothing is read
before something has gone out with it.

The rule follows from deliveries and tasks alone, so it holds for every procedure, whatever its diagram says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from engine.db.case import case_of
from engine.db.rows import DocumentRow, TaskRow
from engine.db.tables import audit_entry, document, party, reader, task
from engine.documents.materials import Material
from engine.organisation.assignment import Actor
from engine.runtime.step.events import DocumentDelivered, Event, Notified, TaskCompleted, TaskOpened, events_of
from engine.runtime.step.parties import units_at_work
from engine.states import InstanceStatus

_SAME_INSTANT = timedelta(milliseconds=1)
"""Several files that are added at once have instants of their own, so that the list keeps their order."""


@dataclass(frozen=True)
class _Reach:
    """The last place in the record, and the instant, at which something reached a unit; -1 and None: nothing yet."""

    place: int
    at: datetime | None


def viewpoints(tx: Connection, instance_id: str, actor: Actor) -> frozenset[str]:
    """The units with whose eyes the reader looks: the own one, or those that have sent this reader's unit a copy."""
    if actor.unit_code in units_at_work(tx, instance_id):
        return frozenset({actor.unit_code})
    own = (reader.c.instance_id == instance_id) & (reader.c.unit_code == actor.unit_code)
    senders = frozenset(tx.scalars(select(reader.c.from_unit).where(own, reader.c.revoked_at.is_(None))))
    return senders or frozenset({actor.unit_code})


def unsent_tasks(tx: Connection, instance_id: str, actor: Actor, done: Iterable[TaskRow]) -> frozenset[str]:
    """Those of other units' done tasks after which nothing has gone to the reader's unit; none once the case has ended."""
    if actor.oversees or _ended(tx, instance_id):
        return frozenset()
    places = _completions(tx, instance_id)
    done = list(done)
    found = [
        {row.id for row in done if row.unit_code != unit_code and places.get(row.id, 0) > reach.place}
        for unit_code in viewpoints(tx, instance_id, actor)
        for reach in [_reach(tx, instance_id, unit_code)]
    ]
    return frozenset(set.intersection(*found))


def start_is_unsent(tx: Connection, instance_id: str, actor: Actor) -> bool:
    """Whether only a notice has reached the reader's unit so far: it has been sent nothing of the start form."""
    if actor.oversees or _ended(tx, instance_id):
        return False
    return all(
        _reach(tx, instance_id, unit_code).place < 0 and not _began(tx, instance_id, unit_code)
        for unit_code in viewpoints(tx, instance_id, actor)
    )


def unread_papers(tx: Connection, instance_id: str, actor: Actor) -> frozenset[str]:
    """The documents of which the reader is not told: between two other units, as long as its receiver has not written to
    the reader's unit afterwards. A request upward is internal until it is answered."""
    if actor.oversees:
        return frozenset()
    rows = case_of(tx, instance_id).rows(document)
    kept = [
        {row.id for row in rows if _is_between_others(row, unit_code, rows)}
        for unit_code in viewpoints(tx, instance_id, actor)
    ]
    return frozenset(set.intersection(*kept))


def materials_sent(tx: Connection, instance_id: str, actor: Actor, listed: Iterable[Material]) -> list[Material]:
    """The material that the reader may see: the own unit's, and what others had on the list when they last sent something."""
    listed = list(listed)
    if actor.oversees or _ended(tx, instance_id):
        return listed
    reaches = {unit_code: _reach(tx, instance_id, unit_code).at for unit_code in viewpoints(tx, instance_id, actor)}
    return [
        found
        for found in listed
        if any(
            found.unit_code == unit_code or (at is not None and found.added_at <= at + _SAME_INSTANT)
            for unit_code, at in reaches.items()
        )
    ]


def seen_since(tx: Connection, instance_id: str, actor: Actor) -> datetime | None:
    """Since when the reader's unit sees the instance as a party; None for oversight and for whoever is no party."""
    if actor.oversees:
        return None
    own = (row for row in case_of(tx, instance_id).rows(party) if row.unit_code == actor.unit_code)
    return min((row.seen_at for row in own if row.seen_at is not None), default=None)


# --- within ---


def _ended(tx: Connection, instance_id: str) -> bool:
    instance = case_of(tx, instance_id).instance
    return instance is not None and instance.status == InstanceStatus.ENDED


def _began(tx: Connection, instance_id: str, unit_code: str) -> bool:
    """Whether the unit has seen the instance from its first instant."""
    case = case_of(tx, instance_id)
    started_at = case.instance.started_at if case.instance is not None else None
    return any(row.unit_code == unit_code and row.seen_at == started_at for row in case.rows(party))


def _record(tx: Connection, instance_id: str) -> list[tuple[datetime, Event]]:
    """The events of the instance, one after the other, with the instant of each."""
    rows = case_of(tx, instance_id).rows(audit_entry)
    return [(row.at, event) for row in rows for event in events_of(row.content)]


def _completions(tx: Connection, instance_id: str) -> dict[str, int]:
    record = enumerate(_record(tx, instance_id))
    return {event.id: place for place, (_, event) in record if isinstance(event, TaskCompleted)}


def _reach(tx: Connection, instance_id: str, unit_code: str) -> _Reach:
    """Documents and tasks reach a unit, and after the first of them what the diagram lets it know by a notice."""
    case = case_of(tx, instance_id)
    papers = {row.id for row in case.rows(document) if row.to_unit == unit_code}
    tasks = {row.id for row in case.rows(task) if row.unit_code == unit_code}
    reach = _Reach(-1, None)
    for place, (at, event) in enumerate(_record(tx, instance_id)):
        match event:
            case DocumentDelivered():
                came = event.id in papers
            case TaskOpened():
                came = event.id in tasks
            case Notified():
                came = reach.place >= 0 and event.drawn and event.unit == unit_code
            case _:
                came = False
        if came:
            reach = _Reach(place, at)
    return reach


def _is_between_others(row: DocumentRow, unit_code: str, rows: Iterable[DocumentRow]) -> bool:
    if unit_code in (row.from_unit, row.to_unit) or row.from_unit == row.to_unit:
        return False
    for other in rows:
        if other.to_unit != unit_code or other.from_unit == other.to_unit:
            continue
        same = other.number is not None and (other.number, other.from_unit) == (row.number, row.from_unit)
        if same or (other.sequence > row.sequence and other.from_unit == row.to_unit):
            return False
    return True

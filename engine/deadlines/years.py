"""The calendars of an installation: which one is in force, and how another takes its place. Every earlier one is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from engine.db import stamp
from engine.db.tables import calendar_version
from engine.db.unit import unit_of
from engine.deadlines.calendar import Calendar, load_calendar

SHIPPED = "prepare"
"""Who has set a calendar that came with the software."""


def in_force(tx: Connection, now: datetime) -> Calendar | None:
    """The calendar that counts at that instant; None in an installation that has none yet."""
    begun = [version for version, since in _since(tx).items() if since <= now]
    return find(tx, begun[-1]) if begun else None


def find(tx: Connection, version: str | None) -> Calendar | None:
    """The calendar of that version, read once per process: a version names its content."""
    if version is None:
        return None

    def read() -> Calendar | None:
        held = content(tx, version)
        return load_calendar(held) if held is not None else None

    return unit_of(tx).memory.once("calendar", version, read)


def content(tx: Connection, version: str) -> bytes | None:
    held = tx.scalar(select(calendar_version.c.content).where(calendar_version.c.version == version))
    return bytes(held) if held is not None else None


def active_from(tx: Connection, version: str) -> datetime:
    return _since(tx)[version]


def _since(tx: Connection) -> Mapping[str, datetime]:
    """Version -> since when it is in force, the earliest first."""
    return stamp.content(tx, "calendars", _read_since)


def _read_since(tx: Connection) -> Mapping[str, datetime]:
    columns = (calendar_version.c.version, calendar_version.c.active_from)
    return {
        row.version: row.active_from for row in tx.execute(select(*columns).order_by(calendar_version.c.active_from))
    }


def put(tx: Connection, held: bytes, by: str, now: datetime) -> Calendar:
    """This calendar is in force from now on."""
    version = load_calendar(held).version
    last = max(tx.scalars(select(calendar_version.c.active_from).with_for_update()), default=None)
    since = now if last is None or last < now else last + timedelta(microseconds=1)
    tx.execute(insert(calendar_version).values(version=version, content=held, active_from=since, set_by=by))
    found = find(tx, version)
    assert found is not None
    return found


def seed(tx: Connection, shipped: bytes, now: datetime) -> None:
    """There is a calendar: the one that came with the software, as long as the city has imported none of its own."""
    rows = tx.execute(select(calendar_version.c.version, calendar_version.c.set_by)).all()
    known = {row.version for row in rows}
    if load_calendar(shipped).version not in known and all(row.set_by == SHIPPED for row in rows):
        put(tx, shipped, SHIPPED, now)

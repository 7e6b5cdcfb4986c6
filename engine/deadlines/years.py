"""The calendars of an installation: which one is in force, and how another takes its place. Every earlier one is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from engine.db.tables import calendar_version
from engine.deadlines.calendar import Calendar, load_calendar

SHIPPED = "prepare"
"""Who has set a calendar that came with the software."""
_read: dict[str, Calendar] = {}


def in_force(tx: Connection, now: datetime) -> Calendar | None:
    """The calendar that counts at that instant; None in an installation that has none yet."""
    begun = select(calendar_version.c.version).where(calendar_version.c.active_from <= now)
    version = tx.scalar(begun.order_by(calendar_version.c.active_from.desc()).limit(1))
    return find(tx, version) if version is not None else None


def find(tx: Connection, version: str | None) -> Calendar | None:
    """The calendar of that version, read once per process: a version names its content."""
    if version is None or version in _read:
        return _read.get(version or "")
    held = content(tx, version)
    if held is None:
        return None
    _read[version] = load_calendar(held)
    return _read[version]


def content(tx: Connection, version: str) -> bytes | None:
    held = tx.scalar(select(calendar_version.c.content).where(calendar_version.c.version == version))
    return bytes(held) if held is not None else None


def active_from(tx: Connection, version: str) -> datetime:
    own = calendar_version.c.version == version
    since: datetime = tx.execute(select(calendar_version.c.active_from).where(own)).scalar_one()
    return since


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

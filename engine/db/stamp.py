"""The version of each part of the city that steps only read, so that a process may keep it between transactions.

Whoever writes one of a subject's tables gives it a new version in the same transaction: `Database` sees to that itself, at
the end, so nobody can forget it and no two who write wait for each other crosswise. A statement that does not say which
table it writes, as those of a migration, gives every subject a new one. A version is a name that was never given before:
what is kept under it fits also when the database has gone back to a backup.

Time gives no new version: who keeps rows that begin and end asks them for an instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.db.tables import stamp
from engine.db.unit import Unit, unit_of
from engine.ids import new_id

T = TypeVar("T")
SUBJECTS: Mapping[str, frozenset[str]] = {
    "calendars": frozenset({"calendar_version"}),
    "definitions": frozenset({"definition_version"}),
    "english": frozenset({"definition_version"}),
    "duties": frozenset({"duty_entry", "person"}),
    "letters": frozenset({"letter_version"}),
    "matters": frozenset({"matter"}),
    "organisation": frozenset({"unit", "person", "post"}),
    "preferences": frozenset({"notice_preference"}),
    "retirements": frozenset({"retirement"}),
    "rules": frozenset({"city_rule"}),
}
"""Subject -> the tables whose rows it is made of; not those that its rows refer to and that never change, as a case's number."""
ALL = select(stamp.c.subject, stamp.c.version)
"""Every version there is. A subject that nobody has written yet has none, and counts as an empty one."""


class _Seen:
    """What one transaction has seen: the versions, and of each subject how often it had been written when it was read."""

    def __init__(self) -> None:
        self.versions: Mapping[str, str] | None = None
        self.contents: dict[str, tuple[int, Any]] = {}


def versions(tx: Connection) -> Mapping[str, str]:
    """Subject -> version, as it was when this transaction first asked, or as whoever loads more with it has `noted`."""
    seen = _seen(unit_of(tx))
    if seen.versions is None:
        seen.versions = _look(tx)
    return seen.versions


def noted(tx: Connection, found: Mapping[str, str]) -> None:
    """The versions have come with another statement: nobody needs to look for them in this transaction, unless somebody has.

    They must not be older than what the transaction goes on to read: on PostgreSQL a statement that waited for a lock
    brings sub-selects from before it waited, so they never come with the lock itself.
    """
    seen = _seen(unit_of(tx))
    if seen.versions is None:
        seen.versions = found


def look_again(tx: Connection) -> None:
    """Whoever has waited for others goes by what these have written meanwhile."""
    unit_of(tx).let_go(_Seen)


def content(tx: Connection, subject: str, read: Callable[[Connection], T]) -> T:
    """What `read` makes of the subject's tables as this transaction sees them, read when its version is not kept yet.

    A transaction that has written one of the tables reads anew after each time, and what it reads is its own alone.
    """
    unit = unit_of(tx)
    written = unit.times_written(SUBJECTS[subject])
    contents = _seen(unit).contents
    if subject not in contents or contents[subject][0] != written:
        contents[subject] = (written, read(tx) if written else _in_one_state(tx, unit, subject, read))
    found: T = contents[subject][1]
    return found


def _in_one_state(tx: Connection, unit: Unit, subject: str, read: Callable[[Connection], T]) -> T:
    """What is kept of the version, or what was read between two looks that saw the same one.

    A step on PostgreSQL sees in each statement what has been committed by then, so what it reads fits together only when
    nobody has committed another version meanwhile.
    """
    version = versions(tx).get(subject, "")
    while (found := unit.memory.find(subject, version)) is None:
        read_now = read(tx)
        before, version = version, _look(tx).get(subject, "")
        if before == version:
            unit.memory.keep(subject, version, read_now)
            return read_now
    return found  # type: ignore[no-any-return]


def _seen(unit: Unit) -> _Seen:
    return unit.keep(_Seen, _Seen)


def renew(tx: Connection) -> None:
    """Each subject of which this transaction has written a table has a new version. For the end of the transaction."""
    unit = unit_of(tx)
    changed = [subject for subject in sorted(SUBJECTS) if unit.times_written(SUBJECTS[subject])]
    if not changed or (unit.times_written(()) and not inspect(tx).has_table(stamp.name)):
        return  # the tables of an older version, on the way to this one
    tx.execute(_put(tx.dialect.name), [{"subject": subject, "version": new_id()} for subject in changed])


def _look(tx: Connection) -> Mapping[str, str]:
    return {row.subject: row.version for row in tx.execute(ALL)}


@cache
def _put(dialect: str) -> Any:
    new: Any = sqlite.insert(stamp) if dialect == "sqlite" else postgresql.insert(stamp)
    return new.on_conflict_do_update(index_elements=[stamp.c.subject], set_={"version": new.excluded.version})

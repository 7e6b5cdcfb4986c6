"""On SQLite one server at a time serves a database. Commands (`lianban person add`) are none and work beside it.

The lock is the operating system's, on a file beside the database: it is free again as soon as its holder is gone, also
when that was killed. PostgreSQL serves any number of servers, so nothing is locked there.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from engine.db.session import Database
from engine.errors import Refused
from engine.messages import gettext as _
from engine.messages import sentences


@contextmanager
def only_server(database: Database) -> Iterator[None]:
    """Within it this process is the database's server. Raises Refused when another is, OSError when nobody can be."""
    path = _database_file(database)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(f"{path.stem}.server.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        used = _(
            "Another service (process %(process)s) already uses the database %(path)s, so this one has not started.",
            path=str(path),
            process=holder,
        )
        by_somebody = _(
            "Another service already uses the database %(path)s, so this one has not started.",
            path=str(path),
        )
        mend = _(
            "With SQLite only one service can run at a time. Stop the other one first. To run several, use "
            "PostgreSQL: set LIANBAN_DATABASE_URL.",
        )
        raise Refused(sentences(used if holder else by_somebody, mend)) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())


def _database_file(database: Database) -> Path | None:
    """The file of the database, whichever way it is named; None when it lies in none."""
    name = make_url(database.url).database if database.is_sqlite else None
    return Path(name).resolve() if name and name != ":memory:" else None

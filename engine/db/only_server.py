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
        who = f"（进程 {holder}）" if holder else ""
        raise Refused(
            f"数据库 {path} 已经有一个服务在用{who}，这一个没有启动。SQLite 一次只能有一个服务，请先停止那一个；"
            "要同时运行几个，请改用 PostgreSQL：设置 LIANBAN_DATABASE_URL。"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())


def _database_file(database: Database) -> Path | None:
    """The file of the database, whichever way it is named; None when it lies in none."""
    name = make_url(database.url).database if database.is_sqlite else None
    return Path(name).resolve() if name and name != ":memory:" else None

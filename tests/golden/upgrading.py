"""Upgrades a database in a process of its own, and is killed in the middle."""

from __future__ import annotations

import os
import signal
from typing import Any

from sqlalchemy import event

from engine.db import migrate
from engine.db.session import Database


def main(url: str, statements: int) -> None:
    """The process is gone before that many statements that change something have run."""
    database = Database(url)
    left = [statements]

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "COMMENT")):
            left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", count)
    migrate.upgrade(database)
    print("upgraded", flush=True)

"""What is done by one at a time, whoever and wherever they are: the others wait until the transaction is over."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.db import stamp

DEPLOYING = 20261131
REBUILDING = 20261130
"""Names of PostgreSQL's locks; any numbers that nothing else here uses. SQLite has one writer at a time anyway."""


def take_turn(tx: Connection, what: int) -> None:
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({what})")
        stamp.look_again(tx)

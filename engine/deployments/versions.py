"""The versions of a procedure as a list shows them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.db import fetch
from engine.db.tables import definition_version


class Listed(NamedTuple):
    """A version, without what it consists of."""

    id: str
    key: str
    version: int
    name: str
    sha256: str
    deployed_at: datetime
    deployed_by: str
    reason: str | None
    restores: int | None
    confirmed_by: str | None


def every_version(tx: Connection, key: str) -> list[Listed]:
    """Every version, the newest first."""
    own = select(*(definition_version.c[name] for name in Listed._fields)).where(definition_version.c.key == key)
    return fetch.every(tx, Listed, own.order_by(definition_version.c.version.desc()))

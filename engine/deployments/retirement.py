"""Procedures that nobody may start any more. Their cases go on, and so does what they call and what calls them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from engine.db import stamp
from engine.db.tables import process_instance, retirement
from engine.errors import Refused
from engine.ids import new_id
from engine.messages import Name
from engine.messages import gettext as _


def retired(tx: Connection) -> frozenset[str]:
    """The keys of the procedures that are retired now."""
    return stamp.content(tx, "retirements", _read_retired)


def _read_retired(tx: Connection) -> frozenset[str]:
    return frozenset(tx.scalars(select(retirement.c.key).where(retirement.c.revived_at.is_(None))))


def gone(tx: Connection) -> frozenset[str]:
    """Those that never had a case: they are in no list any more, and only their record is left."""
    if not retired(tx):
        return frozenset()
    used = select(process_instance.c.id).where(process_instance.c.key == retirement.c.key).exists()
    return frozenset(tx.scalars(select(retirement.c.key).where(retirement.c.revived_at.is_(None), ~used)))


def require_startable(tx: Connection, key: str, name: Name) -> None:
    """Raises Refused for a retired procedure."""
    if key in retired(tx):
        raise Refused(
            _(
                "The procedure '%(name)s' has been retired and cannot be started. Open cases go on. If you need to "
                "start one, tell the system administrator.",
                name=name,
            )
        )


def retire(tx: Connection, key: str, by: str, reason: str, now: datetime) -> None:
    tx.execute(insert(retirement).values(id=new_id(), key=key, retired_at=now, retired_by=by, reason=reason))


def revive(tx: Connection, key: str, by: str, reason: str, now: datetime) -> bool:
    """The procedure may be started. Returns whether it had been retired."""
    open_one = (retirement.c.key == key) & retirement.c.revived_at.is_(None)
    values = {"revived_at": now, "revived_by": by, "revived_reason": reason}
    return tx.execute(update(retirement).where(open_one).values(**values)).rowcount > 0

"""Notices: what the system tells people, in one table; who sends them on reads it from there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert

from engine.db.tables import notice
from engine.ids import new_id


def tell_people(
    tx: Connection,
    instance_id: str,
    kind: str,
    unit_code: str,
    roles: Collection[str],
    text: str,
    *,
    now: datetime,
    deadline_id: str | None = None,
    due_at: datetime | None = None,
    person_id: str | None = None,
) -> str:
    """A notice lies ready: for the holders of these roles in the unit, or for one person who acts for it.

    `due_at` is the instant it was meant for, else now; both are aware. Returns the notice's id.
    """
    notice_id = new_id()
    tx.execute(
        insert(notice).values(
            id=notice_id,
            instance_id=instance_id,
            kind=kind,
            unit_code=unit_code,
            roles=list(roles),
            person_id=person_id,
            text=text,
            deadline_id=deadline_id,
            due_at=due_at or now,
            made_at=now,
        )
    )
    return notice_id

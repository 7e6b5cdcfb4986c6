"""Notices: what the holders of some roles of a unit, or one person, find told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert

from engine.db.tables import notice
from engine.ids import new_id


def tell_people(
    tx: Connection,
    instance_id: str,
    kind: str,
    unit_code: str,
    roles: Iterable[str],
    text: str,
    *,
    now: datetime,
    deadline_id: str | None = None,
    due_at: datetime | None = None,
    person_id: str | None = None,
) -> None:
    """The holders of these roles in the unit find a notice; when a person is named, that person alone does.

    `due_at` is the instant it was meant for, by default now.
    """
    tx.execute(
        insert(notice).values(
            id=new_id(),
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

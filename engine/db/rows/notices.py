"""Rows of what people have not read yet, of what has not gone out, and of what is under supervision."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class SupervisionItemRow(NamedTuple):
    deadline_id: str
    instance_id: str
    unit_code: str | None
    opened_at: datetime
    closed_at: datetime | None


class UnreadRow(NamedTuple):
    """A receipt that still counts as unread, with what its notice is about."""

    notice_id: str
    person_id: str
    instance_id: str | None
    unit_code: str
    received_at: datetime
    read_at: datetime | None
    cleared_at: datetime | None
    kind: str
    task_id: str | None
    deadline_id: str | None


class UnsentRow(NamedTuple):
    """A message that waits to go out, with what its notice is about."""

    id: str
    kind: str
    task_id: str | None
    deadline_id: str | None


class NotificationRow(NamedTuple):
    """A notice that the diagram sends to a unit."""

    id: str
    kind: str
    unit_code: str

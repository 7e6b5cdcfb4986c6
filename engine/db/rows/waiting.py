"""Rows of what begins or goes on without anybody: messages and signals on their way, and schedules."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class ThrownEventRow(NamedTuple):
    id: str
    kind: str
    name: str
    correlation: str | None
    from_id: str
    from_element_id: str
    thrown_at: datetime
    to_id: str | None
    subscription_id: str | None
    start_key: str | None
    start_element_id: str | None
    status: str
    look_at: datetime | None
    kept_until: datetime | None
    heard_at: datetime | None
    heard_by_id: str | None


class StartScheduleRow(NamedTuple):
    key: str
    element_id: str
    definition_id: str
    timer: str
    since: datetime
    next_at: datetime | None
    provisional: bool
    look_at: datetime | None
    calendar_version: str
    last_at: datetime | None
    begun: int

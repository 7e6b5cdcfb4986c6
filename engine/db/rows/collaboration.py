"""Rows of what is said and proposed beside the work: comments, copies, corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class CommentRow(NamedTuple):
    id: str
    instance_id: str
    unit_code: str
    person_id: str
    text: str
    internal: bool
    said_at: datetime
    retracted_at: datetime | None


class CorrectionRow(NamedTuple):
    id: str
    instance_id: str
    name: str
    task_id: str | None
    unit_code: str
    old_value: Any
    new_value: Any
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None
    opinion: str | None
    scope_id: str | None


class ReaderRow(NamedTuple):
    id: str
    instance_id: str
    unit_code: str
    role: str | None
    person_id: str | None
    note: str
    from_unit: str
    sent_by: str
    sent_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


class ReadingRow(NamedTuple):
    reader_id: str
    person_id: str
    instance_id: str
    read_at: datetime


class MentionRow(NamedTuple):
    comment_id: str
    person_id: str
    unit_code: str
    instance_id: str

"""Rows of the record: what has happened to an instance, step by step, and where its chain ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple


class AuditEntryRow(NamedTuple):
    id: int
    instance_id: str
    sequence: int
    at: datetime
    person_id: str | None
    unit_code: str | None
    kind: str
    element_id: str | None
    content: dict[str, Any]
    previous_hash: str
    hash: str
    version: int
    algorithm: str
    sealed: dict[str, str] | None


class ChainHeadRow(NamedTuple):
    chain: str
    entries: int
    last_hash: str
    revision: int | None
    digests: dict[str, str]
    version: int
    algorithm: str
    seal: str

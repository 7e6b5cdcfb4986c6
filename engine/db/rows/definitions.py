"""Rows of what was deployed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class DefinitionVersionRow(NamedTuple):
    id: str
    key: str
    version: int
    name: str
    diagram: bytes
    sha256: str
    specification: bytes
    forms: dict[str, str]
    deployed_at: datetime
    deployed_by: str
    pins: dict[str, str] | None
    reason: str | None
    restores: int | None
    confirmed_by: str | None
    tests: bytes | None
    english: dict[str, dict[str, str]] | None

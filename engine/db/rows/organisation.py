"""Rows of the people of the city."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class PersonRow(NamedTuple):
    id: str
    login: str
    name: str
    password_hash: str
    active: bool
    email: str | None
    must_change_password: bool
    unlocked_at: datetime | None
    language: str | None
    large_type: bool | None

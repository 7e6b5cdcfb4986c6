"""Rows of what is written and sent: documents and material."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple


class DocumentRow(NamedTuple):
    id: str
    instance_id: str
    sequence: int
    code: str
    title: str
    from_unit: str
    to_unit: str
    copy: bool
    content: dict[str, Any]
    delivered_at: datetime
    read_at: datetime | None
    read_by: str | None
    element_id: str | None
    number: str | None
    signed_by: str | None
    signed_at: datetime | None
    issued_on: date | None
    letter_id: str | None
    data: dict[str, Any] | None
    pdf_sha256: str | None
    render_failure: str | None
    render_said: Any
    signed_for_at: datetime | None
    signed_for_by: str | None
    voided_at: datetime | None
    voided_by: str | None
    void_reason: str | None
    scope_id: str | None


class LetterVersionRow(NamedTuple):
    id: str
    name: str
    version: int
    sha256: str
    wording: str
    layout: dict[str, str]
    deployed_at: datetime
    deployed_by: str


class PaperDraftRow(NamedTuple):
    instance_id: str
    element_id: str
    scope_id: str
    texts: dict[str, Any]
    generated: dict[str, Any]
    saved_at: datetime
    saved_by: str


class MaterialRow(NamedTuple):
    id: str
    instance_id: str
    task_id: str | None
    unit_code: str
    kind: str
    title: str
    copies: int
    pages: int
    original: bool
    file_name: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    added_at: datetime
    added_by: str
    removed_at: datetime | None

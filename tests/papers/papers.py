"""What tests ask of the papers of an instance."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from sqlalchemy import Row, select

from engine.db import tables
from engine.db.tables import document
from tests.processes.town import Instance


def papers_of(case: Instance, code: str | None = None) -> list[Row[Any]]:
    """The rows of the instance's documents, in order."""
    own = select(document).where(document.c.instance_id == case.id).order_by(document.c.sequence)
    rows = case.town.read(lambda tx: tx.execute(own).all())
    return [row for row in rows if code in (None, row.code)]


def paper_of(case: Instance, code: str) -> Row[Any]:
    """The latest of this code."""
    return papers_of(case, code)[-1]


def audited(case: Instance, kind: str) -> list[dict[str, Any]]:
    entry = tables.audit_entry
    own = select(entry.c.content).where(entry.c.instance_id == case.id, entry.c.kind == kind).order_by(entry.c.sequence)
    return case.town.read(lambda tx: list(tx.scalars(own)))


def text_of(pdf: bytes | Path) -> str:
    """All that the PDF says, without the breaks of its lines."""
    return _text_of(pdf if isinstance(pdf, bytes) else pdf.read_bytes())


@lru_cache(maxsize=256)
def _text_of(pdf: bytes) -> str:
    """The same paper is read for everybody who may open it."""
    reader = PdfReader(BytesIO(pdf))
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "").replace(" ", "")

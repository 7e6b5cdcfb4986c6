"""Which papers are to be made, and who makes which: PDF and pages are the worker's, never made while somebody waits for a page.

An issued paper waits for its PDF from its step on. One whose PDF or pages are gone, or were never made, waits from the moment
somebody opens it. Whoever makes a paper has a lease on it: other workers pass it over, and it waits again when its maker is
killed. One that could not be made rests for a while.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from engine.db import upsert
from engine.db.tables import document, paper_making
from engine.db.tables.papers import UNMADE
from engine.db.types import Instant

LEASE = timedelta(minutes=2)
"""Longer than a paper takes; after it another worker may try, which does no harm."""
AGAIN_AFTER = timedelta(minutes=1)
"""How long a paper that could not be made rests before it is tried again."""

_NOW = bindparam("now", type_=Instant)
_HELD = (
    select(paper_making.c.document_id)
    .where(paper_making.c.document_id == document.c.id, paper_making.c.make_after > _NOW)
    .exists()
)
_UNMADE = select(document.c.id).where(text(UNMADE), ~_HELD).order_by(document.c.delivered_at, document.c.id).limit(1)
_FREE = or_(paper_making.c.make_after.is_(None), paper_making.c.make_after <= _NOW)
_WANTED = (
    select(paper_making.c.document_id)
    .where(paper_making.c.wanted_at.is_not(None), _FREE)
    .order_by(paper_making.c.wanted_at)
    .limit(1)
)
_NEXT = select(func.coalesce(_WANTED.scalar_subquery(), _UNMADE.scalar_subquery()))


def waiting(tx: Connection, now: datetime) -> str | None:
    """The paper to be made next: one that somebody wants to see, or the one that was issued first; None when none waits."""
    found: str | None = tx.scalar(_NEXT, {"now": now})
    return found


def take(tx: Connection, document_id: str, now: datetime) -> bool:
    """Whether the paper is this caller's to make: nobody else has it."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    until = {"make_after": now + LEASE}
    free = or_(paper_making.c.make_after.is_(None), paper_making.c.make_after <= now)
    mine = insert(paper_making).values(document_id=document_id, **until)
    mine = mine.on_conflict_do_update(index_elements=[paper_making.c.document_id], set_=until, where=free)
    return tx.execute(mine.returning(paper_making.c.document_id)).first() is not None


def want(tx: Connection, document_id: str, now: datetime) -> None:
    """Somebody wants to see the paper, and it is not there: it is made next, whatever it has waited for."""
    upsert.put(tx, paper_making, {"document_id": document_id}, {"wanted_at": now})


def is_wanted(tx: Connection, document_id: str) -> bool:
    own = (paper_making.c.document_id == document_id) & paper_making.c.wanted_at.is_not(None)
    return tx.scalar(select(paper_making.c.document_id).where(own)) is not None


def rest(tx: Connection, document_id: str, now: datetime) -> None:
    """The paper could not be made: others come first, and it is tried again later."""
    upsert.put(tx, paper_making, {"document_id": document_id}, {"make_after": now + AGAIN_AFTER})


def done(tx: Connection, document_id: str) -> None:
    """The paper is made, with its pages."""
    tx.execute(delete(paper_making).where(paper_making.c.document_id == document_id))

"""Receipts: who has which notice, whether this person has opened it, and whether it still counts as unread.

`read_at` says that the person opened it; `cleared_at` that it no longer counts: opened, ticked off with all others, or
settled because what it asked for is done. Being ticked off is never recorded as having been read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, update

from engine.db.case import case_of
from engine.db.tables import notice_receipt
from engine.db.unit import unit_of
from engine.notices.causes import Cause


def add(
    tx: Connection,
    notice_id: str,
    person_id: str,
    instance_id: str | None,
    unit_code: str,
    now: datetime,
    counts: bool = True,
    cause: Cause | None = None,
) -> None:
    """The person has the notice; one that does not count is only in the list of all. Who has it already keeps it.

    `cause` is what the notice of an instance is about: with that it stops counting.
    """
    row = {
        "notice_id": notice_id,
        "person_id": person_id,
        "instance_id": instance_id,
        "unit_code": unit_code,
        "received_at": now,
        "cleared_at": None if counts else now,
    }
    if instance_id is None or not counts or cause is None:
        unit_of(tx).changes.add(notice_receipt, row)
        return
    case = case_of(tx, instance_id)
    if case.get(notice_receipt, notice_id, person_id) is None:
        case.add(notice_receipt, row, **cause)


def read(tx: Connection, person_id: str, notice_id: str, now: datetime) -> None:
    """The person has opened the notice; the first time is kept."""
    own = (notice_receipt.c.person_id == person_id) & (notice_receipt.c.notice_id == notice_id)
    tx.execute(update(notice_receipt).where(own, notice_receipt.c.read_at.is_(None)).values(read_at=now))
    tx.execute(update(notice_receipt).where(own, notice_receipt.c.cleared_at.is_(None)).values(cleared_at=now))


def own_for(person_id: str, unit_codes: Collection[str], looks_after: Collection[str]) -> ColumnElement[bool]:
    """The person's notices of cases of the first units, and those of faults, which belong to no case, of the others."""
    of_a_case = and_(notice_receipt.c.instance_id.is_not(None), notice_receipt.c.unit_code.in_(list(unit_codes)))
    of_a_fault = and_(notice_receipt.c.instance_id.is_(None), notice_receipt.c.unit_code.in_(list(looks_after)))
    return and_(notice_receipt.c.person_id == person_id, or_(of_a_case, of_a_fault))


def clear_all(
    tx: Connection, person_id: str, unit_codes: Collection[str], now: datetime, looks_after: Collection[str] = ()
) -> int:
    """None of the person's notices for these units is unread. Returns how many were."""
    own = own_for(person_id, unit_codes, looks_after)
    return tx.execute(
        update(notice_receipt).where(own, notice_receipt.c.cleared_at.is_(None)).values(cleared_at=now)
    ).rowcount

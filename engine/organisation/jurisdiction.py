"""The 职责边界清单: which matter belongs to whom, and since when the towns have the power (R3, R55 赋权后). Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from engine.db.tables import matter


@dataclass(frozen=True)
class Matter:
    """`enforcing_kind` is town or department; `empowered_at` is the day on which the towns got the power, if they did."""

    code: str
    title: str
    department_code: str
    enforcing_kind: str
    empowered_at: date | None
    basis: str


def find(tx: Connection, code: str) -> Matter | None:
    row = tx.execute(select(matter).where(matter.c.code == code)).first()
    return Matter(**row._mapping) if row else None


def every(tx: Connection) -> list[Matter]:
    return [Matter(**row._mapping) for row in tx.execute(select(matter).order_by(matter.c.code))]


def add(tx: Connection, added: Matter) -> None:
    tx.execute(insert(matter).values(**vars(added)))


def empowered(found: Matter, on: date) -> bool:
    """Whether the towns had the power on that day."""
    return found.empowered_at is not None and found.empowered_at <= on

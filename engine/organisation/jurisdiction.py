"""The 职责边界清单: which matter belongs to whom, and since when the towns have the power (R3, R55 赋权后). Read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from engine.db import stamp
from engine.db.tables import matter
from engine.organisation.pinyin import syllables


@dataclass(frozen=True)
class Matter:
    """`enforcing_kind` is town or department; `empowered_at` is the day on which the towns got the power, if they did.

    `pinyin` is how the title is read, its syllables with blanks between; what the list does not say is worked out.
    """

    code: str
    title: str
    department_code: str
    enforcing_kind: str
    empowered_at: date | None
    basis: str
    pinyin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pinyin", " ".join(self.pinyin.lower().split()) or syllables(self.title))


@dataclass(frozen=True)
class Competence:
    """Who is competent for a matter on a day. `kind` is town or department; `unit_code` is None for the town of the place.

    `own`: it is the asking unit's. `since`: from which day the towns have the power; None when a department is competent.
    `before`: the towns got the power only after that day, so the department stays competent (R55).
    """

    kind: str
    unit_code: str | None
    own: bool
    since: date | None
    before: bool


def find(tx: Connection, code: str) -> Matter | None:
    return _matters(tx).get(code)


def every(tx: Connection) -> list[Matter]:
    return list(_matters(tx).values())


def _matters(tx: Connection) -> Mapping[str, Matter]:
    return stamp.content(tx, "matters", _read_matters)


def _read_matters(tx: Connection) -> Mapping[str, Matter]:
    return {row.code: Matter(**row._mapping) for row in tx.execute(select(matter).order_by(matter.c.code))}


def add(tx: Connection, added: Matter) -> None:
    tx.execute(insert(matter).values(**vars(added)))


def empowered(found: Matter, on: date) -> bool:
    """Whether the towns had the power on that day."""
    return found.empowered_at is not None and found.empowered_at <= on


def competence(
    found: Matter, unit_code: str, unit_kind: str, on: date, settled: tuple[str, str] | None = None
) -> Competence:
    """Who is competent on that day, as the unit that asks sees it.

    `settled` is the unit and its kind to which a dispute has given the matter for good; it goes before the list. A town
    stands for every town in its own place: what one may do, the town that asks may do at home.
    """
    if settled is not None and settled[1] != "town":
        return Competence("department", settled[0], settled[0] == unit_code, None, False)
    if settled is not None or (found.enforcing_kind == "town" and empowered(found, on)):
        since = found.empowered_at if empowered(found, on) else None
        return Competence("town", None, unit_kind == "town", since, False)
    before = found.enforcing_kind == "town" and found.empowered_at is not None
    return Competence("department", found.department_code, found.department_code == unit_code, None, before)

"""People and the posts they hold, with the dates between which they hold them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, true, update

from engine.db.tables import person, post, unit
from engine.errors import Refused
from engine.ids import new_id
from engine.organisation.units import WITHIN

ROLES = {
    "principal_leader": "主要领导",
    "acting_principal": "主持工作的负责人",
    "deputy_leader": "分管领导",
    "liaison": "联系人",
    "case_officer": "承办人",
    "legal_reviewer": "法制审核人员",
    "clerk": "收发",
    "archivist": "档案员",
    "unit_admin": "单位管理员",
    "system_admin": "系统管理员",
    "auditor": "审计员",
}
TECHNICAL_ROLES = frozenset({"unit_admin", "system_admin", "auditor"})
"""They look after the installation: held alone they read no case, and no diagram asks for them."""
CASE_ROLES = frozenset(ROLES) - TECHNICAL_ROLES


@dataclass(frozen=True)
class Person:
    id: str
    login: str
    name: str


@dataclass(frozen=True)
class Post:
    """`acting_unit` is the unit for which the holder acts: the post's own, or the parent of an internal body."""

    id: str
    person_id: str
    unit_code: str
    acting_unit: str
    role: str


def standing(roles: Collection[str]) -> frozenset[str]:
    """The roles as rules mean them: whoever leads a unit for the time being is its principal leader (R54)."""
    return frozenset(roles) | ({"principal_leader"} if "acting_principal" in roles else set())


def posts_of(tx: Connection, person_id: str, at: datetime) -> list[Post]:
    """The posts that the person holds at that instant, the longest held first."""
    rows = tx.execute(_posts(at).where(post.c.person_id == person_id).order_by(post.c.valid_from, post.c.id))
    return [_post(row) for row in rows]


def holders(tx: Connection, unit_code: str, role: str, at: datetime) -> list[Person]:
    """Who holds the role for the unit. A dated acting principal stands in for the principal leader (R54)."""
    roles = ("principal_leader", "acting_principal") if role == "principal_leader" else (role,)
    rows = tx.execute(_posts(at).where(post.c.role.in_(roles)).order_by(post.c.valid_from))
    ids = [row.person_id for row in rows if _post(row).acting_unit == unit_code]
    people = tx.execute(select(person.c.id, person.c.login, person.c.name).where(person.c.id.in_(ids), person.c.active))
    return [Person(*row) for row in people]


def holders_of_any(tx: Connection, unit_code: str, roles: Collection[str], at: datetime) -> list[Person]:
    """Who holds any of the roles for the unit, by login; the principal leader's may be an acting one's (R54)."""
    asked = set(roles) | ({"acting_principal"} if "principal_leader" in roles else set())
    within = or_(post.c.unit_code == unit_code, unit.c.parent_code == unit_code)
    rows = tx.execute(_posts(at).where(post.c.role.in_(sorted(asked)), within))
    ids = {row.person_id for row in rows if _post(row).acting_unit == unit_code}
    people = tx.execute(select(person.c.id, person.c.login, person.c.name).where(person.c.id.in_(ids), person.c.active))
    return sorted((Person(*row) for row in people), key=lambda found: found.login)


def holders_anywhere(tx: Connection, role: str, at: datetime) -> list[tuple[Person, str]]:
    """Who holds the role in any unit, each once, with the unit for which the post is held; by login."""
    rows = tx.execute(_posts(at).where(post.c.role == role).order_by(post.c.valid_from, post.c.id))
    units: dict[str, str] = {}
    for row in rows:
        units.setdefault(row.person_id, _post(row).acting_unit)
    found = tx.execute(
        select(person.c.id, person.c.login, person.c.name)
        .where(person.c.id.in_(list(units)), person.c.active)
        .order_by(person.c.login)
    )
    return [(Person(*row), units[row.id]) for row in found]


def colleagues(tx: Connection, unit_code: str, at: datetime) -> list[Person]:
    """Everybody who has to do with cases for the unit, its internal bodies included, by name."""
    held = tx.execute(_posts(at).where(post.c.role.in_(sorted(CASE_ROLES))))
    ids = {row.person_id for row in held if _post(row).acting_unit == unit_code}
    people = tx.execute(select(person.c.id, person.c.login, person.c.name).where(person.c.id.in_(ids), person.c.active))
    return sorted((Person(*row) for row in people), key=lambda found: found.login)


def add(tx: Connection, login: str, name: str, password_hash: str) -> Person:
    added = Person(new_id(), login, name)
    tx.execute(insert(person).values(**vars(added), password_hash=password_hash, active=True))
    return added


def appoint(
    tx: Connection, person_id: str, unit_code: str, role: str, valid_from: datetime, valid_to: datetime | None = None
) -> str:
    """The person holds the post from then on. Raises Refused when the unit has its one principal leader at that time."""
    if role not in ROLES:
        raise Refused(f"没有“{role}”这个岗位。")
    if valid_to is not None and valid_to <= valid_from:
        raise Refused("免职时间应晚于任职时间。")
    if role == "principal_leader":
        theirs = select(post.c.id).where(post.c.unit_code == unit_code, post.c.role == role)
        lasts = or_(post.c.valid_to.is_(None), post.c.valid_to > valid_from)
        begins = true() if valid_to is None else post.c.valid_from < valid_to
        if tx.execute(theirs.where(lasts, begins)).first():
            raise Refused("本单位已有在任的主要领导。请先办理免职，再任命新的主要领导。")
    post_id = new_id()
    tx.execute(
        insert(post).values(
            id=post_id, person_id=person_id, unit_code=unit_code, role=role, valid_from=valid_from, valid_to=valid_to
        )
    )
    return post_id


def end_post(tx: Connection, post_id: str, at: datetime) -> None:
    """The post is held no longer from then on; a post that has ended keeps its end.

    What that means for claimed tasks is carried out at that instant like for a post that runs out by its own date: see
    `engine.runtime.leaving`.
    """
    row = tx.execute(select(post).where(post.c.id == post_id)).one()
    if row.valid_to is None or row.valid_to > at:
        tx.execute(update(post).where(post.c.id == post_id).values(valid_to=at))


def _posts(at: datetime) -> Select[Any]:
    return (
        select(post.c.id, post.c.person_id, post.c.unit_code, post.c.role, unit.c.kind, unit.c.parent_code)
        .join(unit, unit.c.code == post.c.unit_code)
        .where(post.c.valid_from <= at, or_(post.c.valid_to.is_(None), post.c.valid_to > at))
    )


def _post(row: Row[Any]) -> Post:
    acting = row.parent_code if row.kind in WITHIN and row.parent_code else row.unit_code
    return Post(row.id, row.person_id, row.unit_code, acting, row.role)

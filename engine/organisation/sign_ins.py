"""Signing in and out. Tokens are stored hashed; posts are read anew each time, so a change of post counts at once.

An unknown login costs as much time and says the same as a wrong password. Ten wrong tries in a quarter of an hour hold
one account, fifty hold one address; nobody else is held.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from engine.db.tables import person, sign_in, sign_in_failure
from engine.errors import Refused
from engine.ids import new_token
from engine.organisation import people, units
from engine.organisation.assignment import Actor
from engine.organisation.people import CASE_ROLES, Person
from engine.organisation.units import Unit

WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 10
TRIES_PER_ADDRESS = 50
IDLE_LIMIT = timedelta(hours=2)
WHOLE_LIMIT = timedelta(hours=12)
HELD = "错误次数太多，请 15 分钟后再试，或请系统管理员重设密码。"
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password matches: an unknown login costs as much time as a known one."""
    return _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class SignIn:
    """`token` and `person_id` are None when it was refused; `message` then says so."""

    token: str | None
    message: str = ""
    person_id: str | None = None


@dataclass(frozen=True)
class Visitor:
    """A signed-in person, the unit acted for, and the units that may be chosen instead."""

    person: Person
    actor: Actor
    choices: tuple[Unit, ...]
    body: Unit | None
    """The internal body in which the person works, when the post is there."""
    reads: frozenset[str] = frozenset()
    """The units for which the person has to do with cases, and not with the installation alone."""


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def sign_in_with(tx: Connection, login: str, password: str, address: str, now: datetime) -> SignIn:
    """A new session, or a refusal that is counted. The caller commits in both cases."""
    login = login.encode(errors="replace").decode().replace("\x00", "\ufffd")  # what no database could look for
    since = now - WINDOW
    tries = _failures(tx, sign_in_failure.c.login == login, since)
    if tries >= TRIES_PER_LOGIN or _failures(tx, sign_in_failure.c.address == address, since) >= TRIES_PER_ADDRESS:
        return SignIn(None, HELD)
    row = tx.execute(select(person).where(person.c.login == login)).first()
    if not _matches(row.password_hash if row else _nobody(), password) or row is None or not row.active:
        tx.execute(insert(sign_in_failure).values(login=login[:64], address=address[:64], at=now))
        left = TRIES_PER_LOGIN - tries - 1
        if left == 0:
            return SignIn(None, HELD)
        more = f"再错 {left} 次，此账号将锁定 15 分钟。" if left <= 3 else ""
        return SignIn(None, f"账号或密码不对。{more}")
    token = new_token()
    held = people.posts_of(tx, row.id, now)
    tx.execute(
        insert(sign_in).values(
            token_hash=_hash(token),
            person_id=row.id,
            unit_code=held[0].acting_unit if held else None,
            opened_at=now,
            seen_at=now,
        )
    )
    return SignIn(token, person_id=row.id)


def visitor(tx: Connection, token: str, now: datetime) -> Visitor | None:
    """Who this is, with the posts of this moment; None when the session is over or the person has no post left."""
    row = tx.execute(
        select(sign_in, person.c.login, person.c.name)
        .join(person, person.c.id == sign_in.c.person_id)
        .where(sign_in.c.token_hash == _hash(token), sign_in.c.ended_at.is_(None), person.c.active)
    ).first()
    if row is None or now - row.seen_at > IDLE_LIMIT or now - row.opened_at > WHOLE_LIMIT:
        return None
    held = people.posts_of(tx, row.person_id, now)
    choices = {post.acting_unit: units.find(tx, post.acting_unit, now) for post in held}
    known = {code: unit for code, unit in choices.items() if unit}
    if not known:
        return None
    unit = known.get(row.unit_code) or next(iter(known.values()))
    mine = [post for post in held if post.acting_unit == unit.code]
    actor = Actor(row.person_id, row.name, unit.code, unit.name, unit.kind, frozenset(post.role for post in mine))
    body = next((units.find(tx, post.unit_code, now) for post in mine if post.unit_code != unit.code), None)
    reads = frozenset(post.acting_unit for post in held if post.role in CASE_ROLES)
    return Visitor(Person(row.person_id, row.login, row.name), actor, tuple(known.values()), body, reads)


def touch(tx: Connection, token: str, now: datetime) -> None:
    """The session has been used now."""
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(seen_at=now))


def needs_touch(tx: Connection, token: str, now: datetime) -> bool:
    """Whether the last use is so long ago that it should be written down; not every look is a write."""
    seen = tx.scalar(select(sign_in.c.seen_at).where(sign_in.c.token_hash == _hash(token)))
    return seen is not None and now - seen > timedelta(minutes=5)


def act_for(tx: Connection, token: str, unit_code: str, now: datetime) -> None:
    """The person acts for this unit from now on. Raises Refused without a post there."""
    found = visitor(tx, token, now)
    if found is None or unit_code not in {unit.code for unit in found.choices}:
        raise Refused("你在这个单位没有在任的岗位。")
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(unit_code=unit_code))


def sign_out(tx: Connection, token: str, now: datetime) -> None:
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(ended_at=now))


def _failures(tx: Connection, whose: ColumnElement[bool], since: datetime) -> int:
    return tx.scalar(select(func.count()).where(whose, sign_in_failure.c.at > since)) or 0


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, UnicodeEncodeError):
        return False


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

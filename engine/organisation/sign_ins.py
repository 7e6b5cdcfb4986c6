"""Signing in and out. Tokens are stored hashed; posts are read anew each time, so a change of post counts at once.

An unknown login costs as much time and says the same as a wrong password. Ten wrong tries in a quarter of an hour hold
one account, fifty hold one address; nobody else is held. A browser in which the person has signed in before is known by
a secret of its own: its tries are counted by themselves, so that a stranger cannot hold anybody away from the own desk.

A password is compared between two transactions (`look_at`, `matches`, `settle`), because that is slow on purpose and a
transaction that writes would make everybody wait for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, true, update

from engine.db import stamp, tables
from engine.db.rows import PersonRow
from engine.db.tables import known_browser, person, sign_in, sign_in_failure
from engine.errors import Refused
from engine.ids import new_token
from engine.messages import Text, ngettext, sentences
from engine.messages import gettext as _
from engine.organisation import people, units
from engine.organisation.assignment import Actor
from engine.organisation.people import CASE_ROLES, Person
from engine.organisation.units import Unit

WINDOW = timedelta(minutes=15)
TRIES_PER_LOGIN = 10
TRIES_PER_ADDRESS = 50
IDLE_LIMIT = timedelta(hours=2)
WHOLE_LIMIT = timedelta(hours=12)
TOUCHED_AFTER = timedelta(minutes=5)
HELD = _("Too many wrong tries. Try again in 15 minutes, or have the system administrator reset the password.")
_hasher = PasswordHasher()
_VISITOR = (
    select(
        sign_in,
        person.c.login,
        person.c.name,
        person.c.must_change_password,
        person.c.language,
        person.c.large_type,
        *stamp.ALL.selected_columns,
    )
    .join(person, person.c.id == sign_in.c.person_id)
    .outerjoin(tables.stamp, true())
    .where(sign_in.c.token_hash == bindparam("token"), sign_in.c.ended_at.is_(None), person.c.active)
)
"""The session and its person, beside every version of the city."""


@cache
def _nobody() -> str:
    """A hash that no password matches: an unknown login costs as much time as a known one."""
    return _hasher.hash("nobody has this password")


@dataclass(frozen=True)
class SignIn:
    """`token` and `person_id` are None when it was refused; `message` then says so.

    `browser` is the id by which the browser is known from now on; None when it was known before.
    """

    token: str | None
    message: Text = ""
    person_id: str | None = None
    browser: str | None = None


@dataclass(frozen=True)
class Attempt:
    """What a sign-in is compared with. `browser` is the hash of the id by which the browser is known for this person."""

    login: str
    address: str
    browser: str | None
    held: bool
    password_hash: str
    person_id: str | None


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
    must_change_password: bool = False
    """Whether the password was given out once, and nothing else may be done before it is changed."""
    looks_after: frozenset[str] = frozenset()
    """The units for which the person is a system administrator: notices of faults belong to no case."""
    unwritten: bool = False
    """Whether the last use that is written down is so long ago that this one should be; not every look is a write."""
    language: str | None = None
    """The language that the person has chosen for the pages, zh or en; None while there is no choice."""
    large_type: bool | None = None
    """Whether the person has chosen large type; None while there is no choice."""


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def look_at(tx: Connection, login: str, address: str, browsers: Collection[str], now: datetime) -> Attempt:
    """What the password is to be compared with; `browsers` are ids from the browser's cookies. Changes nothing."""
    login = login.encode(errors="replace").decode().replace("\x00", "\ufffd")  # what no database could look for
    row = tx.execute(select(person).where(person.c.login == login, person.c.active)).first()
    browser = _known(tx, row.id, browsers) if row else None
    held = _tries(tx, login, address, browser, now) is None
    return Attempt(login, address, browser, held, row.password_hash if row else _nobody(), row.id if row else None)


def matches(password_hash: str, password: str) -> bool:
    """Whether it is the password. Takes a tenth of a second on purpose: never within a transaction that writes."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def settle(tx: Connection, attempt: Attempt, right: bool, now: datetime) -> SignIn:
    """A new session, or a refusal that is counted."""
    refused = refusal(tx, attempt, right, now)
    if refused or attempt.person_id is None:
        return SignIn(None, refused)
    person_id = attempt.person_id
    browser = _remember(tx, person_id, attempt.browser, now)
    return SignIn(_open(tx, person_id, now), person_id=person_id, browser=browser)


def refusal(tx: Connection, attempt: Attempt, right: bool, now: datetime) -> Text:
    """Why the attempt lets nobody in, which is counted; empty when it does. What has changed since the look counts: other
    tries, the password."""
    tries = _tries(tx, attempt.login, attempt.address, attempt.browser, now)
    if attempt.held or tries is None:
        return HELD
    row = tx.execute(select(person).where(person.c.id == attempt.person_id, person.c.active)).first()
    if right and row is not None and row.password_hash == attempt.password_hash:
        return ""
    failed = {"login": attempt.login[:64], "address": attempt.address[:64], "browser": attempt.browser}
    tx.execute(insert(sign_in_failure).values(**failed, at=now))
    left = TRIES_PER_LOGIN - tries - 1
    if left == 0:
        return HELD
    wrong = _("The account or the password is not right.")
    more = ngettext(
        "After %(num)s more try this account is locked for 15 minutes.",
        "After %(num)s more tries this account is locked for 15 minutes.",
        left,
    )
    return sentences(wrong, more if left <= 3 else "")


def _open(tx: Connection, person_id: str, now: datetime) -> str:
    token = new_token()
    held = people.posts_of(tx, person_id, now)
    unit_code = held[0].acting_unit if held else None
    session = {"token_hash": _hash(token), "person_id": person_id, "unit_code": unit_code}
    tx.execute(insert(sign_in).values(**session, opened_at=now, seen_at=now))
    return token


def _remember(tx: Connection, person_id: str, known: str | None, now: datetime) -> str | None:
    """The id by which this browser is known to be the person's from now on; None when it was known already."""
    if known is not None:
        tx.execute(update(known_browser).where(known_browser.c.token_hash == known).values(seen_at=now))
        return None
    browser = new_token()
    row = {"token_hash": _hash(browser), "person_id": person_id, "known_since": now, "seen_at": now}
    tx.execute(insert(known_browser).values(**row))
    return browser


def _known(tx: Connection, person_id: str, browsers: Collection[str]) -> str | None:
    hashes = [_hash(browser) for browser in browsers]
    own = (known_browser.c.person_id == person_id) & known_browser.c.token_hash.in_(hashes)
    return tx.scalar(select(known_browser.c.token_hash).where(own).limit(1))


def _tries(tx: Connection, login: str, address: str, browser: str | None, now: datetime) -> int | None:
    """How many wrong tries count against this one; None when it is held. A known browser answers for itself alone."""
    since = now - WINDOW
    unlocked_at = tx.scalar(select(person.c.unlocked_at).where(person.c.login == login))
    own_since = max(since, unlocked_at) if unlocked_at else since
    own = sign_in_failure.c.login == login
    whence = sign_in_failure.c.browser.is_(None) if browser is None else sign_in_failure.c.browser == browser
    tries = _failures(tx, own & whence, own_since)
    stranger = sign_in_failure.c.browser.is_(None) & (sign_in_failure.c.address == address)
    crowded = browser is None and _failures(tx, stranger, since) >= TRIES_PER_ADDRESS
    return None if tries >= TRIES_PER_LOGIN or crowded else tries


def is_held(tx: Connection, login: str, now: datetime) -> bool:
    """Whether nobody gets in from a browser that is not known."""
    return _tries(tx, login, "", None, now) is None


def look_at_own(tx: Connection, row: PersonRow, token: str, now: datetime) -> Attempt:
    """What the present password is compared with before it is changed. Wrong tries count for this session alone: who has
    taken it over guesses no more often than at the door, and holds nobody else."""
    browser = _hash(token)
    held = _tries(tx, row.login, "", browser, now) is None
    return Attempt(row.login, "", browser, held, row.password_hash, row.id)


def count_own(tx: Connection, attempt: Attempt, now: datetime) -> None:
    tx.execute(insert(sign_in_failure).values(login=attempt.login, address="", browser=attempt.browser, at=now))


def unlock(tx: Connection, person_id: str, now: datetime) -> None:
    """Wrong tries until now no longer hold the account."""
    tx.execute(update(person).where(person.c.id == person_id).values(unlocked_at=now))


def give_password(tx: Connection, person_id: str, password_hash: str, now: datetime) -> None:
    """The person has a password that is good for choosing another one; every session and known browser is forgotten."""
    values = {"password_hash": password_hash, "must_change_password": True, "unlocked_at": now}
    tx.execute(update(person).where(person.c.id == person_id).values(**values))
    tx.execute(delete(known_browser).where(known_browser.c.person_id == person_id))
    end_sessions(tx, person_id, now)


def choose_password(tx: Connection, person_id: str, password_hash: str, token: str, now: datetime) -> None:
    """The person's own password; every session but this one is over."""
    values = {"password_hash": password_hash, "must_change_password": False}
    tx.execute(update(person).where(person.c.id == person_id).values(**values))
    end_sessions(tx, person_id, now, but=token)


def end_sessions(tx: Connection, person_id: str, now: datetime, but: str = "") -> None:
    theirs = (sign_in.c.person_id == person_id) & sign_in.c.ended_at.is_(None) & (sign_in.c.token_hash != _hash(but))
    tx.execute(update(sign_in).where(theirs).values(ended_at=now))


def visitor(tx: Connection, token: str, now: datetime) -> Visitor | None:
    """Who this is, with the posts of this moment; None when the session is over or the person has no post left.

    What has changed in the city comes with it (`stamp.noted`).
    """
    rows = tx.execute(_VISITOR, {"token": _hash(token)}).all()
    row = rows[0] if rows else None
    if row is None or now - row.seen_at > IDLE_LIMIT or now - row.opened_at > WHOLE_LIMIT:
        return None
    stamp.noted(tx, {found.subject: found.version for found in rows if found.subject is not None})
    held = people.posts_of(tx, row.person_id, now)
    choices = {post.acting_unit: units.find(tx, post.acting_unit, now) for post in held}
    known = {code: unit for code, unit in choices.items() if unit}
    if not known:
        return None
    unit = known.get(row.unit_code) or next(iter(known.values()))
    mine = [post for post in held if post.acting_unit == unit.code]
    actor = _actor(row.person_id, row.name, unit, held)
    body = next((units.find(tx, post.unit_code, now) for post in mine if post.unit_code != unit.code), None)
    reads = frozenset(post.acting_unit for post in held if post.role in CASE_ROLES)
    looks_after = frozenset(post.acting_unit for post in held if post.role == "system_admin")
    return Visitor(
        Person(row.person_id, row.login, row.name),
        actor,
        tuple(known.values()),
        body,
        reads,
        row.must_change_password,
        looks_after,
        now - row.seen_at > TOUCHED_AFTER,
        row.language,
        row.large_type,
    )


def actors(tx: Connection, person_id: str, now: datetime) -> list[Actor]:
    """The person as acting for each of the own units, the longest held first; none for a closed account."""
    row = tx.execute(select(person).where(person.c.id == person_id, person.c.active)).first()
    held = people.posts_of(tx, person_id, now) if row is not None else []
    found = {post.acting_unit: units.find(tx, post.acting_unit, now) for post in held}
    return [_actor(person_id, row.name, unit, held) for unit in found.values() if unit and row is not None]


def _actor(person_id: str, name: str, unit: Unit, held: Collection[people.Post]) -> Actor:
    roles = frozenset(post.role for post in held if post.acting_unit == unit.code)
    return Actor(person_id, name, unit.code, unit.name, unit.kind, roles)


def touch(tx: Connection, token: str, now: datetime) -> None:
    """The session has been used now."""
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(seen_at=now))


def act_for(tx: Connection, token: str, unit_code: str, now: datetime) -> None:
    """The person acts for this unit from now on. Raises Refused without a post there."""
    found = visitor(tx, token, now)
    if found is None or unit_code not in {unit.code for unit in found.choices}:
        raise Refused(_("You hold no post in this unit at present."))
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(unit_code=unit_code))


def sign_out(tx: Connection, token: str, now: datetime) -> None:
    tx.execute(update(sign_in).where(sign_in.c.token_hash == _hash(token)).values(ended_at=now))


def _failures(tx: Connection, whose: ColumnElement[bool], since: datetime) -> int:
    return tx.scalar(select(func.count()).where(whose, sign_in_failure.c.at > since)) or 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

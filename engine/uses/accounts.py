"""Accounts: signing in with a password, one's own password, and what whoever runs the installation does for people.

A password is hashed and compared outside of any transaction. One that is given out is returned once and kept only as its
hash; whoever signs in with it can do nothing before it is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, select, update

from engine.db import fetch
from engine.db.rows import PersonRow
from engine.db.tables import person, post, unit
from engine.errors import InvalidValues, NotFound, Refused
from engine.ids import new_password
from engine.messages import Text, When, pgettext, sentences
from engine.messages import gettext as _
from engine.organisation import accounts, people, sign_ins, units
from engine.organisation.people import ROLES
from engine.organisation.sign_ins import SignIn, Visitor
from engine.runtime.notify.notices import catch_up as catch_up_notices
from engine.runtime.step import audit
from engine.uses.transactions import Transactions

T = TypeVar("T")
WHO_ASKS = _("Use --by to say who asks for it. It is recorded in the audit log. Nothing has changed.")
CHAIN = "organisation"
"""The chain of the audit that says who has changed units, people and posts."""


@dataclass(frozen=True)
class PersonLine:
    """A person in the list: the posts held now and later, in words, and how the account stands."""

    login: str
    name: str
    posts: tuple[Text, ...]
    status: Text


class AccountUses:
    def __init__(self, transactions: Transactions) -> None:
        self._database, self._clock = transactions.database, transactions.clock

    def sign_in(self, login: str, password: str, address: str, browsers: Collection[str] = ()) -> SignIn:
        """A new session, or a refusal that is counted. `browsers` are ids by which this browser may be known."""
        with self._database.reading() as tx:
            attempt = sign_ins.look_at(tx, login, address, browsers, self._clock.now())
        right = not attempt.held and sign_ins.matches(attempt.password_hash, password)
        now = self._clock.now()

        def enter(tx: Connection) -> SignIn:
            found = sign_ins.settle(tx, attempt, right, now)
            if found.person_id is not None:
                catch_up_notices(tx, found.person_id, now)
            return found

        return self._database.run(enter)

    def visitor(self, token: str) -> Visitor | None:
        """Who has this session; None when it is over."""
        now = self._clock.now()
        with self._database.reading() as tx:
            found = sign_ins.visitor(tx, token, now)
        if found is None or not found.unwritten:
            return found
        self._database.run(lambda tx: sign_ins.touch(tx, token, now))
        return found

    def act_for(self, token: str, unit_code: str) -> None:
        self._database.run(lambda tx: sign_ins.act_for(tx, token, unit_code, self._clock.now()))

    def sign_out(self, token: str) -> None:
        self._database.run(lambda tx: sign_ins.sign_out(tx, token, self._clock.now()))

    def choose_password(self, person_id: str, token: str, old: str, new: str, again: str) -> None:
        """The person has the new password, and every other session is over. Raises InvalidValues, and Refused after too
        many wrong tries with the old one."""
        with self._database.reading() as tx:
            row = fetch.one(tx, PersonRow, select(person).where(person.c.id == person_id))
            attempt = sign_ins.look_at_own(tx, row, token, self._clock.now())
        if attempt.held:
            raise Refused(sign_ins.HELD)
        right = sign_ins.matches(row.password_hash, old)
        problems = accounts.problems_of(row.login, old, new, again)
        if not right:
            self._database.run(lambda tx: sign_ins.count_own(tx, attempt, self._clock.now()))
            problems["old"] = _("The present password is not correct.")
        if problems:
            raise InvalidValues(problems)
        hashed, now = sign_ins.hash_password(new), self._clock.now()

        def change(tx: Connection) -> None:
            still = tx.scalar(select(person.c.password_hash).where(person.c.id == person_id))
            if still != row.password_hash:
                raise Refused(
                    _(
                        "The password has just been changed elsewhere, so it was not changed here. Sign in again with "
                        "the new one."
                    )
                )
            sign_ins.choose_password(tx, person_id, hashed, token, now)
            audit.note(tx, CHAIN, now, "password_chosen", {"login": row.login}, person_id=person_id)

        self._database.run(change)

    def choose_appearance(self, person_id: str, chosen: Mapping[str, str | bool]) -> None:
        """The pages of this person are in that `language` (zh, en), and in `large_type` or not; what is not named stays."""
        known = {name: chosen[name] for name in ("language", "large_type") if name in chosen}
        if known:
            self._database.run(lambda tx: tx.execute(update(person).where(person.c.id == person_id).values(known)))

    # --- for whoever runs the installation ---

    def add(self, login: str, name: str, unit_code: str, role: str, email: str, by: str) -> str:
        """A person with a post from now on. Returns the password that is given out once. Raises Refused."""
        accounts.require_login(login)
        accounts.require_name(name)
        accounts.require_email(email)
        password, now = new_password(), self._clock.now()
        hashed = sign_ins.hash_password(password)

        def write(tx: Connection) -> None:
            if tx.scalar(select(person.c.id).where(person.c.login == login)):
                raise Refused(
                    _(
                        "The account %(login)s already exists. For a new password: lianban person password %(login)s.",
                        login=login,
                    )
                )
            if units.find(tx, unit_code, now) is None:
                no_unit = _("There is no unit with the code %(code)s.", code=unit_code)
                raise Refused(sentences(no_unit, accounts.instead(unit_code, accounts.unit_codes(tx, now))))
            if role not in ROLES:
                no_role = _("There is no post called %(role)s.", role=role)
                raise Refused(sentences(no_role, accounts.instead(role, ROLES)))
            added = people.add(tx, login, name, "!")
            tx.execute(update(person).where(person.c.id == added.id).values(email=email or None))
            sign_ins.give_password(tx, added.id, hashed, now)
            people.appoint(tx, added.id, unit_code, role, now)
            told = {"login": login, "name": name, "unit": unit_code, "role": role}
            audit.note(tx, CHAIN, now, "person_added", {"by": by, **told})

        self._change(by, write)
        return password

    def end(self, login: str, by: str) -> list[Text]:
        """Every post of the person ends now, tasks that lie with the person are open to the unit again, and the account
        is closed. Returns the posts that ended, in words. Raises Refused, NotFound."""
        now = self._clock.now()

        def write(tx: Connection) -> list[Text]:
            row = _found(tx, login)
            held = _posts_of(tx, row.id, now)
            if not held and not row.active:
                raise Refused(
                    _(
                        "%(name)s (%(login)s) holds no post, and the account is already closed.",
                        name=row.name,
                        login=login,
                    )
                )
            for one in held:
                people.end_post(tx, one.id, now)
            close_account(tx, row.id, now)
            ended = [{"unit": one.unit_code, "role": one.role, "from": one.valid_from.isoformat()} for one in held]
            audit.note(tx, CHAIN, now, "person_ended", {"by": by, "login": login, "posts": ended})
            return [_in_words(one) for one in held]

        return self._change(by, write)

    def give_password(self, login: str, by: str) -> str:
        """Another password that is given out once; the person's sessions are over. Raises NotFound, Refused."""
        password, now = new_password(), self._clock.now()
        hashed = sign_ins.hash_password(password)

        def write(tx: Connection) -> None:
            row = _found(tx, login)
            if not row.active:
                raise Refused(
                    _(
                        "Account %(login)s is closed, so no password was given. To open it again, write a post for "
                        "this person in city.toml and run 'lianban found'.",
                        login=login,
                    )
                )
            sign_ins.give_password(tx, row.id, hashed, now)
            audit.note(tx, CHAIN, now, "password_given", {"by": by, "login": login})

        self._change(by, write)
        return password

    def unlock(self, login: str, by: str) -> None:
        """The account is open although there were too many wrong tries. Raises NotFound."""
        now = self._clock.now()

        def write(tx: Connection) -> None:
            row = _found(tx, login)
            sign_ins.unlock(tx, row.id, now)
            audit.note(tx, CHAIN, now, "account_unlocked", {"by": by, "login": login})

        self._change(by, write)

    def listed(self, unit_code: str = "") -> list[PersonLine]:
        """Everybody, or whoever holds a post in the unit, by login."""
        now = self._clock.now()
        with self._database.reading() as tx:
            rows = fetch.every(tx, PersonRow, select(person).order_by(person.c.login))
            held = {row.id: _posts_of(tx, row.id, now) for row in rows}
            return [
                PersonLine(row.login, row.name, tuple(map(_in_words, held[row.id])), _status(tx, row, now))
                for row in rows
                if not unit_code or any(one.unit_code == unit_code for one in held[row.id])
            ]

    def is_founded(self) -> bool:
        """Whether there is anybody who could sign in."""
        with self._database.reading() as tx:
            return tx.execute(select(post.c.id).limit(1)).first() is not None

    def _change(self, by: str, write: Callable[[Connection], T]) -> T:
        if not by.strip():
            raise Refused(WHO_ASKS)
        return self._database.run(write)


def close_account(tx: Connection, person_id: str, now: datetime) -> None:
    """Nobody signs in with it any more; who has it open is out."""
    tx.execute(update(person).where(person.c.id == person_id).values(active=False))
    sign_ins.end_sessions(tx, person_id, now)


def _found(tx: Connection, login: str) -> PersonRow:
    row = fetch.first(tx, PersonRow, select(person).where(person.c.login == login))
    if row is None:
        known = tx.scalars(select(person.c.login)).all()
        no_account = _("There is no account called %(login)s.", login=login)
        raise NotFound(sentences(no_account, accounts.instead(login, known)))
    return row


class _Post(NamedTuple):
    id: str
    unit_code: str
    role: str
    valid_from: datetime
    valid_to: datetime | None
    unit_name: str


def _posts_of(tx: Connection, person_id: str, now: datetime) -> list[_Post]:
    """Posts that are held now or will be."""
    lasts = post.c.valid_to.is_(None) | (post.c.valid_to > now)
    own = (post.c[name] for name in ("id", "unit_code", "role", "valid_from", "valid_to"))
    columns = (*own, unit.c.name.label("unit_name"))
    statement = select(*columns).join(unit, unit.c.code == post.c.unit_code)
    held = statement.where(post.c.person_id == person_id, lasts)
    return fetch.every(tx, _Post, held.order_by(post.c.valid_from, post.c.id))


def _in_words(row: _Post) -> Text:
    told = {"unit": row.unit_name, "role": ROLES[row.role], "since": When(row.valid_from, "day")}
    if row.valid_to is None:
        return _("%(role)s of %(unit)s, since %(since)s", **told)
    return _(
        "%(role)s of %(unit)s, from %(since)s until %(until)s",
        until=When(row.valid_to, "minute"),
        **told,
    )


def _status(tx: Connection, row: PersonRow, now: datetime) -> Text:
    if not row.active:
        return pgettext("account", "closed")
    if sign_ins.is_held(tx, row.login, now):
        return pgettext("account", "locked")
    if row.must_change_password:
        return _("one-time password not changed yet")
    return pgettext("account", "in order")

"""Programs that act for a person without a session: a modeler, with the person's password or with a token.

A password is compared outside of any transaction, and wrong tries are counted as at the door. A token is nothing that is
stored: it is sealed with the installation's key over the person, its last instant and the password as it is kept, so it
ends with a change of the password, with the account, and by itself.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from engine.clock import require_aware
from engine.db import fetch
from engine.db.rows import PersonRow
from engine.db.tables import person
from engine.deployments.definitions import Definition
from engine.errors import NotAllowed, NotSignedIn
from engine.keys import Keys
from engine.messages import gettext as _
from engine.organisation import sign_ins
from engine.organisation.assignment import Actor, ProcedureSubject, Subject, may
from engine.uses.transactions import Transactions

TOKEN_LASTS = timedelta(days=90)
PURPOSE = "program token"
"""What the installation's key is derived for."""
LONGEST = 512
"""Characters of a token; what is longer is none."""
NOT_RIGHT = _("The token is not valid, or no longer valid. Make a new one on the pages.")


@dataclass(frozen=True)
class Token:
    text: str
    until: datetime


class ProgramUses:
    def __init__(self, transactions: Transactions, keys: Keys) -> None:
        self._database, self._clock, self._keys = transactions.database, transactions.clock, keys

    def by_password(self, login: str, password: str, address: str) -> str:
        """The id of the person whose password it is. Raises NotSignedIn, which is counted, and NotAllowed while the
        password is one that was given out once."""
        with self._database.reading() as tx:
            attempt = sign_ins.look_at(tx, login, address, (), self._clock.now())
        right = not attempt.held and sign_ins.matches(attempt.password_hash, password)
        if not right or attempt.person_id is None:
            raise NotSignedIn(self._database.run(lambda tx: sign_ins.refusal(tx, attempt, False, self._clock.now())))
        with self._database.reading() as tx:  # nothing is written for whoever is let in
            refused = sign_ins.refusal(tx, attempt, right, self._clock.now())
            row = _row(tx, attempt.person_id)
        if refused:
            raise NotSignedIn(refused)
        _require_own_password(row)
        return attempt.person_id

    def by_token(self, text: str) -> str:
        """The id of the person whose token it is. Raises NotSignedIn, and NotAllowed as `by_password` does."""
        person_id, until, seal = _parts(text)
        with self._database.reading() as tx:
            row = _row(tx, person_id)
        if row is None or not hmac.compare_digest(seal.encode(), self._seal(row, until.isoformat()).encode()):
            raise NotSignedIn(NOT_RIGHT)
        if until <= self._clock.now():
            raise NotSignedIn(NOT_RIGHT)
        _require_own_password(row)
        return person_id

    def make_token(self, person_id: str) -> Token:
        """A token by which a program acts for the person. It is shown once and kept nowhere."""
        until = self._clock.now().replace(microsecond=0) + TOKEN_LASTS
        with self._database.reading() as tx:
            row = _row(tx, person_id)
        if row is None:
            raise NotSignedIn
        parts = [person_id, until.isoformat(), self._seal(row, until.isoformat())]
        return Token(base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("="), until)

    def actor(self, person_id: str, verb: str) -> Actor:
        """The person as acting for that of the own units for which this is allowed. Raises NotAllowed, NotSignedIn."""
        return self._acting(person_id, verb, None)

    def _acting(self, person_id: str, verb: str, subject: Subject) -> Actor:
        with self._database.reading() as tx:
            actors = sign_ins.actors(tx, person_id, self._clock.now())
        if not actors:
            raise NotSignedIn(_("You hold no post at present."))
        decisions = [(one, may(one, verb, subject)) for one in actors]
        for one, decision in decisions:
            if decision.allowed:
                return one
        raise NotAllowed(decisions[0][1].reason)

    def starter(self, person_id: str, definition: Definition) -> Actor:
        """The person as acting for that unit for which the procedure may be started. Raises as `actor` does."""
        return self._acting(person_id, "start", ProcedureSubject(definition.diagram.process.candidate_starters))

    def _seal(self, row: PersonRow, until: str) -> str:
        return self._keys.seal(PURPOSE, [row.id, until, row.password_hash])


def _row(tx: Connection, person_id: str) -> PersonRow | None:
    return fetch.first(tx, PersonRow, select(person).where(person.c.id == person_id, person.c.active))


def _require_own_password(row: PersonRow | None) -> None:
    if row is not None and row.must_change_password:
        raise NotAllowed(_("First change the one-time password on the pages."))


def _parts(text: str) -> tuple[str, datetime, str]:
    """Person, last instant and seal. Raises NotSignedIn for what is no token."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        person_id, until, seal = (str(part).encode(errors="replace").decode().replace("\x00", "") for part in found)
        return person_id, require_aware(datetime.fromisoformat(until)), seal
    except (ValueError, TypeError, RecursionError):
        raise NotSignedIn(NOT_RIGHT) from None

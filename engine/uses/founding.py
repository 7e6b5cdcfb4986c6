"""Founding a city from its file, and later changing it: first shown, then done by somebody who is named.

What the file says is made so. What it no longer says stays as it is, unless `end_missing` is asked for: a row that was
lost while editing must not take anybody's office. Matters are never removed, because cases cite them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from engine.clock import local_date
from engine.db import fetch
from engine.db.tables import matter, party, person, post, process_instance, task, unit
from engine.errors import LianbanError, Refused
from engine.ids import new_password
from engine.messages import Text, When, lines, ngettext, pgettext, phrases, sentences, to_json, words
from engine.messages import gettext as _
from engine.organisation import city_file, jurisdiction, people, sign_ins, units
from engine.organisation.city_rows import CityFile, FaultyLine, PostRow
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS
from engine.runtime.step import audit
from engine.states import InstanceStatus, TaskStatus
from engine.uses.accounts import CHAIN, WHO_ASKS, close_account
from engine.uses.city_needs import missing_holders, missing_units
from engine.uses.transactions import Transactions

EXAMPLE = Path(city_file.__file__).with_name("city_example.toml")


@dataclass
class Founding:
    """What a file makes of the installation: sentences, and the passwords that are given out once, by login."""

    changes: list[Text] = field(default_factory=list)
    kept: list[Text] = field(default_factory=list)
    """What is there and not in the file, and stays."""
    doubts: list[Text] = field(default_factory=list)
    refused: list[FaultyLine] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


class FileRefused(LianbanError):
    default = _("This file cannot be used yet. Nothing has changed. Correct what is listed below and run this again.")
    code = "city_file_refused"
    status = 422

    def __init__(self, faults: list[FaultyLine]) -> None:
        super().__init__()
        self.faults = sorted(faults, key=lambda fault: fault.line)

    @property
    def whole(self) -> Text:
        return lines([self.sentence, *(fault.whole for fault in self.faults)])


class FoundingUses:
    def __init__(self, transactions: Transactions, processes_dir: Path) -> None:
        self._database, self._clock, self._processes_dir = transactions.database, transactions.clock, processes_dir

    def look(self, content: bytes, end_missing: bool = False) -> Founding:
        """What the file would change. Raises FileRefused with every fault; nothing is written in any case."""
        told = city_file.read(content)
        with self._database.reading() as tx:
            return self._settled(tx, told, {}, end_missing)

    def apply(self, content: bytes, by: str, end_missing: bool = False) -> Founding:
        """The city is as the file says. Raises FileRefused, and Refused without a name."""
        if not by.strip():
            raise Refused(WHO_ASKS)
        told = city_file.read(content)
        with self._database.reading() as tx:
            new = self._settled(tx, told, {}, end_missing).passwords
        passwords = {login: new_password() for login in new}
        hashes = {login: sign_ins.hash_password(password) for login, password in passwords.items()}

        def write(tx: Connection) -> Founding:
            found = self._settled(tx, told, hashes, end_missing)
            if found.passwords.keys() != passwords.keys():
                raise Refused(_("The people have just been changed elsewhere, so nothing was written. Run this again."))
            if found.changes:
                content = {"by": by.strip(), "changes": list(map(to_json, found.changes))}
                audit.note(tx, CHAIN, self._clock.now(), "city_founded", content)
            return found

        found = self._database.run(write)
        found.passwords = passwords
        return found

    def _settled(self, tx: Connection, told: CityFile, hashes: Mapping[str, str], end_missing: bool) -> Founding:
        """Everything is written in this transaction: a look is one that is rolled back."""
        now = self._clock.now()
        faults = [*told.faults, *missing_holders(tx, told, self._processes_dir, local_date(now))]
        made = _Maker(tx, told, now, hashes, end_missing)
        if not told.faults:
            made.make()
            faults += made.found.refused
        if faults:
            raise FileRefused(faults)
        made.found.doubts += list(missing_units(tx, told, self._processes_dir))
        return made.found


class _Maker:
    """Makes the differences, and says each in a sentence. What cannot be done is refused with its line, all in one round."""

    def __init__(
        self, tx: Connection, told: CityFile, now: datetime, hashes: Mapping[str, str], end_missing: bool
    ) -> None:
        self.tx, self.told, self.now, self.hashes, self.end_missing = tx, told, now, hashes, end_missing
        self.found = Founding()
        self.ids: dict[str, str] = {}

    def make(self) -> None:
        self._units()
        self._people()
        ends, begins = self._compared_posts()
        for sentence, post_id in ends:
            people.end_post(self.tx, post_id, self.now)
            self._say(sentence)
        if not self.found.refused:
            for row in begins:
                self._appoint(row)
        self._accounts_without_posts()
        self._matters()
        self._units_that_are_gone()

    # --- units ---

    def _units(self) -> None:
        there = {row.code: row for row in self.tx.execute(select(unit))}
        names = {
            "name": pgettext("unit", "name"),
            "full_name": pgettext("unit", "full name"),
            "phone": pgettext("unit", "telephone"),
            "abbreviation": pgettext("unit", "abbreviation"),
        }
        for row in sorted(self.told.units, key=lambda one: one.parent is not None):
            known = there.get(row.code)
            if known is None:
                added = (row.code, row.name, row.kind, row.abbreviation)
                units.add(self.tx, *added, self.now, row.parent, row.full_name, row.phone)
                self._say(
                    _("New unit %(name)s (%(code)s, %(kind)s)", name=row.name, code=row.code, kind=KINDS[row.kind])
                )
                continue
            if known.valid_to is not None and known.valid_to <= self.now:
                self._refuse(
                    row.line,
                    _(
                        "The code %(code)s belongs to %(name)s, which has been dissolved. It cannot be used again. "
                        "Write another one.",
                        code=row.code,
                        name=known.name,
                    ),
                )
                continue
            if known.kind != row.kind:
                self._refuse(
                    row.line,
                    _(
                        "%(name)s is of the kind '%(kind)s' and cannot become '%(new)s', because cases follow the old "
                        "kind. Write another code to create a new unit.",
                        name=known.name,
                        kind=KINDS.get(known.kind, known.kind),
                        new=KINDS[row.kind],
                    ),
                )
                continue
            if known.parent_code != row.parent:
                self._refuse(
                    row.line,
                    _(
                        "The parent of %(name)s cannot be changed. Write another code to create a new internal body.",
                        name=known.name,
                    ),
                )
                continue
            changed = {key: getattr(row, key) for key in names if getattr(row, key) != getattr(known, key)}
            if changed:
                self.tx.execute(update(unit).where(unit.c.code == row.code).values(**changed))
                self._say(
                    _(
                        "Unit %(name)s (%(code)s): %(changes)s",
                        name=known.name,
                        code=row.code,
                        changes=_changes(names, known, changed),
                    )
                )

    def _units_that_are_gone(self) -> None:
        named = {row.code for row in self.told.units}
        lasts = unit.c.valid_to.is_(None) | (unit.c.valid_to > self.now)
        for row in self.tx.execute(select(unit).where(lasts).order_by(unit.c.parent_code.is_(None), unit.c.code)).all():
            if row.code in named:
                continue
            if not self.end_missing:
                self.found.kept.append(_("unit %(name)s (%(code)s)", name=row.name, code=row.code))
            elif why := self._still_needed(row.code):
                self._refuse(
                    0, _("Unit %(name)s (%(code)s) cannot be dissolved: %(why)s", name=row.name, code=row.code, why=why)
                )
            else:
                self.tx.execute(update(unit).where(unit.c.code == row.code).values(valid_to=self.now))
                self._say(_("Unit %(name)s (%(code)s) is dissolved", name=row.name, code=row.code))

    def _still_needed(self, code: str) -> Text:
        running = select(func.count(party.c.instance_id.distinct())).join(
            process_instance, process_instance.c.id == party.c.instance_id
        )
        cases = (
            self.tx.scalar(running.where(party.c.unit_code == code, process_instance.c.status != InstanceStatus.ENDED))
            or 0
        )
        tasks = (
            self.tx.scalar(select(func.count()).where(task.c.unit_code == code, task.c.status == TaskStatus.OPEN)) or 0
        )
        if cases or tasks:
            return ngettext(
                "It still has %(num)s open case. Wait until it is closed.",
                "It still has %(num)s open cases. Wait until they are closed.",
                max(cases, tasks),
            )
        if self.tx.scalar(select(func.count()).where(matter.c.department_code == code)):
            return _("It supervises matters in the list. First give these matters to other units in the file.")
        return ""

    # --- people ---

    def _people(self) -> None:
        there = {row.login: row for row in self.tx.execute(select(person))}
        for row in self.told.people:
            known = there.get(row.login)
            if known is None:
                added = people.add(self.tx, row.login, row.name, "!")
                self.ids[row.login] = added.id
                self.tx.execute(update(person).where(person.c.id == added.id).values(email=row.email))
                self._give_password(row.login)
                self._say(
                    _("New person %(name)s (%(login)s), with a one-time password", name=row.name, login=row.login)
                )
                continue
            self.ids[row.login] = known.id
            if not known.active:
                self.tx.execute(update(person).where(person.c.id == known.id).values(active=True))
                self._give_password(row.login)
                self._say(
                    _(
                        "Account %(login)s (%(name)s) is open again, with a one-time password",
                        login=row.login,
                        name=row.name,
                    )
                )
            if known.name != row.name:
                self.tx.execute(update(person).where(person.c.id == known.id).values(name=row.name))
                self._say(
                    _(
                        "Person %(login)s: name %(before)s → %(after)s",
                        login=row.login,
                        before=known.name,
                        after=row.name,
                    )
                )
            if row.email and known.email is None:  # who has chosen an address keeps it
                self.tx.execute(update(person).where(person.c.id == known.id).values(email=row.email))
                self._say(
                    _(
                        "Person %(name)s (%(login)s): mail address %(email)s",
                        name=row.name,
                        login=row.login,
                        email=row.email,
                    )
                )

    def _give_password(self, login: str) -> None:
        self.found.passwords[login] = ""
        if login in self.hashes:
            sign_ins.give_password(self.tx, self.ids[login], self.hashes[login], self.now)

    def _compared_posts(self) -> tuple[list[tuple[Text, str]], list[PostRow]]:
        """The posts that end, and those that begin; dates of those that go on are mended here."""
        left = _posts(self.tx, self.now)
        ends: list[tuple[Text, str]] = []
        begins: list[PostRow] = []
        for row in self.told.posts:
            same = [one for one in left if (one.login, one.unit_code, one.role) == (row.login, row.unit, row.role)]
            dated = [one for one in same if row.first is not None and local_date(one.valid_from) == row.first]
            known = next(iter(dated or ([] if row.first and row.first > local_date(self.now) else same)), None)
            if known is None:
                if row.valid_to is None or row.valid_to > self.now:
                    begins.append(row)
                continue
            left.remove(known)
            if row.valid_to == known.valid_to:
                continue
            last: Text = When(row.last, "day") if row.last else _("(no end)")
            said = _("%(post)s: until %(last)s", post=_said(known), last=last)
            if row.valid_to is not None and row.valid_to <= self.now:
                ends.append((said, known.id))
            else:
                self.tx.execute(update(post).where(post.c.id == known.id).values(valid_to=row.valid_to))
                self._say(said)
        for gone in left:
            if self.end_missing:
                ends.append((_("Post ended: %(post)s", post=_said(gone)), gone.id))
            else:
                self.found.kept.append(_("post %(post)s", post=_said(gone)))
        return ends, begins

    def _appoint(self, row: PostRow) -> None:
        begins = row.valid_from or self.now
        try:
            people.appoint(self.tx, self.ids[row.login], row.unit, row.role, begins, row.valid_to)
        except Refused as refused:
            said = _("%(login)s: %(said)s", login=row.login, said=refused.sentence)
            mend = _("If the previous holder is not in the file, write that person with 'to', or add --end-missing.")
            self._refuse(row.line, sentences(said, mend))
            return
        found = self.told.unit(row.unit)
        term: list[Text] = [_("from now on")]
        if row.first:
            term = [_("from %(day)s", day=When(row.first, "day"))]
        if row.last:
            term.append(_("until %(day)s", day=When(row.last, "day")))
        self._say(
            _(
                "%(login)s is appointed %(role)s of %(unit)s (%(term)s)",
                login=row.login,
                role=ROLES[row.role],
                unit=found.name if found else row.unit,
                term=phrases(term),
            )
        )

    def _accounts_without_posts(self) -> None:
        if not self.end_missing:
            return
        held = {row.login for row in _posts(self.tx, self.now)}
        for row in self.tx.execute(select(person).where(person.c.active).order_by(person.c.login)).all():
            if row.login not in held and row.login not in self.ids:
                close_account(self.tx, row.id, self.now)
                self._say(_("Account %(login)s (%(name)s) is closed", login=row.login, name=row.name))

    # --- matters ---

    def _matters(self) -> None:
        there = {one.code: one for one in jurisdiction.every(self.tx)}
        names = {
            "title": pgettext("unit", "name"),
            "department_code": _("supervising department"),
            "enforcing_kind": pgettext("matter", "enforcement"),
            "empowered_at": _("day of empowerment"),
            "basis": pgettext("matter", "basis"),
        }
        for row in self.told.matters:
            known = there.pop(row.matter.code, None)
            if known is None:
                self.tx.execute(insert(matter).values(**vars(row.matter)))
                self._say(_("New matter %(code)s %(title)s", code=row.matter.code, title=row.matter.title))
                continue
            changed = {
                key: getattr(row.matter, key) for key in names if getattr(row.matter, key) != getattr(known, key)
            }
            if changed:
                self.tx.execute(update(matter).where(matter.c.code == known.code).values(**changed))
                self._say(
                    _(
                        "Matter %(code)s %(title)s: %(changes)s",
                        code=known.code,
                        title=known.title,
                        changes=_changes(names, known, changed),
                    )
                )
        self.found.kept += [_("matter %(code)s %(title)s", code=one.code, title=one.title) for one in there.values()]

    def _say(self, sentence: Text) -> None:
        self.found.changes.append(sentence)

    def _refuse(self, line: int, sentence: Text) -> None:
        self.found.refused.append(FaultyLine(line, sentence))


class _Held(NamedTuple):
    """A post, with its holder's login and the names of both."""

    id: str
    person_id: str
    unit_code: str
    role: str
    valid_from: datetime
    valid_to: datetime | None
    login: str
    person_name: str
    unit_name: str


def _posts(tx: Connection, now: datetime) -> list[_Held]:
    """Posts that are held now or will be."""
    own = (post.c[name] for name in ("id", "person_id", "unit_code", "role", "valid_from", "valid_to"))
    columns = (*own, person.c.login, person.c.name.label("person_name"), unit.c.name.label("unit_name"))
    joined = post.join(person, person.c.id == post.c.person_id).join(unit, unit.c.code == post.c.unit_code)
    lasts = post.c.valid_to.is_(None) | (post.c.valid_to > now)
    held = select(*columns).select_from(joined).where(lasts)
    return fetch.every(tx, _Held, held.order_by(post.c.valid_from, post.c.id))


def _said(row: _Held) -> Text:
    return _(
        "%(name)s (%(login)s), %(role)s of %(unit)s",
        name=row.person_name,
        login=row.login,
        unit=row.unit_name,
        role=ROLES[row.role],
    )


def _changes(names: Mapping[str, Text], known: object, changed: Mapping[str, object]) -> Text:
    """What was there and what is, of each that has changed."""
    empty = _("(empty)")
    return phrases(
        words(names[key], _shown(getattr(known, key)) or empty, "→", _shown(value) or empty)
        for key, value in changed.items()
    )


def _shown(value: object) -> Text:
    return When(value, "day") if isinstance(value, date) else str(value or "")

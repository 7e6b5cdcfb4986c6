"""The demonstration: a fictional city, and cases that really ran. For one machine, on loopback, never for real work.

The cases are told in `processes/demonstration/cases.toml` as what people did, on which working day before today and at
what time. They are made by doing exactly that, with a clock that is moved: nothing is written past the engine.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, or_, select

from engine.app import Engine
from engine.clock import SHANGHAI, Clock, FixedClock, OffsetClock, SystemClock, local_date, midnight
from engine.db import migrate
from engine.db.tables import audit_entry, person, process_instance, task
from engine.deadlines.calendar import Calendar
from engine.errors import LianbanError
from engine.ids import new_password
from engine.messages import gettext as _
from engine.messages import language, sentences
from engine.organisation import jurisdiction, people, units
from engine.organisation.assignment import Actor
from engine.organisation.jurisdiction import Matter
from engine.organisation.sign_ins import hash_password
from engine.settings import Settings
from engine.states import TaskStatus

FOUNDED_BEFORE = timedelta(days=400)
"""The city's units and posts exist this long before the first case."""
ACCOUNTS_FILE = "demonstration-accounts.json"


@dataclass(frozen=True)
class Account:
    """An account to try things with: its login, password, and what it is good for."""

    login: str
    password: str
    name: str
    unit: str
    purpose: str


@dataclass(frozen=True)
class Demonstration:
    engine: Engine
    accounts: list[Account]
    moved: bool
    """Whether it runs at another time than the present."""


def open_demonstration(settings: Settings, starts_at: datetime | None = None) -> Demonstration:
    """The demonstration, made at its first start. With `starts_at` it runs at that time, in a folder of its own.

    Time only goes forward there: the same or a later time goes on with what is there; an earlier one puts the old
    demonstration aside (it is kept) and begins anew.
    """
    folder = settings.data_dir / ("demo" if starts_at is None else "demo-moved")
    if starts_at is not None and _latest(settings, folder) > starts_at and _began(folder) != starts_at:
        _put_aside(folder)
    nothing_outside = {"smtp_url": "", "webhook_url": "", "robots": "", "heads_to": ""}
    own = Settings(**{**vars(settings), "data_dir": folder, **nothing_outside})
    if not (folder / ACCOUNTS_FILE).exists():
        _make(own, starts_at or SystemClock().now())
        (folder / "began").write_text((starts_at or SystemClock().now()).isoformat())
    clock: Clock = SystemClock()
    if starts_at is not None:
        clock = OffsetClock(max(starts_at, _latest(settings, folder)))
    engine = Engine(own, clock)
    engine.prepare()
    engine.procedures_in_force.found()
    return Demonstration(engine, _featured(own), starts_at is not None)


def _began(folder: Path) -> datetime | None:
    path = folder / "began"
    return datetime.fromisoformat(path.read_text()) if path.exists() else None


def _latest(settings: Settings, folder: Path) -> datetime:
    """The last thing recorded in the demonstration of that folder; long ago when there is none. Raises NewerDatabase."""
    if not (folder / ACCOUNTS_FILE).exists():
        return midnight(date(1990, 1, 1))
    engine = Engine(Settings(**{**vars(settings), "data_dir": folder}))
    with engine.database.reading() as tx:
        migrate.revision(tx)
        latest = tx.scalar(select(func.max(audit_entry.c.at)))
    engine.close()
    return latest or midnight(date(1990, 1, 1))


def _put_aside(folder: Path) -> None:
    number = 1
    while (kept := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    folder.rename(kept)


# --- the city ---


def _make(settings: Settings, now: datetime) -> None:
    """A new demonstration whose story ends now. What was half made before is begun anew."""
    for path in settings.data_dir.glob("lianban.db*"):
        path.unlink()
    source = settings.processes_dir / "demonstration"
    told = tomllib.loads((source / "city.toml").read_text(encoding="utf-8"))
    cases = tomllib.loads((source / "cases.toml").read_text(encoding="utf-8"))["cases"]
    clock = FixedClock(now - FOUNDED_BEFORE)
    engine = Engine(settings, clock)
    engine.prepare()
    passwords = engine.database.run(lambda tx: _found(tx, told, clock.now()))
    engine.procedures_in_force.found()
    _Story(engine, clock, now).play(cases)
    engine.close()
    _write_secretly(settings.data_dir / ACCOUNTS_FILE, json.dumps(passwords, ensure_ascii=False, indent=1))


def _found(tx: Connection, told: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """Units, people with their posts, and matters. Returns the password of each login."""
    passwords = {}
    for row in told["units"]:
        named = (row["code"], row["name"], row["kind"], row["abbreviation"])
        units.add(tx, *named, at, row.get("parent"), row.get("full_name"), row.get("phone"))
    for row in told["people"]:
        passwords[row["login"]] = new_password()
        added = people.add(tx, row["login"], row["name"], hash_password(passwords[row["login"]]))
        years = row.get("acting_years")
        until = at + FOUNDED_BEFORE + timedelta(days=365 * years) if years else None
        people.appoint(tx, added.id, row["unit"], row["role"], at, until)
    for row in told["matters"]:
        empowered_at = row.get("empowered_at")
        jurisdiction.add(
            tx,
            Matter(
                row["code"],
                row["title"],
                row["department"],
                row["enforcing_kind"],
                empowered_at,
                row["basis"],
                row.get("pinyin", ""),
            ),
        )
    return passwords


def _featured(settings: Settings) -> list[Account]:
    told = tomllib.loads((settings.processes_dir / "demonstration" / "city.toml").read_text(encoding="utf-8"))
    passwords = json.loads((settings.data_dir / ACCOUNTS_FILE).read_text(encoding="utf-8"))
    names = {row["login"]: row for row in told["people"]}
    unit_names = {row["code"]: row["name"] for row in told["units"]}
    return [
        Account(
            login=row["login"],
            password=passwords[row["login"]],
            name=names[row["login"]]["name"],
            unit=unit_names[names[row["login"]]["unit"]],
            purpose=row[f"purpose_{language()}"],
        )
        for row in told["accounts"]
    ]


def _write_secretly(path: Path, text: str) -> None:
    """A file that only its owner reads, complete before it has its name."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


# --- the cases ---


@dataclass(frozen=True)
class _Act:
    at: datetime
    case: int
    order: int
    what: Mapping[str, Any]


class _Story:
    """Tells the cases in the order of time; what lies later than now has not happened yet."""

    def __init__(self, engine: Engine, clock: FixedClock, now: datetime) -> None:
        self.engine, self.clock, self.now = engine, clock, now
        self.numbers: dict[int, str] = {}
        with engine.database.reading() as tx:
            self.calendar = engine.transactions.context(tx).calendar
        self.today = self._last_working_day(local_date(now))

    def play(self, cases: list[Mapping[str, Any]]) -> None:
        acts = sorted(self._acts(cases), key=lambda act: (act.at, act.case, act.order))
        broken_off: set[int] = set()
        for act in acts:
            if act.at > self.now or act.case in broken_off:
                broken_off.add(act.case)
                continue
            self._pass_time(act.at)
            try:
                self._do(act)
            except LianbanError as error:
                problems = getattr(error, "problems", "")
                where = _("Case %(number)s of the demonstration, %(act)s:", number=act.case + 1, act=str(act.what))
                raise LianbanError(sentences(where, error.sentence, str(problems))) from error
        self._pass_time(self.now)

    def _acts(self, cases: list[Mapping[str, Any]]) -> Iterator[_Act]:
        for number, case in enumerate(cases):
            for order, what in enumerate(case["steps"]):
                yield _Act(self._instant(what["on"], what["at"]), number, order, what)

    def _pass_time(self, until: datetime) -> None:
        """What falls due on the way happens when it falls due."""
        while (due_at := self.engine.next_due()) is not None and due_at <= until:
            self.clock.set(max(due_at, self.clock.now()))
            if self.engine.tick() == 0:
                break
        self.clock.set(until)
        self.engine.tick()

    def _do(self, act: _Act) -> None:
        what, actor = act.what, self._actor(act.what["who"])
        raw = {key: self._raw(value) for key, value in what.get("values", {}).items()}
        if "start" in what:
            self.numbers[act.case] = self.engine.instances.start(actor, what["start"], raw)
            return
        number = self.numbers[act.case]
        if "press" in what:
            self.engine.instances.press(actor, number, what["press"])
        elif "claim" in what:
            self.engine.tasks.claim(actor, self._task(number, what["claim"]))
        elif "material" in what:
            values = {"copies": "1", "original": "original", **{k: str(v) for k, v in what["material"].items()}}
            self.engine.materials.add(actor, self._task(number, what["task"]), values)
        else:
            self.engine.tasks.complete(actor, self._task(number, what["complete"]), raw)

    def _task(self, number: str, element_id: str) -> str:
        """The open task of the case, or of a procedure that the case has called."""
        with self.engine.database.reading() as tx:
            case = select(process_instance.c.id).where(process_instance.c.number == number).scalar_subquery()
            found = tx.scalar(
                select(task.c.id)
                .join(process_instance, process_instance.c.id == task.c.instance_id)
                .where(or_(process_instance.c.id == case, process_instance.c.origin_instance_id == case))
                .where(task.c.element_id == element_id, task.c.status == TaskStatus.OPEN)
            )
        if found is None:
            raise LianbanError(_("%(number)s has no open %(element)s.", number=number, element=element_id))
        return str(found)

    def _actor(self, login: str) -> Actor:
        with self.engine.database.reading() as tx:
            row = tx.execute(select(person.c.id, person.c.name).where(person.c.login == login)).one()
            held = people.posts_of(tx, row.id, self.clock.now())
            unit = units.find(tx, held[0].acting_unit, self.clock.now())
        assert unit is not None
        return Actor(row.id, row.name, unit.code, unit.name, unit.kind, frozenset(post.role for post in held))

    def _raw(self, value: Any) -> list[str]:
        """Values as a browser sends them: @-3 14:20 is that time on the third working day before today."""
        if isinstance(value, list):
            return [text for item in value for text in self._raw(item)]
        if isinstance(value, bool):
            return ["true"] if value else []
        text = str(value)
        if text.startswith("@"):
            on, _, at = text[1:].partition(" ")
            day = self._day(int(on))
            return [f"{day.isoformat()}T{at}" if at else day.isoformat()]
        if text.startswith("login:"):
            return [self._actor(text.removeprefix("login:")).person_id]
        return [text]

    def _instant(self, on: int, at: str) -> datetime:
        return datetime.combine(self._day(on), time.fromisoformat(at), SHANGHAI)

    def _day(self, on: int) -> date:
        """The working day that many before (or after) the last working day that has begun."""
        day = self.today
        for _step in range(abs(on)):
            day = self.calendar.working_day_before(day) if on < 0 else self.calendar.next_working_day(day)
        return day

    def _last_working_day(self, day: date) -> date:
        calendar: Calendar = self.calendar
        return day if calendar.is_working_day(day) else calendar.working_day_before(day)

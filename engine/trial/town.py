"""The installation in which a diagram is tried: a city with somebody in every post, and the procedures that are needed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, select

from engine.app import Engine
from engine.bpmn.gate.procedures import begun_by
from engine.clock import FixedClock
from engine.db.tables import person, post
from engine.deployments import shipped
from engine.errors import DiagramRefused
from engine.organisation import city_file, jurisdiction, people, units
from engine.organisation.assignment import Actor
from engine.organisation.city_rows import CityFile
from engine.organisation.people import CASE_ROLES
from engine.organisation.units import Unit
from engine.runtime.instances import schedules
from engine.settings import Settings
from engine.uses.founding import EXAMPLE, FileRefused

BY = "lianban try"
FOUNDED_BEFORE = timedelta(days=400)
TWICE = ("case_officer", "legal_reviewer")
"""Posts that two people hold: one looks over what the other has written."""
ROLES = [role for role in people.ROLES if role in CASE_ROLES and role != "acting_principal"]


class Town:
    """A temporary installation; what is done in it leaves nothing behind."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.clock = clock
        self.engine = Engine(settings, clock)

    def close(self) -> None:
        self.engine.close()

    def people_of(self, unit_code: str) -> dict[str, str]:
        """Role -> the id of who holds it first in this unit; of the second one the name is `case_officer.2`."""
        with self.engine.database.reading() as tx:
            held = tx.execute(
                select(post.c.role, post.c.person_id)
                .join(person, person.c.id == post.c.person_id)
                .where(post.c.unit_code == unit_code)
                .order_by(person.c.login)
            )
            found: dict[str, str] = {}
            for row in held:
                found[row.role if row.role not in found else f"{row.role}.2"] = row.person_id
            return found

    def actor(self, person_id: str) -> Actor:
        """The person, acting for the unit of the post."""
        with self.engine.database.reading() as tx:
            name = tx.scalar(select(person.c.name).where(person.c.id == person_id)) or ""
            held = people.posts_of(tx, person_id, self.clock.now())
            unit = units.find(tx, held[0].acting_unit, self.clock.now())
        assert unit is not None
        return Actor(person_id, name, unit.code, unit.name, unit.kind, frozenset(one.role for one in held))

    def units_of_kind(self, kind: str) -> list[str]:
        with self.engine.database.reading() as tx:
            return [unit.code for unit in units.every(tx, self.clock.now(), {kind})]

    def planned(self, key: str, element_id: str) -> datetime | None:
        """When a case of the procedure begins by itself at this start event, as it is counted from now on."""

        def count(tx: Connection) -> datetime | None:
            schedules.lay(tx, self.engine.transactions.context(tx), key)
            found = (one for one in schedules.of_procedure(tx, key) if one.element_id == element_id)
            return next((one.next_at for one in found), None)

        self.rest_schedules()
        return self.engine.database.run(count)

    def rest_schedules(self) -> None:
        """No case begins by itself any more: one case is tried, and no other."""
        self.engine.database.run(schedules.rest)

    def pass_time(self, until: datetime) -> None:
        """It is that time; what fell due on the way has happened when it fell due."""
        while (due_at := self.engine.next_due()) is not None and due_at <= until:
            self.clock.set(max(due_at, self.clock.now()))
            if self.engine.tick() == 0:
                break
        self.clock.set(until)
        self.engine.tick()


@contextmanager
def prepared(
    settings: Settings, diagram: Path, city_toml: bytes | None, now: datetime, more: Iterable[Unit] = ()
) -> Iterator[Path]:
    """A folder with an installation in which the diagram is deployed; it is gone afterwards. `more` units are there, too.

    Raises DiagramRefused with everything that is wrong with the diagram, and FileRefused for a city's file.
    """
    with TemporaryDirectory(prefix="lianban-try-") as folder:
        town = Town(_of_the_trial(settings, Path(folder) / "prepared"), FixedClock(now - FOUNDED_BEFORE))
        try:
            town.engine.prepare()
            found = city_file.read(city_toml if city_toml is not None else EXAMPLE.read_bytes())
            if found.faults:
                raise FileRefused(found.faults)
            town.engine.database.run(lambda tx: _settle(tx, found, more, town.clock.now()))
            for path in _needed(diagram, settings.processes_dir):
                town.engine.procedures_in_force.deploy(path, BY)
        finally:
            town.close()
        yield Path(folder)


@contextmanager
def fresh(settings: Settings, folder: Path, now: datetime) -> Iterator[Town]:
    """A town of its own, as it was prepared: what one case does is nothing to the next."""
    with TemporaryDirectory(dir=folder) as own:
        data = Path(own) / "data"
        shutil.copytree(folder / "prepared", data)
        town = Town(_of_the_trial(settings, data), FixedClock(now))
        try:
            town.engine.prepare()
            yield town
        finally:
            town.close()


def _of_the_trial(settings: Settings, data_dir: Path) -> Settings:
    """Nothing leaves the trial, and nothing of the installation's own is touched."""
    nothing: Mapping[str, str] = dict.fromkeys(
        ("database_url", "smtp_url", "webhook_url", "robots", "heads_to", "record_key"), ""
    )
    return replace(settings, data_dir=data_dir, heads_file=None, **nothing)  # type: ignore[arg-type]


def _settle(tx: Connection, told: CityFile, more: Iterable[Unit], at: datetime) -> None:
    """The units and matters of the file, and other units; in each of them somebody holds every post."""
    written = [
        Unit(row.code, row.name, row.kind, row.abbreviation, row.parent, row.full_name, row.phone) for row in told.units
    ]
    known = {unit.code: unit for unit in (*more, *written)}
    for unit in sorted(known.values(), key=lambda one: one.parent_code is not None):
        told_of = (unit.code, unit.name, unit.kind, unit.abbreviation)
        units.add(tx, *told_of, at, unit.parent_code, unit.full_name, unit.phone)
        for role in ROLES:
            for number in range(1, 3 if role in TWICE else 2):
                added = people.add(tx, f"{unit.code}.{role}.{number}", f"{unit.name}{people.ROLES[role]}", "!")
                people.appoint(tx, added.id, unit.code, role, at)
    for matter in told.matters:
        jurisdiction.add(tx, matter.matter)


def _needed(diagram: Path, processes_dir: Path) -> list[Path]:
    """The diagram and those that it begins, each after what it calls: from beside it, else from what is shipped."""
    places: dict[str, Path] = {}
    for folder in (processes_dir, diagram.parent):
        for path in sorted(folder.glob("*.bpmn")):
            try:
                places[shipped.read_file(path).diagram.key] = path
            except (DiagramRefused, OSError):
                continue
    order: list[Path] = []
    asked: set[Path] = set()

    def add(path: Path) -> None:
        asked.add(path)
        for key in sorted(begun_by(shipped.read_file(path).diagram)):
            if key in places and places[key] not in asked:
                add(places[key])
        order.append(path)

    add(diagram)
    return order

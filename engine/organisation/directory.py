"""Whom and what a form may name, as the person who fills it in may name it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from engine.db.tables import number_sequence, party, process_instance
from engine.documents.fonts import Fonts, not_printed
from engine.organisation import jurisdiction, people, units
from engine.organisation.assignment import Actor
from engine.organisation.units import Unit

CASES_OFFERED = 30


class UnitDirectory:
    """`forms.validate.Directory` over the tables, for one actor at one instant."""

    def __init__(self, tx: Connection, actor: Actor, at: datetime, fonts: Fonts | None = None) -> None:
        """`fonts` are those that papers are set in, for forms whose answers may stand on one."""
        self.tx, self.actor, self.at, self.fonts = tx, actor, at, fonts

    def unit(self, code: str) -> Unit | None:
        return units.find(self.tx, code, self.at)

    def body(self, code: str) -> Unit | None:
        found = units.find(self.tx, code, self.at)
        return found if found and found.kind == "internal_body" and found.parent_code == self.actor.unit_code else None

    def is_colleague(self, person_id: str) -> bool:
        return any(found.id == person_id for found in self.colleagues())

    def is_matter(self, code: str) -> bool:
        return jurisdiction.find(self.tx, code) is not None

    def numbers_cases(self, series: str) -> bool:
        """Whether cases here have had numbers of this prefix, `YS-2026`."""
        ours = select(number_sequence.c.prefix).where(number_sequence.c.prefix == series.partition("-")[0])
        return self.tx.scalar(ours.limit(1)) is not None

    def is_case(self, number: str) -> bool:
        return self.tx.scalar(select(process_instance.c.id).where(process_instance.c.number == number)) is not None

    def not_printed(self, text: str) -> str:
        signs = self.fonts.unprintable(text) if self.fonts else []
        return str(not_printed(signs)) if signs else ""

    # --- what the pages offer to choose from ---

    def units_of(self, kinds: str) -> list[Unit]:
        """Units of these kinds (a comma list; empty for all), but not the actor's own."""
        chosen = [kind for kind in kinds.split(",") if kind] or None
        return [found for found in units.every(self.tx, self.at, chosen) if found.code != self.actor.unit_code]

    def bodies(self) -> list[Unit]:
        found = units.every(self.tx, self.at, ("internal_body",))
        return [body for body in found if body.parent_code == self.actor.unit_code]

    def colleagues(self) -> list[people.Person]:
        return people.colleagues(self.tx, self.actor.unit_code, self.at)

    def cases(self) -> list[tuple[str, str]]:
        """Number and title of the latest cases to which the actor's unit is a party."""
        own = select(party.c.instance_id).where(party.c.unit_code == self.actor.unit_code, party.c.seen_at.is_not(None))
        columns = select(process_instance.c.number, process_instance.c.title).where(process_instance.c.id.in_(own))
        latest = columns.order_by(process_instance.c.started_at.desc(), process_instance.c.number.desc())
        return [(row.number, row.title) for row in self.tx.execute(latest.limit(CASES_OFFERED))]

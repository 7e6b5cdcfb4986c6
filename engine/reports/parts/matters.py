"""What the 职责边界清单 says to somebody who fills in a form: who is competent, on what basis, and where the form differs.

A field with `widget=matter` names its neighbours: `receiver` the unit that is to get the case, `basis` the text that says
why, `on` the instant at which competence is judged, `own` the procedure to start instead of this one
when the matter is the unit's own. What is suggested never refuses: the list may be wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, select

from engine.clock import local_date
from engine.db.tables import fact, party, process_instance
from engine.db.values import decode
from engine.deployments import definitions
from engine.forms.schema import Field, Form
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation import duties, jurisdiction, units
from engine.organisation.assignment import ProcedureSubject, may
from engine.organisation.jurisdiction import Competence, Matter
from engine.organisation.pinyin import initials
from engine.reports.parts.names import Names, UnitName
from engine.runtime.step.step import Step

USUAL = 5
"""How many of a unit's usual matters stand first."""
LATEST = 200
"""So many of the unit's latest cases tell which matters are usual."""


@dataclass(frozen=True)
class MatterLine:
    """One line of what may be chosen. `unit` is who is competent today; None for the town of the place."""

    matter: Matter
    unit: UnitName | None
    department: UnitName | None
    competence: Competence
    usual: bool

    @property
    def initials(self) -> str:
        return initials(self.matter.pinyin)

    @property
    def spoken(self) -> str:
        return self.matter.pinyin.replace(" ", "")

    @property
    def who(self) -> Text:
        """Who is competent, in words: 市生态环境局, or 镇街."""
        return self.unit.name if self.unit else _("the towns and subdistricts")


@dataclass(frozen=True)
class Remedy:
    """One click that puts this value into the field."""

    value: str
    label: Text


@dataclass(frozen=True)
class Instead:
    """The procedure that this person may start in place of this one, since the matter is the unit's own."""

    key: str
    name: Name


@dataclass(frozen=True)
class Advice:
    """What follows from the chosen matter, by the keys of the neighbouring fields."""

    line: MatterLine
    on: date
    asked_by: UnitName | None
    follows: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, Text] = field(default_factory=dict)
    remedies: Mapping[str, Remedy] = field(default_factory=dict)
    tags: Mapping[str, Text] = field(default_factory=dict)
    instead: Instead | None = None
    amiss: bool = False
    """Whether the matter should not be here: the form names what to do with the unit's own, and it is its own."""


def lines(tx: Connection, step: Step, key: str) -> list[MatterLine]:
    """Every matter as the acting unit sees it today, its usual ones first; those stand once more in the list itself."""
    names, on = Names(tx), step.today()
    settled = _settled(tx, names, on)
    found = {one.code: _line(step, one, names, on, settled.get(one.code)) for one in jurisdiction.every(tx)}
    usual = [_as_usual(found[code]) for code in _usual(tx, step, key) if code in found]
    return [*usual, *found.values()]


def advise(asked: Field, form: Form, step: Step, values: Mapping[str, object]) -> Advice | None:
    """What the list says of the chosen matter; None while none is chosen."""
    code = values.get(asked.key)
    found = jurisdiction.find(step.tx, code) if isinstance(code, str) else None
    if found is None:
        return None
    names = Names(step.tx)
    at = values.get(asked.judged_on, step.facts.get(asked.judged_on))
    on = local_date(at) if isinstance(at, datetime) else step.today()
    entry = duties.in_force(step.tx, found.code, on)
    unit = names.unit(entry.proposal.unit_code) if entry else None
    line = _line(step, found, names, on, (unit.code, unit.kind) if unit else None)
    asked_by = names.unit(step.actor.unit_code) if step.actor else None
    follows, warned, remedies, tags = dict[str, str](), dict[str, Text](), dict[str, Remedy](), dict[str, Text]()
    if asked.basis in form.by_key:
        follows[asked.basis] = found.basis
        if values.get(asked.basis) == found.basis:
            tags[asked.basis] = _("From the list")
    if (receiver := form.by_key.get(asked.receiver)) is not None:
        other_side = _other_side(receiver, line)
        follows[receiver.key] = other_side.code if other_side else ""
        chosen = names.unit(str(values.get(receiver.key) or ""))
        if chosen is not None and _is_third(chosen, line):
            warned[receiver.key] = _(
                "The list gives this matter to %(who)s, not to %(unit)s. Check it. If the list is wrong, you can go "
                "on.",
                who=line.who,
                unit=chosen.name,
            )
            if line.unit and not line.competence.own and _takes(receiver, line.unit, step):
                remedies[receiver.key] = Remedy(line.unit.code, _("Change to %(unit)s", unit=line.unit.name))
    amiss = bool(asked.own) and line.competence.own
    instead = _instead(step, asked.own) if amiss else None
    return Advice(line, on, asked_by, follows, warned, remedies, tags, instead, amiss)


def _other_side(receiver: Field, line: MatterLine) -> UnitName | None:
    """Whom the form is to name: who is competent, unless that is oneself. Where only departments are asked, the one in
    charge of the matter may help with what is one's own."""
    if not line.competence.own:
        return line.unit
    return line.department if receiver.kind == "department" and line.competence.kind == "town" else None


def _instead(step: Step, key: str) -> Instead | None:
    """None when the procedure is not there, is retired, or is not for this person to start."""
    if step.actor is None:
        return None
    for definition in definitions.every_startable(step.tx):
        starters = ProcedureSubject(definition.diagram.process.candidate_starters)
        if definition.key == key and may(step.actor, "start", starters).allowed:
            return Instead(key, definition.called)
    return None


def _is_third(chosen: UnitName, line: MatterLine) -> bool:
    """Whether the list gives the matter neither to this unit nor to the towns when it is one.

    Of one's own matter the form says so anyway; who else may have it is not the list's business.
    """
    if line.competence.own:
        return False
    return chosen.kind != "town" if line.unit is None else chosen.code != line.unit.code


def _takes(receiver: Field, unit: UnitName, step: Step) -> bool:
    """Whether the field would take the unit, as far as its kinds go, and the unit still exists."""
    kinds = [kind for kind in receiver.kind.split(",") if kind]
    return (not kinds or unit.kind in kinds) and units.find(step.tx, unit.code, step.now) is not None


def _line(step: Step, found: Matter, names: Names, on: date, settled: tuple[str, str] | None) -> MatterLine:
    actor = step.actor
    own_code, own_kind = (actor.unit_code, actor.unit_kind) if actor else ("", "")
    judged = jurisdiction.competence(found, own_code, own_kind, on, settled)
    return MatterLine(found, names.unit(judged.unit_code), names.unit(found.department_code), judged, usual=False)


def _as_usual(line: MatterLine) -> MatterLine:
    return MatterLine(line.matter, line.unit, line.department, line.competence, usual=True)


def _settled(tx: Connection, names: Names, on: date) -> dict[str, tuple[str, str]]:
    """Matter -> the unit, with its kind, to which a dispute has given it, by what is in force on that day."""
    found = {}
    for code, versions in duties.entries(tx).items():
        current = next((entry for entry in versions if entry.valid_from <= on), None)
        unit = names.unit(current.proposal.unit_code) if current else None
        if unit is not None:
            found[code] = (unit.code, unit.kind)
    return found


def _usual(tx: Connection, step: Step, key: str) -> list[str]:
    """The matters with which the unit has started the most of its latest cases."""
    starter = step.definition.diagram.process.starter_fact
    if step.actor is None or not starter:
        return []
    own = (
        select(process_instance.c.id)
        .join(party, party.c.instance_id == process_instance.c.id)
        .where(party.c.unit_code == step.actor.unit_code, party.c.fact == starter)
        .order_by(process_instance.c.started_at.desc(), process_instance.c.id)
        .limit(LATEST)
        .subquery()
    )
    said = select(fact.c.instance_id, fact.c.value).where(fact.c.instance_id.in_(select(own.c.id)), fact.c.name == key)
    latest = {row.instance_id: decode(row.value) for row in tx.execute(said.order_by(fact.c.id))}
    counted = Counter(sorted(value for value in latest.values() if isinstance(value, str)))
    return [code for code, _times in counted.most_common(USUAL)]

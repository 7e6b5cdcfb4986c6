"""Whom the procedures ask for: what a city file has to name so that no case waits for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, select

from engine.bpmn.gate.procedures import begun_by
from engine.bpmn.reading.elements import Diagram
from engine.db.tables import unit
from engine.deployments import definitions
from engine.deployments.shipped import forms_beside
from engine.errors import LianbanError
from engine.forms.schema import Form
from engine.messages import Name, Text, listed, one_of
from engine.messages import gettext as _
from engine.organisation.city_rows import CityFile, FaultyLine
from engine.organisation.people import ROLES


@dataclass(frozen=True)
class _Need:
    """Somebody with one of these roles: in the unit of this code, or in every unit of these kinds."""

    procedure: str
    code: str
    kinds: frozenset[str]
    roles: frozenset[str]


def missing_holders(tx: Connection, told: CityFile, folder: Path, today: date) -> Iterator[FaultyLine]:
    """A unit to which the procedures turn has nobody for it: whoever sends there would wait for ever."""
    said = set[tuple[str, frozenset[str]]]()
    for need in _needs(tx, folder):
        for row in told.units:
            if (row.code != need.code and row.kind not in need.kinds) or (row.code, need.roles) in said:
                continue
            if not _is_held(told, row.code, need.roles, today):
                said.add((row.code, need.roles))
                asked = [(role, name) for role, name in ROLES.items() if role in need.roles]
                roles = one_of(_("%(role)s (%(name)s)", role=role, name=name) for role, name in asked)
                yield FaultyLine(
                    row.line,
                    _(
                        "%(unit)s has no %(roles)s at present, but the procedure '%(procedure)s' needs one.",
                        unit=row.name,
                        roles=roles,
                        procedure=Name(need.procedure),
                    ),
                )


def _is_held(told: CityFile, code: str, roles: frozenset[str], today: date) -> bool:
    """As `assignment.resolve` decides: a missing liaison falls back to the principal leader (R51)."""
    asked = roles | ({"principal_leader"} if "liaison" in roles else set())
    asked |= {"acting_principal"} if "principal_leader" in asked else set()
    return any(told.acting_unit(row.unit) == code and row.role in asked and row.is_held_on(today) for row in told.posts)


def missing_units(tx: Connection, told: CityFile, folder: Path) -> Iterator[Text]:
    named = {row.code for row in told.units} | set(tx.scalars(select(unit.c.code)))
    missing: dict[str, set[str]] = {}
    for need in _needs(tx, folder):
        if need.code and need.code not in named:
            missing.setdefault(need.code, set()).add(need.procedure)
    diagrams = [diagram for diagram, _forms in _procedures(tx, folder)] if missing else []
    for code, procedures in sorted(missing.items()):
        quoted = listed(_("'%(name)s'", name=Name(name)) for name in sorted(_with_callers(procedures, diagrams)))
        yield _(
            "There is no unit with the code %(code)s. These procedures are waiting for it: %(procedures)s.",
            code=code,
            procedures=quoted,
        )


def _with_callers(waiting: set[str], diagrams: Collection[Diagram]) -> set[str]:
    """Names of procedures: these, and those that wait with them since they call or start one of them, however far."""
    keys = {diagram.key for diagram in diagrams if diagram.name in waiting}
    callers = {diagram.name for diagram in diagrams if begun_by(diagram) & keys} - waiting
    return _with_callers(waiting | callers, diagrams) if callers else waiting


def _needs(tx: Connection, folder: Path) -> Iterator[_Need]:
    for diagram, forms in _procedures(tx, folder):
        starters = frozenset[tuple[str, str]]().union(*map(diagram.starters_at, diagram.form_starts))
        facts = diagram.declared_facts(forms.values())
        kinds = {
            field.key: frozenset(field.kind.split(","))
            for form in forms.values()
            for field in form.fields
            if field.kind
        }
        for text, roles in diagram.all_asked():
            if text == diagram.process.starter_fact:
                yield _Need(diagram.name, "", frozenset(kind for kind, _ in starters), roles)
            elif text in kinds:
                yield _Need(diagram.name, "", kinds[text], roles)
            elif text not in facts:
                yield _Need(diagram.name, text, frozenset(), roles)


def _procedures(tx: Connection, folder: Path) -> Iterator[tuple[Diagram, Mapping[str, Form]]]:
    """What is deployed, and what lies in the folder and waits to be."""
    yield from ((one.diagram, one.forms) for one in definitions.every_startable(tx))
    keys = set(definitions.every_key(tx))
    for path in sorted(folder.glob("*.bpmn")):
        try:
            diagram = definitions.read_diagram(path.read_bytes())
            forms = definitions.read_forms(diagram, forms_beside(folder, diagram.key))
        except LianbanError:
            continue  # it is refused when it is deployed, and named there
        if diagram.key not in keys:
            yield diagram, forms

"""What the library of procedures shows: what is in force and since when, and all that there is to a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.bpmn.reading.elements import Element
from engine.db.tables import audit_entry, process_instance, retirement
from engine.deployments import definitions, starts, versions
from engine.deployments import retirement as retiring
from engine.deployments.along import tests_of
from engine.deployments.definitions import Definition
from engine.deployments.letters import letters_named
from engine.documents import letter_versions
from engine.errors import NotFound
from engine.messages import Name, Text, words
from engine.messages import gettext as _
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS
from engine.reports.parts.coming_starts import ComingStart, coming_starts
from engine.reports.parts.drawing import Drawing, drawing_of
from engine.reports.parts.examples import Example, example
from engine.reports.parts.names import role_names
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.states import InstanceStatus


@dataclass(frozen=True)
class Cases:
    running: int = 0
    """Those that a fault has stopped among them."""
    ended: int = 0


@dataclass(frozen=True)
class Deployment:
    """One version: who put it in force, when and why, and how many cases run by it."""

    id: str
    number: int
    deployed_at: datetime
    deployed_by: str
    reason: str
    restores: int | None
    in_force: bool
    cases: Cases
    confirmed_by: str = ""
    """The second person, where the city asked for one."""


@dataclass(frozen=True)
class Retired:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Procedure:
    """A procedure of the list: its versions that matter now, the newest first, are those in force or with open cases."""

    key: str
    name: Name
    prefix: str
    summary: Name
    versions: tuple[Deployment, ...]
    retired: Retired | None

    @property
    def newest(self) -> Deployment:
        return self.versions[0]

    @property
    def alive(self) -> list[Deployment]:
        return [one for one in self.versions if one.in_force or one.cases.running]

    @property
    def running(self) -> int:
        return sum(one.cases.running for one in self.versions)


@dataclass(frozen=True)
class PeriodLine:
    name: Name
    element_id: str
    task: Name | None
    expression: str
    rule: str
    basis: str
    hard: bool
    example: Example | None


@dataclass(frozen=True)
class FormLine:
    form_id: str
    asked_by: tuple[Name, ...]
    fields: tuple[Name, ...]


@dataclass(frozen=True)
class LetterLine:
    """`issued_by` are the steps that deliver it, or file it in their own unit."""

    name: str
    title: str
    code: str
    issued_by: tuple[Name, ...]


@dataclass(frozen=True)
class StartLine:
    """A way to start it by hand, and who may; its name where there are several."""

    name: Name | None
    starters: tuple[Text, ...]


@dataclass(frozen=True)
class VersionView:
    procedure: Procedure
    version: Deployment
    name: Name
    summary: Name
    period: Name
    starts: tuple[StartLine, ...]
    coming: tuple[ComingStart, ...]
    """When cases begin by themselves, of the version in force."""
    calls: tuple[tuple[str, Name], ...]
    tasks: int
    timers: int
    buttons: int
    periods: tuple[PeriodLine, ...]
    forms: tuple[FormLine, ...]
    letters: tuple[LetterLine, ...]
    size: int
    sha256: str
    drawing: Drawing
    tests: bytes | None
    """The file of its tests."""
    outdated: frozenset[str]
    """Those among them that did not pass when it was deployed, which was meant."""


def listed(tx: Connection) -> list[Procedure]:
    """Every procedure with all its versions, those that are retired last."""
    counted = _cases(tx)
    found = [_procedure(tx, key, counted) for key in definitions.every_key(tx)]
    return sorted(found, key=lambda one: one.retired is not None)


def procedure(tx: Connection, key: str) -> Procedure:
    """Raises NotFound."""
    if not definitions.has_version(tx, key):
        raise NotFound(_("This procedure is not deployed."))
    return _procedure(tx, key, _cases(tx, key))


def version(tx: Connection, context: Context, key: str, number: int | None) -> VersionView:
    """The version with this number, or the one in force. Raises NotFound."""
    found = procedure(tx, key)
    one = deployment(found, number)
    definition = definitions.load(tx, one.id)
    diagram, process = definition.diagram, definition.diagram.process
    content = definitions.diagram_bytes(tx, one.id)
    elements = list(diagram.elements.values())
    return VersionView(
        procedure=found,
        version=one,
        name=definition.called,
        summary=definition.english.property(key, "", "summary", process.summary),
        period=definition.english.property(key, "", "period", process.period),
        starts=tuple(_starts(definition)),
        coming=tuple(coming_starts(tx, key)) if one.in_force else (),
        calls=tuple(_calls(tx, elements)),
        tasks=len(diagram.of_kind("userTask")),
        timers=sum(element.timer is not None for element in elements),
        buttons=sum(element.is_button for element in elements),
        periods=tuple(_period(definition, element, context) for element in diagram.periods),
        forms=tuple(_forms(definition)),
        letters=tuple(_letters(tx, definition)),
        size=len(content),
        sha256=definitions.digest_of(tx, key, one.number),
        drawing=drawing_of(definition),
        tests=tests_of(tx, one.id),
        outdated=_outdated(tx, key, one.number),
    )


def deployment(found: Procedure, number: int | None) -> Deployment:
    """Raises NotFound."""
    for one in found.versions:
        if one.number == number or (number is None and one.in_force):
            return one
    raise NotFound(_("There is no such version of the procedure."))


def _outdated(tx: Connection, key: str, number: int) -> frozenset[str]:
    """Which tests were deployed past, as the record of the procedures has it."""
    chain = select(audit_entry.c.content).where(audit_entry.c.instance_id == audit.PROCEDURES)
    deployed = tx.scalars(chain.where(audit_entry.c.kind.in_(("procedure_deployed", "version_restored"))))
    told = [one.get("tests_outdated", ()) for one in deployed if (one["key"], one["version"]) == (key, number)]
    return frozenset(name for names in told for name in names)


def _procedure(tx: Connection, key: str, counted: Mapping[str, Cases]) -> Procedure:
    newest = definitions.latest(tx, key)
    rows = versions.every_version(tx, key)
    return Procedure(
        key,
        newest.called,
        newest.diagram.process.number_prefix,
        newest.english.property(key, "", "summary", newest.diagram.process.summary),
        tuple(_deployment(row, row is rows[0], counted.get(row.id, Cases())) for row in rows),
        _retired(tx, key),
    )


def _deployment(row: versions.Listed, in_force: bool, cases: Cases) -> Deployment:
    told = (row.deployed_at, row.deployed_by, row.reason or "", row.restores)
    return Deployment(row.id, row.version, *told, in_force, cases, row.confirmed_by or "")


def _cases(tx: Connection, key: str | None = None) -> dict[str, Cases]:
    """Version -> how many cases run by it, and have."""
    columns = (process_instance.c.definition_id, process_instance.c.status, func.count())
    counted = select(*columns).group_by(*columns[:2])
    if key is not None:
        counted = counted.where(process_instance.c.key == key)
    found: dict[str, list[int]] = {}
    for definition_id, status, count in tx.execute(counted):
        found.setdefault(definition_id, [0, 0])[status == InstanceStatus.ENDED] += count
    return {definition_id: Cases(*numbers) for definition_id, numbers in found.items()}


def _retired(tx: Connection, key: str) -> Retired | None:
    if key not in retiring.retired(tx):
        return None
    own = (retirement.c.key == key) & retirement.c.revived_at.is_(None)
    row = tx.execute(select(retirement).where(own)).one()
    return Retired(row.retired_at, row.retired_by, row.reason)


def _starts(definition: Definition) -> Iterator[StartLine]:
    for start in starts.of(definition):
        yield StartLine(start.name if start.is_one_of_several else None, tuple(_starters(start.starters)))


def _starters(starters: Iterable[tuple[str, str]]) -> list[Text]:
    """Who may start it: the kinds of units, each with its posts."""
    roles: dict[str, set[str]] = {}
    for kind, role in starters:
        roles.setdefault(kind, set()).add(role)
    return [words(KINDS[kind], role_names(roles[kind] & ROLES.keys())) for kind in KINDS if kind in roles]


def _calls(tx: Connection, elements: list[Element]) -> list[tuple[str, Name]]:
    """The procedures that it calls or starts."""
    keys = {element.called.key for element in elements if element.called is not None}
    return [(key, definitions.latest(tx, key).called) for key in sorted(keys) if definitions.has_version(tx, key)]


def _period(definition: Definition, element: Element, context: Context) -> PeriodLine:
    drawn = element.properties.get("title") or element.name
    return PeriodLine(
        definition.english.titled(definition.key, element.id, drawn),
        element.id,
        definition.element_name(element.attached_to) if element.attached_to else None,
        element.timer.written if element.timer else "",
        element.properties.get("rule", ""),
        element.properties.get("basis", ""),
        element.properties.get("hard", "true") == "true",
        example(element.timer, context),
    )


def _forms(definition: Definition) -> list[FormLine]:
    lines = []
    for form_id in sorted(definition.diagram.form_ids):
        asking = [one for one in definition.diagram.elements.values() if one.form_ref == form_id]
        forms = [definition.forms[one.form_key] for one in asking]
        fields = {field.key: field.label for form in forms for field in form.fields if field.label}
        asked_by = tuple(definition.element_name(one.id) for one in asking)
        lines.append(FormLine(form_id, asked_by, tuple(fields.values())))
    return lines


def _letters(tx: Connection, definition: Definition) -> list[LetterLine]:
    issuing: dict[str, list[Element]] = {}
    for element in definition.diagram.elements.values():
        for name in letters_named(element):
            issuing.setdefault(name, []).append(element)
    lines = []
    for name in sorted(issuing):
        letter = letter_versions.latest(tx, name).letter
        by = tuple(definition.element_name(one.id) for one in issuing[name])
        lines.append(LetterLine(name, letter.name, letter.code, by))
    return lines

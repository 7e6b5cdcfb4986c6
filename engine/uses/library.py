"""The library of procedures: what is in force and what was, and what a person with the right to do so changes in it.

The engine's own words about a version are those of `lianban versions`; here a person acts, by a right of the post.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from engine.bpmn.gate.order import Findings
from engine.bpmn.reading.elements import Diagram
from engine.deployments import definitions, sent
from engine.deployments.along import tests_of
from engine.deployments.definitions import Definition
from engine.deployments.differences import Change, Drawn, differences
from engine.deployments.sent import Parts, Sent
from engine.deployments.shipped import File
from engine.errors import DiagramRefused, InvalidValues, NotAllowed, NotFound, Refused
from engine.messages import Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, may
from engine.problems import Problem
from engine.reports.oversight import library
from engine.reports.parts.drawing import Drawing, drawing_of
from engine.uses.deploying import Deployed, Waiting, changed_letters
from engine.uses.procedures import ProcedureUses
from engine.uses.shipped_compared import who
from engine.uses.transactions import Transactions

REASON_LIMIT = 500


@dataclass(frozen=True)
class Checked:
    """What there is to say of a diagram that was sent, and what it would change."""

    file: str
    content: bytes
    key: str = ""
    name: str = ""
    findings: Findings = field(default_factory=lambda: Findings(()))
    in_force: library.Deployment | None = None
    is_new: bool = True
    """Whether anything at all differs from what is in force."""
    changes: tuple[Change, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    """Where on the diagram each problem is drawn: of a flow, the element that it leaves; of a form, one that asks it."""
    drawing: Drawing = field(default_factory=lambda: Drawing({}, ()))
    """The names are those of the file, which somebody may just have changed, in every language."""
    unused: tuple[str, ...] = ()
    """Files that came along and of which nothing becomes."""
    letters: tuple[str, ...] = ()
    """The letters that would change with it."""
    tests: bytes | None = None
    """Its tests: those that came along, else those of the version in force."""
    tests_carried: bool = False
    """Whether they are those of the version in force."""

    @property
    def is_clean(self) -> bool:
        return not self.findings.errors

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.findings.problems if problem not in self.findings.errors)


@dataclass(frozen=True)
class Compared:
    procedure: library.Procedure
    before: library.Deployment
    after: library.Deployment
    changes: tuple[Change, ...]
    same_bytes: bool
    drawings: tuple[Drawing, Drawing]


class LibraryUses:
    """Every use raises NotAllowed for whoever has not the right that it takes."""

    def __init__(self, transactions: Transactions, procedures: ProcedureUses, folder: Path) -> None:
        self._transactions, self._procedures, self._folder = transactions, procedures, folder
        self._database = transactions.database

    # --- what there is ---

    def listed(self, actor: Actor) -> list[library.Procedure]:
        """Every procedure, those that are retired last."""
        require(actor, "read_procedures")
        return self._transactions.read(lambda tx, context: library.listed(tx))

    def version(self, actor: Actor, key: str, number: int | None = None) -> library.VersionView:
        """All that there is to the version, or to the one in force. Raises NotFound."""
        require(actor, "read_procedures")
        return self._transactions.read(lambda tx, context: library.version(tx, context, key, number))

    def diagram(self, actor: Actor, key: str, number: int) -> bytes:
        """The analyst's file, byte for byte. Raises NotFound."""
        return self._contents(actor, key, number)[0]

    def form(self, actor: Actor, key: str, number: int, form_id: str) -> bytes:
        """Raises NotFound."""
        forms = self._contents(actor, key, number)[1]
        if form_id not in forms:
            raise NotFound(_("This version has no such form."))
        return forms[form_id].encode()

    def compared(self, actor: Actor, key: str, old_number: int, new_number: int) -> Compared:
        """What differs between two versions. Raises NotFound."""
        require(actor, "read_procedures")

        def look(tx: Connection) -> Compared:
            found = library.procedure(tx, key)
            old, new = (library.deployment(found, number) for number in (old_number, new_number))
            drawn = [_drawn(tx, one.id) for one in (old, new)]
            same = definitions.contents(tx, old.id) == definitions.contents(tx, new.id)
            before, after = (drawing_of(definitions.load(tx, one.id)) for one in (old, new))
            return Compared(found, old, new, tuple(differences(*drawn)), same, (before, after))

        return self._transactions.read(lambda tx, context: look(tx))

    def place_of(self, actor: Actor, definition_id: str) -> tuple[str, int]:
        """Procedure and number of the version with this id. Raises NotFound."""
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            found = definitions.load(tx, definition_id)
        return found.key, found.version

    def startable(self, definition_id: str) -> Definition:
        """The version with this id, when a new case would take it. Raises NotFound, Refused."""
        with self._database.reading() as tx:
            wanted = definitions.load(tx, definition_id)
            found = definitions.startable(tx, wanted.key)
        if found.id != wanted.id:
            raise Refused(
                _(
                    "Version %(version)s of '%(name)s' is no longer in force. New cases use version %(now)s. Deploy "
                    "the diagram again, or start the case on the pages.",
                    version=wanted.version,
                    name=wanted.called,
                    now=found.version,
                )
            )
        return found

    # --- what is changed ---

    def check(self, actor: Actor, files: Sequence[Sent]) -> Checked:
        """Everything that stands in the way of a diagram, and what differs from the version in force. Nothing is stored.

        Raises Refused when what was sent is not one diagram with its forms.
        """
        require(actor, "draw_procedure")
        return self.look(files, lambda tx, parts: sent.file_of(tx, self._folder, parts))

    def look(self, files: Sequence[Sent], read: Callable[[Connection, Parts], File]) -> Checked:
        """As `check`, of what `read` makes of the files. Raises Refused."""
        parts = sent.parts_of(files)
        found = Checked(parts.diagram.base, parts.diagram.content)
        try:
            with self._database.reading() as tx:
                file = read(tx, parts)
        except DiagramRefused as refused:
            return replace(found, findings=Findings(tuple(refused.problems), refused.following), tests=parts.tests)
        findings = self._procedures.judge(file)
        found = replace(
            found, key=file.diagram.key, name=file.diagram.name, findings=findings, places=_places(file, findings)
        )
        found = replace(found, drawing=Drawing({}, [one.id for one in file.diagram.elements.values() if one.lapses]))
        found = replace(found, unused=tuple(parts.unused(file)), tests=file.along.tests)
        found = replace(found, tests_carried=file.along.tests_carried)
        return self._beside_what_is_in_force(found, file)

    def file(self, actor: Actor, files: Sequence[Sent]) -> File:
        """What was sent, as it would be deployed. Raises Refused, DiagramRefused."""
        require(actor, "draw_procedure")
        with self._database.reading() as tx:
            return sent.file_of(tx, self._folder, sent.parts_of(files))

    def deploy(
        self, actor: Actor, files: Sequence[Sent], reason: str, outdated: Sequence[str] = ()
    ) -> Deployed | Waiting:
        """The diagram that was sent is the version in force, or waits for a second person. Raises Refused, DiagramRefused.

        `outdated` are the tests of the version before that do not hold any more; the audit says so.
        """
        require(actor, "deploy_procedure")
        parts = sent.parts_of(files)
        with self._database.reading() as tx:
            file = sent.file_of(tx, self._folder, parts)
        return self._procedures.put(file, by_name(actor), reason[:REASON_LIMIT], actor.person_id, outdated)

    def restore(self, actor: Actor, key: str, number: int, reason: str) -> Definition | Waiting:
        """What an earlier version was is in force again, as a new one, or waits. Raises as `ProcedureUses` does."""
        require(actor, "deploy_procedure")
        return self._procedures.restore(key, number, by_name(actor), required(reason), actor.person_id)

    def tests(self, actor: Actor, key: str, number: int) -> bytes:
        """The tests of a version, byte for byte. Raises NotFound."""
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            found = tests_of(tx, library.deployment(library.procedure(tx, key), number).id)
        if found is None:
            raise NotFound(_("This version has no tests."))
        return found

    def retire(self, actor: Actor, key: str, reason: str) -> None:
        require(actor, "retire_procedure")
        self._procedures.retire(key, by_name(actor), required(reason))

    def revive(self, actor: Actor, key: str, reason: str) -> None:
        require(actor, "retire_procedure")
        self._procedures.revive(key, by_name(actor), required(reason))

    # --- within ---

    def _contents(self, actor: Actor, key: str, number: int) -> tuple[bytes, dict[str, str]]:
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            found = library.deployment(library.procedure(tx, key), number)
            return definitions.contents(tx, found.id)

    def _beside_what_is_in_force(self, found: Checked, file: File) -> Checked:
        with self._database.reading() as tx:
            if not definitions.has_version(tx, found.key):
                return found
            in_force = library.procedure(tx, found.key).newest
            drawn = _drawn(tx, in_force.id)
            told = (file.diagram, file.content, file.form_texts, file.along)
            letters = changed_letters(tx, file)
            is_new = bool(letters) or not definitions.is_in_force(tx, *told)
        changes = tuple(differences(drawn, Drawn(file.diagram, file.form_texts)))
        return replace(found, in_force=in_force, is_new=is_new, changes=changes, letters=tuple(letters))


def require(actor: Actor, verb: str) -> None:
    """Raises NotAllowed."""
    decision = may(actor, verb, None)
    if not decision.allowed:
        raise NotAllowed(decision.reason)


def required(reason: str) -> str:
    """Raises InvalidValues for a reason that says nothing."""
    if not reason.strip():
        raise InvalidValues({"reason": _("Give a reason. It is shown with the version and recorded in the audit log.")})
    return reason.strip()[:REASON_LIMIT]


def by_name(actor: Actor) -> str:
    """Who did it, as versions and the audit keep it."""
    return f"{actor.unit_name} {actor.person_name}"


def deployer(version: library.Deployment) -> Text:
    """Who has put the version in force, for a reader."""
    return who(version.deployed_by)


def _drawn(tx: Connection, definition_id: str) -> Drawn:
    return Drawn(definitions.load(tx, definition_id).diagram, definitions.contents(tx, definition_id)[1])


def _places(file: File, findings: Findings) -> dict[str, str]:
    found = ((one.element_id, _place_of(file.diagram, one.element_id)) for one in findings.problems)
    return {element_id: place for element_id, place in found if place}


def _place_of(diagram: Diagram, element_id: str) -> str:
    """The element at which a problem is drawn; empty for one that is nowhere on the diagram."""
    if element_id in diagram.elements or any(lane.id == element_id for lane in diagram.lanes):
        return element_id
    if element_id in diagram.flows:
        return diagram.flows[element_id].source
    form = element_id.partition(".")[0]
    return next((one.id for one in diagram.elements.values() if form and one.form_ref == form), "")

"""How a file comes into force within one transaction: judged, kept as a version, recorded; or kept until a second person agrees.

Where the city's rule `deployment.second_person` is true, nothing that people deploy comes into force by one of them alone:
neither from the pages nor from a modeler nor from the command line. What an installation is founded with is not deployed by
anybody, and waits for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.gate.order import Findings
from engine.db import stamp
from engine.db.english import english_of
from engine.db.rows import DefinitionVersionRow
from engine.deployments import definitions, judging, kept_files, sent
from engine.deployments import letters as deployed_letters
from engine.deployments import retirement as retiring
from engine.deployments.along import Along
from engine.deployments.definitions import Definition
from engine.deployments.judging import City, Judged
from engine.deployments.kept_files import Kept, Sender
from engine.deployments.shipped import Beside, File
from engine.documents import letter_versions
from engine.errors import Refused
from engine.messages import Name
from engine.messages import gettext as _
from engine.organisation import city
from engine.problems import Problem
from engine.runtime.instances import schedules
from engine.runtime.step import audit
from engine.uses.judging import of_installation
from engine.uses.transactions import Transactions

SECOND_PERSON = "deployment.second_person"


@dataclass(frozen=True)
class Deployed:
    definition: Definition
    is_new: bool
    """False: the file was the version in force already."""
    letters: list[str]
    """The letters that have changed with it."""
    warnings: tuple[Problem, ...] = ()
    """What is worth knowing of the file, although it was deployed."""


@dataclass(frozen=True)
class Waiting:
    """A deployment that is in order, and waits for the second person that the city asks for."""

    kept: Kept
    name: Name
    version: int
    """Which it would be now."""
    is_new: bool
    """False: the very same waits already."""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class JudgedBefore:
    """What was found before the file is stored, under these versions of what the city is made of."""

    versions: Mapping[str, str]
    judged: Judged


class Deploying:
    def __init__(self, transactions: Transactions, folder: Path) -> None:
        self._clock, self._fonts, self._folder = transactions.clock, transactions.fonts, folder
        self._database, self._context = transactions.database, transactions.context

    def judged_now(self, file: File) -> JudgedBefore:
        """What is wrong with the file, by the city as it is. Raises DiagramRefused for errors."""
        with self._database.reading() as tx:
            versions = dict(stamp.versions(tx))
            judged = self._judged(tx, file)
        judged.require_in_order()
        return JudgedBefore(versions, judged)

    def city(self, tx: Connection, key: str, known_units: frozenset[str] | None = None) -> City:
        return of_installation(tx, key, self._clock.now(), self._fonts, known_units)

    def put(
        self,
        tx: Connection,
        file: File,
        sender: Sender,
        reason: str,
        before: JudgedBefore | None = None,
        outdated: Sequence[str] = (),
    ) -> Deployed | Waiting:
        """The file is in force, or waits. Raises DiagramRefused."""
        definitions.one_at_a_time(tx)
        if not asks_for_two(tx) or _changes_nothing(tx, file):
            return self.deploy(tx, file, sender.name, reason, before=before, outdated=outdated)
        return self._wait(tx, file, sender, reason, self._in_order(tx, file, before))

    def put_back(self, tx: Connection, key: str, version: int, sender: Sender, reason: str) -> Definition | Waiting:
        """The earlier version is in force again, or waits. Raises NotFound, Refused, DiagramRefused."""
        definitions.one_at_a_time(tx)
        if not asks_for_two(tx):
            return self.restore(tx, key, version, sender.name, reason)
        file = _file_of(tx, definitions.to_restore(tx, key, version))
        return self._wait(tx, file, sender, reason, self._in_order(tx, file), version)

    def deploy(
        self,
        tx: Connection,
        file: File,
        by: str,
        reason: str,
        confirmed_by: str = "",
        before: JudgedBefore | None = None,
        outdated: Sequence[str] = (),
    ) -> Deployed:
        """The file is in force. Raises DiagramRefused."""
        definitions.one_at_a_time(tx)
        now = self._clock.now()
        known = definitions.number_in_force(tx, file.diagram.key)
        findings = self._in_order(tx, file, before)
        forms, along = file.beside.forms, file.along
        found = definitions.deploy(tx, file.content, forms, by, now, reason, along=along, confirmed_by=confirmed_by)
        letters = deployed_letters.put_in_force(tx, found.diagram, file.beside.letters, self._fonts, by, now)
        is_new = found.version != known
        if is_new or letters:
            more = {"new": is_new, "letters": letters, **_confirmed(confirmed_by), **_outdated(outdated)}
            self.record(tx, "procedure_deployed", found, by, reason, **more)
        self.revive(tx, found.key, by, reason)
        schedules.lay(tx, self._context(tx), found.key)
        return Deployed(found, is_new, letters, findings.problems)

    def restore(
        self,
        tx: Connection,
        key: str,
        version: int,
        by: str,
        reason: str,
        confirmed_by: str = "",
        outdated: Sequence[str] = (),
    ) -> Definition:
        """The earlier version is in force again. Raises NotFound, Refused, DiagramRefused."""
        now, row = self._clock.now(), definitions.to_restore(tx, key, version)
        file = _file_of(tx, row)
        self._in_order(tx, file)
        forms, along = file.beside.forms, file.along
        restored = definitions.deploy(tx, file.content, forms, by, now, reason, row, along, confirmed_by)
        deployed_letters.put_in_force(tx, restored.diagram, file.beside.letters, self._fonts, by, now)
        more = {"restores": version, **_confirmed(confirmed_by), **_outdated(outdated)}
        self.record(tx, "version_restored", restored, by, reason, **more)
        self.revive(tx, key, by, reason)
        schedules.lay(tx, self._context(tx), key)
        return restored

    def revive(self, tx: Connection, key: str, by: str, reason: str) -> bool:
        """The procedure may be started. Returns whether it had been retired."""
        revived = retiring.revive(tx, key, by, reason, self._clock.now())
        if revived:
            self.record(tx, "procedure_revived", definitions.latest(tx, key), by, reason)
        return revived

    def record(self, tx: Connection, kind: str, found: Definition, by: str, reason: str, **more: object) -> None:
        """The audit says who did what to which procedure, and why; and what its diagram and forms were."""
        sha256 = definitions.digest_of(tx, found.key, found.version)
        told = {"key": found.key, "version": found.version, "sha256": sha256, "by": by, "reason": reason, **more}
        audit.note(tx, audit.PROCEDURES, self._clock.now(), kind, told)

    # --- what is kept ---

    def kept_file(self, tx: Connection, kept: Kept) -> File:
        """What is kept, as it would be deployed now. Raises Refused, DiagramRefused."""
        if kept.restores is not None:
            return _file_of(tx, definitions.to_restore(tx, kept.key, kept.restores))
        parts = sent.parts_of(kept_files.files(tx, kept.id))
        by_whoever_runs_it = kept.status == kept_files.WAITING and kept.sender.person_id is None
        return sent.file_of(tx, self._folder, parts, any_layout=by_whoever_runs_it)

    def put_in_force(self, tx: Connection, kept: Kept, confirmed_by: str, outdated: Sequence[str] = ()) -> Definition:
        """What waited is in force. Raises as `deploy` and `restore` do, and Refused when somebody else has settled it."""
        by, reason = kept.sender.name, kept.reason
        if kept.restores is not None:
            found = self.restore(tx, kept.key, kept.restores, by, reason, confirmed_by, outdated)
        else:
            found = self.deploy(tx, self.kept_file(tx, kept), by, reason, confirmed_by, outdated=outdated).definition
        kept_files.end(tx, kept, kept_files.DEPLOYED, confirmed_by, "", self._clock.now())
        return found

    def record_kept(self, tx: Connection, kind: str, kept: Kept, by: str, reason: str) -> None:
        """The audit says what was sent, and what became of it before it was in force."""
        told = {"key": kept.key, "file": kept.id, "by": by, "reason": reason}
        audit.note(tx, audit.PROCEDURES, self._clock.now(), kind, told)

    def _wait(
        self, tx: Connection, file: File, sender: Sender, reason: str, findings: Findings, restores: int | None = None
    ) -> Waiting:
        key, name, now = file.diagram.key, file.diagram.name, self._clock.now()
        files, waiting = sent.files_of(file), kept_files.WAITING
        kept, is_new = kept_files.keep(tx, waiting, files, (key, name), sender, reason, now, restores)
        if is_new:
            self.record_kept(tx, "deployment_waits", kept, sender.name, reason)
        version = definitions.number_in_force(tx, key) + 1
        return Waiting(kept, english_of(tx).element(key, "", name), version, is_new, findings.problems)

    def _in_order(self, tx: Connection, file: File, before: JudgedBefore | None = None) -> Findings:
        """Raises DiagramRefused."""
        is_same = before is not None and before.versions == stamp.versions(tx)
        judged = before.judged if before is not None and is_same else self._judged(tx, file)
        judged.require_in_order()
        return judged.findings

    def _judged(self, tx: Connection, file: File) -> Judged:
        return judging.judge(file.content, file.beside, self.city(tx, file.diagram.key), file.name)


def asks_for_two(tx: Connection) -> bool:
    """Whether a deployment waits for a second person here."""
    return bool(city.rules(tx).get(SECOND_PERSON))


def require_waiting(kept: Kept) -> None:
    """Raises Refused for what does not wait any more."""
    if kept.status != kept_files.WAITING:
        raise Refused(_("Somebody else has dealt with this in the meantime. Reload the page."))


def _confirmed(by: str) -> dict[str, Any]:
    return {"confirmed_by": by} if by else {}


def _outdated(tests: Sequence[str]) -> dict[str, Any]:
    return {"tests_outdated": list(tests)} if tests else {}


def changed_letters(tx: Connection, file: File) -> list[str]:
    """The names of the letters of the file that are not in force as it has them."""
    in_force, sources = letter_versions.in_force(tx), file.beside.letters
    named = [sources[name] for name in file.letters if name in sources]
    return [one.name for one in named if one.name not in in_force or in_force[one.name].sha256 != one.sha256]


def _changes_nothing(tx: Connection, file: File) -> bool:
    told = (file.diagram, file.content, file.form_texts, file.along)
    is_kept = not changed_letters(tx, file) and definitions.is_in_force(tx, *told)
    return is_kept and file.diagram.key not in retiring.retired(tx)


def _file_of(tx: Connection, row: DefinitionVersionRow) -> File:
    """An earlier version as it would be deployed again: with the letters in force, and what it was kept with.

    Its tests are its own and nobody has sent them: whoever goes back in a hurry is told of a red one, and not held up by it.
    """
    content = bytes(row.diagram)
    forms = {form_id: text.encode() for form_id, text in row.forms.items()}
    along = Along(bytes(row.tests) if row.tests is not None else None, row.english, tests_carried=True)
    beside = Beside(forms, letter_versions.in_force(tx), {}, {})
    return File(f"{row.key}.bpmn", content, definitions.read_diagram(content), beside, along)

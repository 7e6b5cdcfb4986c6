"""The procedures of an installation: found once from the shipped files, then deployed, put back and retired by people.

What a person deployed stays until a person deploys something else: a start of the service and an upgrade of the product
impose nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from engine.bpmn.gate.order import Findings
from engine.bpmn.gate.procedures import begun_by
from engine.db import upsert
from engine.db.english import english_of
from engine.db.tables import process_instance, retirement, unit, waiting_file
from engine.deployments import checking, definitions, judging, shipped, versions
from engine.deployments import retirement as retiring
from engine.deployments.along import Along
from engine.deployments.checking import Checked
from engine.deployments.definitions import Definition
from engine.deployments.kept_files import Sender
from engine.deployments.sent import english_beside
from engine.deployments.shipped import Beside, File, Folder
from engine.documents import letter_versions
from engine.english import read_english
from engine.errors import DiagramRefused, LianbanError, NotFound, Refused
from engine.messages import Name, Text, lines, listed, sentences
from engine.messages import gettext as _
from engine.organisation import units
from engine.runtime.instances import schedules
from engine.uses.deploying import Deployed, Deploying, Waiting
from engine.uses.shipped_compared import FOUND_BY, REFUSED, Compared, called, compared, compared_letter, who
from engine.uses.transactions import Transactions

DEPLOYED, KEPT, WAITS = "deployed", "kept", "waits"
NOT_SAID = {
    "by": _("Use --by to say who does it. It is recorded in the audit log. Nothing has changed."),
    "reason": _("Use --reason to say why. It is recorded in the audit log. Nothing has changed."),
}
log = logging.getLogger("lianban.procedures")


@dataclass(frozen=True)
class Outcome:
    """What became of a shipped diagram: deployed, kept (the installation has its own version), waits for units, refused."""

    file: str
    what: str
    name: Text = ""
    version: int = 0
    message: Text = ""


@dataclass(frozen=True)
class Version:
    key: str
    name: Name
    version: int
    deployed_at: datetime
    deployed_by: Text
    reason: str
    restores: int | None
    in_force: bool
    cases: int


@dataclass(frozen=True)
class Retirement:
    at: datetime
    by: str
    reason: str
    revived_at: datetime | None
    revived_by: str
    revived_reason: str


class ProcedureUses:
    def __init__(self, transactions: Transactions, deploying: Deploying, folder: Path) -> None:
        self._database, self._clock, self._fonts = transactions.database, transactions.clock, transactions.fonts
        self._context = transactions.context
        self._folder = folder
        self._deploying = deploying
        self._tried_with = -1

    # --- founding ---

    def found(self, by: str = FOUND_BY) -> list[Outcome]:
        """Every shipped procedure that never had a version here has one now; whatever is there stays.

        A file that cannot be deployed holds up no other: it is logged, and listed until it can (`unfinished`).
        """
        folder = shipped.read_folder(self._folder)
        outcomes = [Outcome(name, REFUSED, message=str(message)) for name, message in folder.unreadable.items()]
        waiting: set[str] = set()
        for file in folder.files:
            outcome = self._found_one(file, by, frozenset(waiting))
            if outcome.what == WAITS:
                waiting.add(file.diagram.key)
            outcomes.append(outcome)
        self._database.run(lambda tx: self._keep_unfinished(tx, outcomes))
        for outcome in outcomes:
            if outcome.what == REFUSED:
                log.error("%s is not deployed: %s", outcome.file, outcome.message)
        return outcomes

    def try_waiting(self) -> None:
        """What waits for units is tried again when there are other units than at the last time; for the worker."""
        with self._database.reading() as tx:
            if tx.scalar(select(waiting_file.c.name).where(waiting_file.c.outcome == WAITS).limit(1)) is None:
                return
            count = tx.scalar(select(func.count()).select_from(unit)) or 0
        if count != self._tried_with:
            self._tried_with = count
            self.found()

    def unfinished(self) -> list[Outcome]:
        """The shipped files that could not be deployed, as they were tried last."""
        with self._database.reading() as tx:
            rows = tx.execute(select(waiting_file).order_by(waiting_file.c.name))
            return [Outcome(row.name, row.outcome, message=row.message) for row in rows]

    def _found_one(self, file: File, by: str, waiting: frozenset[str]) -> Outcome:
        diagram, name = file.diagram, called(file, read_english(self._folder))
        missing = sorted(waiting & begun_by(diagram) - {diagram.key})

        def found(tx: Connection) -> Outcome:
            definitions.one_at_a_time(tx)
            if definitions.has_version(tx, diagram.key):
                return Outcome(file.name, KEPT, name, definitions.latest(tx, diagram.key).version)
            if missing:
                message = _("The procedures that it calls are waiting for units: %(keys)s.", keys=listed(missing))
                return Outcome(file.name, WAITS, name, message=message)
            deployed = self._deploying.deploy(tx, replace(file, beside=_with_letters_of(tx, file.beside)), by, "")
            return Outcome(file.name, DEPLOYED, name, deployed.definition.version)

        try:
            return self._database.run(found)
        except DiagramRefused as refused:
            what = WAITS if self._lacks_only_units(file) else REFUSED
            return Outcome(file.name, what, name, message=refused.whole)
        except LianbanError as error:
            return Outcome(file.name, REFUSED, name, message=error.whole)
        except Exception:
            log.exception("%s could not be deployed", file.name)
            return Outcome(
                file.name, REFUSED, name, message=_("An internal error occurred. The log of the service says more.")
            )

    def _lacks_only_units(self, file: File) -> bool:
        """Whether the file would be in order in a city that has every unit that it may name."""
        every = frozenset(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", file.content.decode(errors="replace")))
        try:
            with self._database.reading() as tx:
                judging.judge(
                    file.content, file.beside, self._deploying.city(tx, file.diagram.key, every)
                ).require_in_order()
        except LianbanError:
            return False
        return True

    def _keep_unfinished(self, tx: Connection, outcomes: list[Outcome]) -> None:
        tx.execute(delete(waiting_file))
        for outcome in outcomes:
            if outcome.what in (WAITS, REFUSED):
                values = {"outcome": outcome.what, "message": outcome.message, "tried_at": self._clock.now()}
                upsert.put(tx, waiting_file, {"name": outcome.file[:255]}, values)

    # --- deploying ---

    def deploy(self, diagram: Path, by: str, reason: str = "", outdated: Sequence[str] = ()) -> Deployed | Waiting:
        """The file is the latest version, with what lies beside it (`file`).

        Where the city asks for a second person it waits for that. A procedure that was retired may be started again. Raises
        Refused without `by`, and DiagramRefused with everything that is wrong in any of the files.
        """
        return self.put(self.file(diagram), by, reason, outdated=outdated)

    def file(self, diagram: Path) -> File:
        """The diagram with its forms and letters from the folders beside it (`deployments.places`), its tests, and its English.

        Without tests beside it, those of the version in force stay with it. Raises DiagramRefused.
        """
        file = shipped.read_file(diagram)
        tests, folder = file.along.tests, diagram.parent
        known = folder.resolve() == self._folder.resolve()  # its English is read with every reader's page anyway
        english = None if known else english_beside(folder, file.diagram)
        if tests is not None:
            return replace(file, along=Along(tests, english, is_sent=True))
        with self._database.reading() as tx:
            tests = definitions.tests_in_force(tx, file.diagram.key)
        return replace(file, along=Along(tests, english, tests_carried=True, is_sent=True))

    def put(
        self, file: File, by: str, reason: str = "", person_id: str | None = None, outdated: Sequence[str] = ()
    ) -> Deployed | Waiting:
        """As `deploy`, a file that has been read already; `person_id` of whoever acts on the pages, `outdated` the tests
        that do not hold any more.

        It is judged before anybody has to wait for it: while a large diagram is looked through, cases go on. Only when the
        city has changed meanwhile it is judged again where it is stored.
        """
        sender = Sender(_required(by, "by"), person_id)
        before = self._deploying.judged_now(file)
        return self._database.run(lambda tx: self._deploying.put(tx, file, sender, reason.strip(), before, outdated))

    def judge(self, file: File) -> Findings:
        """All that there is to say of the file and of what lies beside it; nothing changes."""
        with self._database.reading() as tx:
            return judging.judge(
                file.content, file.beside, self._deploying.city(tx, file.diagram.key), file.name
            ).findings

    def take_over(self, keys: list[str], by: str, reason: str = "") -> list[Deployed | Waiting]:
        """The shipped files of these procedures, of all when none is named, are the latest versions.

        Raises NotFound and Refused as well as what `deploy` raises; then none of them has changed.
        """
        folder = shipped.read_folder(self._folder)
        by = _required(by, "by")
        files = {file.diagram.key: file for file in folder.files}
        if unknown := [key for key in keys if key not in files]:
            said = _(
                "The shipped procedures do not include %(keys)s. They are: %(known)s.",
                keys=listed(unknown),
                known=listed(files),
            )
            raise NotFound(lines([said, *_unreadable(folder)]))
        if not keys and folder.unreadable:
            raise Refused(lines(_unreadable(folder)))
        chosen = [file for file in folder.files if not keys or file.diagram.key in keys]
        sender = Sender(by)
        return self._database.run(lambda tx: [self._deploying.put(tx, file, sender, reason.strip()) for file in chosen])

    def restore(
        self, key: str, version: int, by: str, reason: str, person_id: str | None = None
    ) -> Definition | Waiting:
        """The content of an earlier version is in force again, under a new number; or waits for a second person.

        Raises NotFound, Refused, DiagramRefused.
        """
        sender, reason = Sender(_required(by, "by"), person_id), _required(reason, "reason")

        return self._database.run(lambda tx: self._deploying.put_back(tx, key, version, sender, reason))

    def retire(self, key: str, by: str, reason: str) -> Name:
        """Nobody may start the procedure any more; its cases go on. Returns its name.

        Raises NotFound, and Refused when it is retired, or when others in force would go on beginning it.
        """
        by, reason = _required(by, "by"), _required(reason, "reason")

        def work(tx: Connection) -> Name:
            definitions.one_at_a_time(tx)
            found = definitions.latest(tx, key)
            if key in retiring.retired(tx):
                raise Refused(_("The procedure '%(name)s' has already been retired.", name=found.called))
            callers = [
                _("'%(name)s' (%(key)s)", name=other.called, key=other.key)
                for other in definitions.every_startable(tx)
                if other.key != key and key in begun_by(other.diagram)
            ]
            if callers:
                raise Refused(
                    _(
                        "The procedure '%(name)s' cannot be retired yet: the versions of %(callers)s in force call or "
                        "start it. First deploy new versions that do not, or retire those procedures.",
                        name=found.called,
                        callers=listed(callers),
                    )
                )
            retiring.retire(tx, key, by, reason, self._clock.now())
            self._deploying.record(tx, "procedure_retired", found, by, reason)
            schedules.lay(tx, self._context(tx), key)
            return found.called

        return self._database.run(work)

    def revive(self, key: str, by: str, reason: str) -> Name:
        """The procedure may be started again. Returns its name. Raises NotFound, Refused."""
        by, reason = _required(by, "by"), _required(reason, "reason")

        def work(tx: Connection) -> Name:
            definitions.one_at_a_time(tx)
            found = definitions.latest(tx, key)
            if problems := list(judging.calls_of_retired(found.diagram, retiring.retired(tx))):
                raise Refused(sentences(*(problem.sentence for problem in problems)))
            if not self._deploying.revive(tx, key, by, reason):
                raise Refused(_("The procedure '%(name)s' has not been retired.", name=found.called))
            schedules.lay(tx, self._context(tx), key)
            return found.called

        return self._database.run(work)

    # --- what there is ---

    def versions(self, key: str | None = None) -> list[Version]:
        """Every version of the procedure, the newest first; without a key the latest of each. Raises NotFound."""
        with self._database.reading() as tx:
            counted = select(process_instance.c.definition_id, func.count()).group_by(process_instance.c.definition_id)
            cases: dict[str, int] = {row[0]: row[1] for row in tx.execute(counted)}
            found = []
            for one in definitions.every_key(tx) if key is None else [key]:
                rows = versions.every_version(tx, one)
                if not rows:
                    raise NotFound(
                        _("There is no procedure called %(key)s. 'lianban versions' lists them all.", key=one)
                    )
                for row in rows[:1] if key is None else rows:
                    told = (
                        row.key,
                        english_of(tx).element(row.key, "", row.name),
                        row.version,
                        row.deployed_at,
                        who(row.deployed_by),
                        row.reason or "",
                        row.restores,
                    )
                    in_force = row is rows[0]
                    found.append(Version(*told, in_force=in_force, cases=cases.get(row.id, 0)))
            return found

    def retirements(self, key: str) -> list[Retirement]:
        """When the procedure was retired, and revived, the latest first."""
        own = select(retirement).where(retirement.c.key == key).order_by(retirement.c.retired_at.desc())
        with self._database.reading() as tx:
            return [
                Retirement(
                    row.retired_at,
                    row.retired_by,
                    row.reason,
                    row.revived_at,
                    row.revived_by or "",
                    row.revived_reason or "",
                )
                for row in tx.execute(own)
            ]

    def retired(self) -> frozenset[str]:
        with self._database.reading() as tx:
            return retiring.retired(tx)

    def units(self) -> list[units.Unit]:
        """The units that the installation has now."""
        with self._database.reading() as tx:
            return units.every(tx, self._clock.now())

    def check(self, paths: list[Path]) -> list[Checked]:
        """What there is to say of these files and folders, by what the installation knows; nothing changes."""
        with self._database.reading() as tx:
            return checking.check(paths, lambda key, _others: self._deploying.city(tx, key))

    def compare(self) -> list[Compared]:
        """The shipped files against what is in force, and what stands in the way of those that cannot be read."""
        folder = shipped.read_folder(self._folder)
        with self._database.reading() as tx:
            rows = [compared(tx, file) for file in folder.files]
            named = {name: file.beside for file in folder.files for name in file.letters}
            rows += [compared_letter(tx, beside, name) for name, beside in sorted(named.items())]
        return rows + [
            Compared("file", name, name, REFUSED, [str(message)]) for name, message in folder.unreadable.items()
        ]


def _with_letters_of(tx: Connection, beside: Beside) -> Beside:
    """The files with the installation's own letters, where it has them: somebody may have changed one."""
    own = letter_versions.in_force(tx)
    broken = {name: wrong for name, wrong in beside.broken_letters.items() if name not in own}
    return replace(beside, letters={**beside.letters, **own}, broken_letters=broken)


def _unreadable(folder: Folder) -> list[Text]:
    return [_("%(file)s: %(why)s", file=name, why=why) for name, why in folder.unreadable.items()]


def _required(text: str, option: str) -> str:
    """Raises Refused for an option of a command that says nothing."""
    if not text.strip():
        raise Refused(NOT_SAID[option])
    return text.strip()

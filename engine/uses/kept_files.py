"""What people keep of procedures before it is in force: drafts, and deployments that wait for a second person.

Drawing, deploying and approving are each a right of its own. Whoever has sent a deployment does not confirm it, whatever
rights that person has; that person may take it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlalchemy import Connection

from engine.db.english import english_of
from engine.deployments import definitions, kept_files, sent
from engine.deployments.definitions import Definition
from engine.deployments.kept_files import DRAFT, WAITING, Kept, Sender
from engine.deployments.packages import packed
from engine.deployments.sent import Sent
from engine.deployments.shipped import File
from engine.errors import DiagramRefused, InvalidValues, NotAllowed, Refused
from engine.messages import Name
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.uses.deploying import Deployed, Deploying, Waiting, require_waiting
from engine.uses.library import Checked, LibraryUses, by_name, require, required
from engine.uses.transactions import Transactions

NOTE_LIMIT = 500


@dataclass(frozen=True)
class KeptLine:
    """A file as a list shows it."""

    kept: Kept
    name: Name
    in_force: int
    """The number of the version in force; 0 when there is none."""


@dataclass(frozen=True)
class KeptView:
    line: KeptLine
    checked: Checked
    files: tuple[str, ...]
    """The names of what was sent."""
    is_own: bool
    """Whether the reader has sent it."""


class KeptFileUses:
    """Every use raises NotAllowed for whoever has not the right that it takes, and NotFound for what is not kept."""

    def __init__(self, transactions: Transactions, library: LibraryUses, deploying: Deploying) -> None:
        self._database, self._clock = transactions.database, transactions.clock
        self._library, self._deploying = library, deploying

    # --- what there is ---

    def listed(self, actor: Actor) -> list[KeptLine]:
        """What waits, then the drafts, each with the newest first."""
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            return [_line(tx, kept) for status in (WAITING, DRAFT) for kept in kept_files.listed(tx, (status,))]

    def view(self, actor: Actor, kept_id: str) -> KeptView:
        """What is kept, judged by what the installation knows now, and what it would change."""
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            kept = kept_files.find(tx, kept_id)
            files, line = kept_files.files(tx, kept_id), _line(tx, kept)
        checked = self._library.look(files, lambda tx, _parts: self._deploying.kept_file(tx, kept))
        return KeptView(line, checked, tuple(one.name for one in files), _is_own(actor, kept))

    def diagram(self, actor: Actor, kept_id: str) -> Sent:
        """The diagram as it was sent, byte for byte."""
        return sent.parts_of(self._files(actor, kept_id)).diagram

    def package(self, actor: Actor, kept_id: str) -> bytes:
        """A zip of all that was sent."""
        return packed(self._files(actor, kept_id))

    def file(self, actor: Actor, kept_id: str) -> File:
        """What is kept, as it would be deployed now. Raises Refused, DiagramRefused."""
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            return self._deploying.kept_file(tx, kept_files.find(tx, kept_id))

    # --- drafts ---

    def keep_draft(self, actor: Actor, files: Sequence[Sent], note: str) -> Kept:
        """The files are a draft: shown and downloaded, and never started. Raises Refused."""
        require(actor, "draw_procedure")
        diagram = sent.parts_of(files).diagram
        sender, stem = Sender(by_name(actor), actor.person_id), PurePosixPath(diagram.base).stem
        try:
            drawn = definitions.read_diagram(diagram.content)
            named = (drawn.key, drawn.name or drawn.key)
        except DiagramRefused:
            named = ("", stem)

        def work(tx: Connection) -> Kept:
            kept, is_new = kept_files.keep(
                tx, DRAFT, files, named, sender, note.strip()[:NOTE_LIMIT], self._clock.now()
            )
            if is_new:
                self._deploying.record_kept(tx, "draft_kept", kept, sender.name, kept.reason)
            return kept

        return self._database.run(work)

    def deploy_draft(self, actor: Actor, kept_id: str, reason: str, outdated: Sequence[str] = ()) -> Deployed | Waiting:
        """What was a draft is in force, or waits; `outdated` as at `LibraryUses.deploy`. Raises Refused, DiagramRefused,
        InvalidValues."""
        require(actor, "deploy_procedure")
        sender, reason = Sender(by_name(actor), actor.person_id), required(reason)

        def work(tx: Connection) -> Deployed | Waiting:
            kept = self._draft(tx, kept_id)
            done = self._deploying.put(tx, self._deploying.kept_file(tx, kept), sender, reason, outdated=outdated)
            kept_files.end(tx, kept, kept_files.DEPLOYED, sender.name, reason, self._clock.now())
            return done

        return self._database.run(work)

    def drop_draft(self, actor: Actor, kept_id: str) -> Kept:
        """The draft is in no list any more."""
        require(actor, "draw_procedure")

        def work(tx: Connection) -> Kept:
            kept = self._draft(tx, kept_id)
            kept_files.end(tx, kept, kept_files.DROPPED, by_name(actor), "", self._clock.now())
            self._deploying.record_kept(tx, "draft_dropped", kept, by_name(actor), "")
            return kept

        return self._database.run(work)

    # --- the second person ---

    def confirm(self, actor: Actor, kept_id: str, seen: int, looked: bool, outdated: Sequence[str] = ()) -> Definition:
        """What waits is in force, and says who has confirmed it. `seen` is the number of the version that was in force
        when the person looked at what would differ, 0 for none; `looked`: the person says so; `outdated` as at
        `LibraryUses.deploy`.

        Raises InvalidValues, NotAllowed for whoever has sent it, DiagramRefused for what is no longer in order, and Refused
        when it does not wait any more, or another version is in force by now.
        """
        require(actor, "approve_procedure")
        if not looked:
            raise InvalidValues({"looked": _("First look at what differs, then tick that you have.")})

        def work(tx: Connection) -> Definition:
            definitions.one_at_a_time(tx)
            kept = kept_files.find(tx, kept_id)
            require_waiting(kept)
            if _is_own(actor, kept):
                raise NotAllowed(
                    _("A deployment has to be confirmed by somebody other than the person who submitted it.")
                )
            if seen != definitions.number_in_force(tx, kept.key):
                raise Refused(
                    _(
                        "Another version has come into force in the meantime. Look at what differs now, then confirm "
                        "again."
                    )
                )
            return self._deploying.put_in_force(tx, kept, by_name(actor), outdated)

        return self._database.run(work)

    def refuse(self, actor: Actor, kept_id: str, reason: str) -> Kept:
        """What waits is not deployed, and why is kept with it. Raises InvalidValues, Refused."""
        require(actor, "approve_procedure")
        return self._end(actor, kept_id, kept_files.REFUSED, "deployment_refused", required(reason))

    def take_back(self, actor: Actor, kept_id: str, reason: str) -> Kept:
        """What the person has sent does not wait any more. Raises InvalidValues, Refused."""
        require(actor, "deploy_procedure")
        return self._end(actor, kept_id, kept_files.DROPPED, "deployment_taken_back", required(reason))

    # --- within ---

    def _end(self, actor: Actor, kept_id: str, status: str, kind: str, reason: str) -> Kept:
        def work(tx: Connection) -> Kept:
            kept = kept_files.find(tx, kept_id)
            require_waiting(kept)
            if (status == kept_files.DROPPED) != _is_own(actor, kept):
                raise NotAllowed(_("The person who submitted a deployment withdraws it. Somebody else sends it back."))
            kept_files.end(tx, kept, status, by_name(actor), reason, self._clock.now())
            self._deploying.record_kept(tx, kind, kept, by_name(actor), reason)
            return kept

        return self._database.run(work)

    def _draft(self, tx: Connection, kept_id: str) -> Kept:
        kept = kept_files.find(tx, kept_id)
        if kept.status != DRAFT:
            raise Refused(_("Somebody else has dealt with this in the meantime. Reload the page."))
        return kept

    def _files(self, actor: Actor, kept_id: str) -> list[Sent]:
        require(actor, "read_procedures")
        with self._database.reading() as tx:
            kept_files.find(tx, kept_id)
            return kept_files.files(tx, kept_id)


def _is_own(actor: Actor, kept: Kept) -> bool:
    """Whether the person has sent it; of what came from the command line the name is all that is known."""
    sender = kept.sender
    if sender.person_id is not None:
        return sender.person_id == actor.person_id
    return actor.person_name in sender.name


def _line(tx: Connection, kept: Kept) -> KeptLine:
    name = english_of(tx).element(kept.key, "", kept.name) if kept.key else Name(kept.name)
    return KeptLine(kept, name, definitions.number_in_force(tx, kept.key))

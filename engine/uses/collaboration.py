"""What people do with an instance beside its tasks: comment, send copies, correct, withdraw, supervise."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from engine.organisation.assignment import Actor
from engine.reports.case import collaboration
from engine.reports.parts import readers
from engine.runtime.collaboration import comments, copies, corrections, members, remarks
from engine.runtime.instances import cancelling, instances
from engine.runtime.step.context import Context
from engine.runtime.step.free_text import Raw
from engine.uses.transactions import T, Transactions


class CollaborationUses:
    """Every use finds the instance by its number, and raises NotFound for whoever may not see it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def of_instance(self, actor: Actor, number: str) -> collaboration.Collaboration:
        """What was said, copied and corrected, as far as this person may see it, and what the person may do."""
        return self._transactions.read(lambda tx, context: collaboration.of_instance(tx, context, actor, number))

    def note_reading(self, actor: Actor, number: str) -> None:
        """Copies of the instance that are meant for this person have been read."""
        unread = self._transactions.read(
            lambda tx, context: bool(copies.unread(tx, actor, instances.find(tx, number, actor).id))
        )
        if unread:
            self._on(actor, number, lambda tx, context, found: copies.mark_read(tx, context, actor, found))

    def comment(self, actor: Actor, number: str, raw: Raw) -> comments.Spoken:
        return self._on(actor, number, lambda tx, context, found: comments.say(tx, context, actor, found, raw))

    def retract_comment(self, actor: Actor, number: str, comment_id: str) -> None:
        self._on(actor, number, lambda tx, context, found: comments.retract(tx, context, actor, found, comment_id))

    def send_copy(self, actor: Actor, number: str, raw: Raw) -> str:
        return self._on(actor, number, lambda tx, context, found: copies.send(tx, context, actor, found, raw))

    def revoke_copy(self, actor: Actor, number: str, copy_id: str) -> None:
        self._on(actor, number, lambda tx, context, found: copies.revoke(tx, context, actor, found, copy_id))

    def remark(self, actor: Actor, number: str, raw: Raw) -> None:
        self._on(actor, number, lambda tx, context, found: remarks.remark(tx, context, actor, found, raw))

    def withdraw(self, actor: Actor, number: str, raw: Raw) -> None:
        self._on(actor, number, lambda tx, context, found: cancelling.withdraw(tx, context, actor, found, raw))

    def add_member(self, actor: Actor, number: str, run_id: str, raw: Raw) -> None:
        """One more unit is asked where several are asked each for itself (加签)."""
        self._on(actor, number, lambda tx, context, found: members.add(tx, context, actor, found, run_id, raw))

    def take_off_member(self, actor: Actor, number: str, run_id: str, raw: Raw) -> None:
        """A unit that has not answered is asked no longer (减签)."""
        self._on(actor, number, lambda tx, context, found: members.take_off(tx, context, actor, found, run_id, raw))

    # --- corrections ---

    def proposal(self, actor: Actor, number: str, name: str, sent: Raw | None = None) -> collaboration.Proposal:
        """The form in which a fact is corrected. Raises NotFound, NotAllowed."""
        return self._transactions.read(
            lambda tx, context: collaboration.proposal(tx, context, actor, number, name, sent)
        )

    def propose_correction(self, actor: Actor, number: str, name: str, raw: Raw) -> str:
        return self._on(
            actor, number, lambda tx, context, found: corrections.propose(tx, context, actor, found, name, raw)
        )

    def correction(self, actor: Actor, correction_id: str) -> collaboration.CorrectionView:
        """The page on which a correction is decided. Raises NotFound."""
        return self._transactions.read(
            lambda tx, context: collaboration.correction_view(tx, context, actor, correction_id)
        )

    def decide_correction(self, actor: Actor, correction_id: str, raw: Raw) -> bool:
        """Returns whether it was approved."""
        return self._transactions.write(
            lambda tx, context: corrections.decide(tx, context, actor, correction_id, raw, readers.may_know)
        )

    def take_back_correction(self, actor: Actor, correction_id: str) -> None:
        self._transactions.write(lambda tx, context: corrections.take_back(tx, context, actor, correction_id))

    def _on(self, actor: Actor, number: str, use: Callable[[Connection, Context, str], T]) -> T:
        return self._transactions.write(lambda tx, context: use(tx, context, str(instances.find(tx, number, actor).id)))

"""The 职责边界清单 as people use it: read by everybody, administered by the justice bureau's leaders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection

from engine.errors import NotAllowed
from engine.organisation import duties
from engine.organisation.assignment import Actor, may
from engine.organisation.duties import Proposal
from engine.reports.oversight.duties import DutyList, duty_list
from engine.runtime.instances import instances
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.entries import DutyAdopted, DutyRejected, Entry
from engine.runtime.step.free_text import readable
from engine.uses.transactions import Transactions


class DutyUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def listed(self, actor: Actor) -> DutyList:
        return self._transactions.read(lambda tx, context: duty_list(tx, context, actor))

    def adopt(self, actor: Actor, proposal_id: str, valid_from: str, reason: str) -> None:
        """Raises NotAllowed, NotFound, Refused, InvalidValues."""
        day, reason = _day(valid_from), readable(reason, "reason")

        def decide(tx: Connection, now: datetime) -> tuple[Proposal, Entry]:
            found = duties.adopt(tx, proposal_id, day, reason, actor.person_id, now)
            return found, DutyAdopted(found.id, found.matter_code, found.unit_code, reason, valid_from)

        self._decide(actor, decide)

    def reject(self, actor: Actor, proposal_id: str, reason: str) -> None:
        """Raises NotAllowed, NotFound, Refused, InvalidValues."""
        reason = readable(reason, "reason")

        def decide(tx: Connection, now: datetime) -> tuple[Proposal, Entry]:
            found = duties.reject(tx, proposal_id, reason, actor.person_id, now)
            return found, DutyRejected(found.id, found.matter_code, found.unit_code, reason)

        self._decide(actor, decide)

    def _decide(self, actor: Actor, decide: Callable[[Connection, datetime], tuple[Proposal, Entry]]) -> None:
        """Decided, and said in the record of the dispute that proposed it."""

        def write(tx: Connection, context: Context) -> None:
            decision = may(actor, "administer_duties", None)
            if not decision.allowed:
                raise NotAllowed(decision.reason)
            found, entry = decide(tx, context.now)
            instances.lock(tx, found.instance_id)
            audit.append(tx, found.instance_id, context.now, entry, actor.person_id, actor.unit_code)

        self._transactions.write(write)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None

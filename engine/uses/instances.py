"""Instances: begun, looked at, listed, moved by buttons and messages; resumed and ended by whoever runs the installation."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.deployments import definitions
from engine.messages import Name
from engine.organisation.assignment import Actor
from engine.reports.case import page
from engine.reports.case.holders import Holders, holders
from engine.reports.desk import starting
from engine.reports.oversight import listing
from engine.reports.parts.filters import Filters
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.advance import incidents
from engine.runtime.advance.advance import catch_up
from engine.runtime.instances import buttons, cancelling, messages
from engine.runtime.instances import instances as running
from engine.runtime.step.context import Context
from engine.runtime.tasks.drafts import Window
from engine.uses.transactions import Raw, Transactions


class InstanceUses:
    """Every use finds the instance by its number, and raises NotFound for whoever may not see it."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def procedures(self, actor: Actor) -> list[starting.Procedure]:
        return self._transactions.read(lambda tx, context: starting.procedures(tx, actor))

    def beginning(self, actor: Actor, key: str, sent: Raw | None = None) -> starting.Beginning:
        """The start form of a procedure, with this person's draft or the values that were refused."""
        return self._transactions.read(lambda tx, context: starting.beginning(tx, context, actor, key, sent))

    def look_at_beginning(self, actor: Actor, key: str, raw: Raw) -> starting.BeginningLook:
        return self._transactions.read(lambda tx, context: starting.look_at_beginning(tx, context, actor, key, raw))

    def beginning_instead(
        self, actor: Actor, key: str, other: str, raw: Raw, window: Window | None = None
    ) -> starting.Beginning:
        """The start form of the other procedure, to which this one leads, with what was typed; it stays as a draft of `key`.

        Raises NotFound, NotAllowed, and Refused when the draft would overwrite what another window has saved.
        """

        def go(tx: Connection, context: Context) -> starting.Beginning:
            found = starting.beginning_instead(tx, context, actor, key, other, raw)
            running.save_draft(tx, context, actor, key, raw, window)
            return found

        return self._transactions.write(go)

    def save_beginning(self, actor: Actor, key: str, raw: Raw, window: Window | None = None) -> None:
        self._transactions.write(lambda tx, context: running.save_draft(tx, context, actor, key, raw, window))

    def start(self, actor: Actor, key: str, raw: Raw) -> str:
        """The instance runs. Returns its number."""
        return self.begin(actor, key, raw).number

    def begin(self, actor: Actor, key: str, raw: Raw) -> running.Started:
        """The instance runs, and perhaps its first task is this person's."""
        found = self._transactions.write(lambda tx, context: running.start(tx, context, actor, key, raw))
        # a form sent again may have been answered by a version that kept the number alone
        return found if isinstance(found, running.Started) else running.Started(str(found), None)

    def instance(self, actor: Actor, number: str) -> page.InstanceView:
        return self._transactions.read(lambda tx, context: page.instance_view(tx, context, actor, number))

    def holders(self, actor: Actor, number: str) -> Holders:
        """With whom the instance lies now. Raises NotFound."""
        return self._transactions.read(lambda tx, context: holders(tx, context, actor, number))

    def listed(self, actor: Actor, filters: Filters, place: Place = HEAD) -> listing.Listing:
        """The instances that this person may see."""
        return self._transactions.read(lambda tx, context: listing.listing(tx, context, actor, filters, place))

    def press(self, actor: Actor, number: str, element_id: str) -> str | None:
        """The button's branch is open. Returns the task it opened for this person, if any."""
        return self._transactions.write(
            lambda tx, context: buttons.press(tx, context, actor, running.find(tx, number, actor).id, element_id)
        )

    def deliver(self, actor: Actor, number: str, element_id: str, message_id: str, raw: Raw | None = None) -> bool:
        """The message has pressed that button, or answered that waiting task, of the instance with this number.

        False when the same message was here before: it does its work once.
        """
        return self._transactions.write(
            lambda tx, context: messages.deliver(tx, context, actor, number, element_id, message_id, raw or {})
        )

    def diagram_of(self, actor: Actor, number: str) -> bytes:
        """The analyst's own file that the instance runs on, to be drawn."""
        return self._transactions.read(
            lambda tx, context: definitions.shown_bytes(tx, running.find(tx, number, actor).definition_id)
        )

    # --- for whoever runs the installation ---

    def resume(self, number: str, by: str) -> None:
        """The parked instance runs again. Raises NotFound."""

        def go_on(tx: Connection, context: Context) -> None:
            catch_up(tx, context, incidents.resume(tx, number, by, context))

        self._transactions.write(go_on)

    def stopped(self) -> list[incidents.Stopped]:
        """Parked instances and faults at starts, the longest first: for whoever looks after the installation."""
        with self._transactions.database.reading() as tx:
            return incidents.stopped(tx)

    def close_failure(self, number: str, by: str) -> bool:
        """The case that has failed is dealt with, and listed no more. False when none of this number is listed."""
        return self._transactions.database.run(
            lambda tx: incidents.close_failure(tx, number, by, self._transactions.clock.now())
        )

    def close_start_fault(self, beginning: str, by: str) -> Name:
        """The fault at a start is done with. Returns the procedure's name. Raises NotFound, Refused."""
        return self._transactions.database.run(
            lambda tx: incidents.close_start_fault(tx, beginning, by, self._transactions.clock.now())
        )

    def end(self, number: str, by: str, reason: str) -> None:
        """The instance is ended past its diagram; whoever waits for it is parked. Raises NotFound, AlreadyDone."""
        self._transactions.write(lambda tx, context: cancelling.end(tx, context, number, by, reason))

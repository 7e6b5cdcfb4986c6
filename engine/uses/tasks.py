"""What a person does with tasks: the inbox, the page of one, claiming, drafts, completing."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection

from engine.db.case import case_of
from engine.errors import NotFound
from engine.organisation.assignment import Actor
from engine.reports.case.holders import Holders, holders
from engine.reports.desk import inbox, tasks
from engine.reports.desk.inbox import NextTask
from engine.reports.desk.tasks import TaskLook
from engine.reports.parts.filters import Filters
from engine.reports.parts.paging import HEAD, Place
from engine.runtime.instances.instances import note_number
from engine.runtime.step.context import Context
from engine.runtime.tasks import tasks as work
from engine.runtime.tasks.drafts import Window
from engine.uses.transactions import Raw, Transactions


class TaskUses:
    """Every use raises NotFound for a task that the person may not see."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def inbox(self, actor: Actor, tab: str, filters: Filters, place: Place = HEAD) -> inbox.Inbox:
        return self._transactions.read(lambda tx, context: inbox.inbox(tx, context, actor, tab, filters, place))

    def next_task(self, actor: Actor, task_id: str, wanted: str = "") -> NextTask | None:
        """The task that comes after this one in the person's inbox; `wanted`, while it is there; None: none is left."""
        return self._transactions.read(lambda tx, context: inbox.next_task(tx, context, actor, task_id, wanted))

    def counts(self, actor: Actor) -> dict[str, int]:
        """How many things lie in each tab of the inbox."""
        return self._transactions.read(lambda tx, context: inbox.counts(tx, context, actor))

    def task(self, actor: Actor, task_id: str, sent: Raw | None = None) -> tasks.TaskView:
        """Everything the page of a task shows; `sent` are values that were refused and stand in the form again."""
        return self._transactions.read(lambda tx, context: tasks.task_view(tx, context, actor, task_id, sent))

    def look_at_answers(self, actor: Actor, task_id: str, raw: Raw) -> TaskLook:
        """What a form that is being filled in asks and warns of, for the values so far."""
        return self._transactions.read(lambda tx, context: tasks.look_at_answers(tx, context, actor, task_id, raw))

    def claim(self, actor: Actor, task_id: str) -> None:
        self._transactions.write(lambda tx, context: work.claim(tx, actor, task_id, context.now))

    def release(self, actor: Actor, task_id: str) -> None:
        self._transactions.write(lambda tx, context: work.release(tx, actor, task_id, context.now))

    def save_draft(self, actor: Actor, task_id: str, raw: Raw, window: Window | None = None) -> None:
        self._transactions.write(lambda tx, context: work.save_draft(tx, actor, task_id, raw, context.now, window))

    def change_draft(self, actor: Actor, task_id: str) -> None:
        """The draft that was kept aside when a colleague's came takes its place again. Raises Refused when none was."""
        self._transactions.write(lambda tx, context: work.change_draft(tx, actor, task_id, context.now))

    def complete(self, actor: Actor, task_id: str, raw: Raw, without_opinions: bool = False) -> work.Completed:
        """The task is done; `without_opinions`: although colleagues who were asked (加签) have not answered."""
        return self.complete_and_look(actor, task_id, raw, without_opinions)[0]

    def complete_and_look(
        self, actor: Actor, task_id: str, raw: Raw, without_opinions: bool = False
    ) -> tuple[work.Completed, Holders | None]:
        """The same, and with whom the instance lies then, as the step knows it.

        None when it has ended, when this person does not see it any more, and for a form that was here before.
        """
        seen: list[Holders] = []

        def go(tx: Connection, context: Context) -> work.Completed:
            seen.clear()
            done = work.complete(tx, context, actor, task_id, raw, without_opinions)
            if not done.ended:
                note_number(tx, case_of(tx, done.instance_id).whole)
                with suppress(NotFound):
                    seen.append(holders(tx, context, actor, done.number))
            return done

        done = self._transactions.write(go)
        return done, next(iter(seen), None)

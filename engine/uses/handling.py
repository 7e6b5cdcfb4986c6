"""What staff do with a task besides completing it, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from engine.db.tables import process_instance
from engine.organisation.assignment import Actor
from engine.reports.parts import handling as report
from engine.runtime.step.context import Context
from engine.runtime.tasks import consultations, dropping, sending_back, taking_back, tasks, transfers, urging
from engine.uses.transactions import Transactions

Raw = Mapping[str, list[str]]


class HandlingUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def choices(self, actor: Actor, task_id: str) -> report.Choices:
        """Whom and what the forms of handing over, asking and sending back offer. Raises NotFound."""
        return self._transactions.read(lambda tx, context: report.choices(tx, context, actor, task_id))

    def require(self, actor: Actor, task_id: str, verb: str) -> None:
        """Nothing, when the person may do this with the open task. Raises NotFound, NotAllowed, AlreadyDone, Refused."""
        self._transactions.read(lambda tx, _context: tasks.require_own(tx, actor, task_id, verb))

    def transfer(self, actor: Actor, task_id: str, to: str, reason: str = "") -> str:
        """The task is that colleague's (转办). Returns the task's name, as every use here that changes one task does."""
        return self._transactions.write(
            lambda tx, context: str(transfers.transfer(tx, context, actor, task_id, to, reason).name)
        )

    def give_back(self, actor: Actor, task_id: str, reason: str) -> str:
        """The task goes back to whoever handed it over (退给转办人)."""
        return self._transactions.write(
            lambda tx, context: str(transfers.give_back(tx, context, actor, task_id, reason).name)
        )

    def delegate(self, actor: Actor, task_id: str, to: str, request: str = "") -> str:
        """A colleague prepares the work (委派)."""
        return self._transactions.write(
            lambda tx, context: str(transfers.delegate(tx, context, actor, task_id, to, request).name)
        )

    def recall(self, actor: Actor, task_id: str) -> str:
        """The work is no longer the delegate's (收回委派)."""
        return self._transactions.write(lambda tx, context: str(transfers.recall(tx, context, actor, task_id).name))

    def hand_in(self, actor: Actor, task_id: str, raw: Raw, opinion: str) -> str:
        """What the delegate has prepared is the holder's again (交回)."""
        return self._transactions.write(
            lambda tx, context: str(transfers.hand_in(tx, context, actor, task_id, raw, opinion).name)
        )

    def consult(self, actor: Actor, task_id: str, people: Sequence[str], question: str = "") -> str:
        """Colleagues are asked for an opinion (加签)."""
        return self._transactions.write(
            lambda tx, context: str(consultations.consult(tx, context, actor, task_id, people, question).name)
        )

    def answer(self, actor: Actor, task_id: str, opinion: str = "", none: bool = False) -> str:
        """The opinion that was asked for, or that there is none."""
        return self._transactions.write(
            lambda tx, context: str(consultations.answer(tx, context, actor, task_id, opinion, none).name)
        )

    def withdraw_request(self, actor: Actor, task_id: str, request_id: str) -> str:
        """An opinion is no longer waited for (减签)."""
        return self._transactions.write(
            lambda tx, context: str(consultations.withdraw(tx, context, actor, task_id, request_id).name)
        )

    def send_back(self, actor: Actor, task_id: str, to_task_id: str, reason: str) -> str:
        """An earlier step is open again (退回). Returns the id of its new task."""
        return self._transactions.write(
            lambda tx, context: sending_back.send_back(tx, context, actor, task_id, to_task_id, reason)
        )

    def drop(self, actor: Actor, task_id: str) -> str:
        """What a button opened is not asked after all (不再提出). Returns the number of the instance."""

        def work(tx: Connection, context: Context) -> str:
            row = dropping.drop(tx, context, actor, task_id)
            own = select(process_instance.c.number).where(process_instance.c.id == row.instance_id)
            return str(tx.execute(own).scalar_one())

        return self._transactions.write(work)

    def take_back(self, actor: Actor, task_id: str) -> str:
        """The completion is undone (撤回). Returns the id of the task that is open again."""
        return self._transactions.write(lambda tx, context: taking_back.take_back(tx, context, actor, task_id))

    def urge(self, actor: Actor, task_id: str, sentence: str = "") -> str:
        """The task's holders and their leader are told that it is waited for (催办)."""
        return self._transactions.write(
            lambda tx, context: str(urging.urge(tx, context, actor, task_id, sentence).name)
        )

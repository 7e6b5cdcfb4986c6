"""What a reader ticks as read at a task (已核对): kept for this person alone, until the task is over."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.documents import materials
from engine.errors import NotFound
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.reports.case.documents import document_lines
from engine.reports.parts.names import Names
from engine.reports.parts.sent import materials_sent
from engine.runtime.documents import reading_marks
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.tasks import tasks
from engine.uses.transactions import Transactions

WORDS_LIMIT = 64
"""Characters of the mark by which one wording of a draft is known."""


class CheckingUses:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def of_task(self, actor: Actor, task_id: str) -> frozenset[str]:
        """The papers that this person has ticked, as `document/ID`, `material/ID` or `draft/ELEMENT/WORDS`.

        Raises NotFound.
        """

        def look(tx: Connection, context: Context) -> frozenset[str]:
            return reading_marks.of_task(tx, actor.person_id, tasks.find(tx, task_id, actor).id)

        return self._transactions.read(look)

    def check(self, actor: Actor, task_id: str, paper: str, checked: bool) -> None:
        """The paper is ticked, or not any more. Raises NotFound, also for a paper that the task does not show to this
        person, NotAllowed, AlreadyDone."""
        self._change(actor, task_id, [paper] if checked else [], [] if checked else [paper])

    def keep(self, actor: Actor, task_id: str, shown: Collection[str], checked: Collection[str]) -> None:
        """Of the papers that were shown these are ticked; what came since stays as it is. Raises as `check` does."""
        self._change(actor, task_id, checked, set(shown) - set(checked))

    def _change(self, actor: Actor, task_id: str, checked: Collection[str], no_longer: Collection[str]) -> None:
        def work(tx: Connection, context: Context) -> None:
            row = tasks.take_hold(tx, actor, "prepare", task_id)  # locked: nothing is ticked at a task that is ending
            if checked:
                _require_shown(tx, context, actor, row, checked)
            reading_marks.check(tx, row, actor.person_id, checked, context.now)
            reading_marks.uncheck(tx, row, actor.person_id, no_longer)

        self._transactions.write(work)


def _require_shown(tx: Connection, context: Context, actor: Actor, row: TaskRow, papers: Collection[str]) -> None:
    documents = {f"document/{found.id}" for found in document_lines(tx, row.instance_id, Names(tx), actor)}
    listed = materials.of_instance(tx, row.instance_id)
    sent = {f"material/{found.id}" for found in materials_sent(tx, row.instance_id, actor, listed)}
    unknown = {paper for paper in papers if paper not in documents | sent}
    drafts = _drafts_of(tx, context, actor, row) if unknown else ()
    for paper in unknown:
        kind, _slash, rest = paper.partition("/")
        element_id, _slash, words = rest.partition("/")
        if kind != "draft" or element_id not in drafts or not (words.isalnum() and len(words) <= WORDS_LIMIT):
            raise NotFound(_("This task has no such document or material. Reload the page."))


def _drafts_of(tx: Connection, context: Context, actor: Actor, row: TaskRow) -> Collection[str]:
    instance = case_of(tx, row.instance_id).whole
    step = instances.look(tx, context, instance, actor)
    return step.definition.diagram.elements[row.element_id].drafts

"""Drafts of papers at the tasks that lead to them: looked at, edited, taken along as a Word file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Element
from engine.db.case import case_of
from engine.db.rows import TaskRow
from engine.db.tables import task
from engine.documents import word_files
from engine.errors import NotFound
from engine.messages import Text
from engine.messages import gettext as _
from engine.organisation.assignment import Actor, may
from engine.organisation.directory import UnitDirectory
from engine.reports.case.withheld_documents import says_what_is_hidden
from engine.reports.desk import coming_documents
from engine.reports.parts import answers
from engine.runtime.documents import issue
from engine.runtime.documents.issue import Edited
from engine.runtime.documents.wording import Composed, Texts, with_texts
from engine.runtime.instances import instances
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.runtime.tasks import tasks
from engine.states import TaskStatus
from engine.uses.papers import PaperUses
from engine.uses.transactions import Transactions


@dataclass(frozen=True)
class DraftView:
    """A paper as it would be issued if the task were completed with what is filled in so far."""

    element_id: str
    name: str
    title: str
    to_unit: str
    texts: Texts
    words: dict[str, Any]
    layout: Mapping[str, str]
    blanks: tuple[Text, ...]
    unprintable: Text
    """The sentence about characters that no font has; empty when all print."""
    has_body: bool
    """Whether it has sentences to edit; a form has none."""
    may_edit: bool
    edited: Edited | None
    is_coming: bool
    """Whether what is filled in so far leads to it; so does every paper while no outcome is chosen."""
    written_before: bool
    """Whether a task that is done has drafted it: whoever has this task reads it, and signs."""

    @property
    def wording(self) -> str:
        """A mark that is another one as soon as the paper says something else."""
        return hashlib.sha256(json.dumps(self.words, ensure_ascii=True, default=str).encode()).hexdigest()[:16]

    @property
    def changes(self) -> list[tuple[Text, str, str]]:
        """What the edit has changed: the place, what the letter gives, what stands now."""
        if self.edited is None:
            return []
        before, after = self.edited.generated, self.edited.texts
        pairs: list[tuple[Text, str, str]] = [
            (_("Title"), before.title, after.title),
            (_("Contact"), before.contact, after.contact),
        ]
        pairs.append((_("Attachments"), "\n".join(before.attachments), "\n".join(after.attachments)))
        taken_out = [text for text in before.paragraphs if text not in after.paragraphs]
        put_in = [text for text in after.paragraphs if text not in before.paragraphs]
        if taken_out or put_in:
            pairs.append((_("Text"), "\n".join(taken_out), "\n".join(put_in)))
        return [pair for pair in pairs if pair[1] != pair[2]]


class PaperDraftUses:
    def __init__(self, transactions: Transactions, made: PaperUses) -> None:
        self._transactions, self._made = transactions, made

    def of_task(self, actor: Actor, task_id: str) -> list[DraftView]:
        """The papers that the open task drafts or signs; none when it is over.

        Until a paper is issued it is the business of the unit that writes it, and of the bureaus of oversight.
        """

        def look(tx: Connection, context: Context) -> list[DraftView]:
            row = tasks.find(tx, task_id, actor)
            if row.status != TaskStatus.OPEN or (actor.unit_code != row.unit_code and not actor.oversees):
                return []
            step, values = _look(tx, context, actor, row)
            own = step.definition.diagram.elements[row.element_id]
            leads_to = coming_documents.coming(step, own, step.definition.form_of(own), values)
            written = _written_before(step, row)
            views = [_view(step, actor, row, name, name in leads_to, name in written) for name in own.drafts]
            return [
                view
                for view in views
                if view and not says_what_is_hidden(view.words, step.definition, step.facts, actor)
            ]

        return self._transactions.read(look)

    def draft(self, actor: Actor, task_id: str, element_id: str) -> DraftView:
        """One of them. Raises NotFound."""
        found = next((view for view in self.of_task(actor, task_id) if view.element_id == element_id), None)
        if found is None:
            raise NotFound(_("This step has no such document, or the step is already complete."))
        return found

    def pictures(self, actor: Actor, task_id: str, element_id: str) -> list[bytes]:
        """Its pages as PNG, marked as a draft. Raises NotFound, NotTypeset."""
        view = self.draft(actor, task_id, element_id)
        return self._made.draw(view.layout, view.words)

    def word_file(self, actor: Actor, task_id: str, element_id: str) -> tuple[str, bytes]:
        """A .docx to work on the wording with, and its name; it is never the record."""
        view = self.draft(actor, task_id, element_id)
        return str(_("%(title)s (draft).docx", title=view.title)), word_files.write(view.words)

    def save(self, actor: Actor, task_id: str, element_id: str, texts: Texts) -> None:
        """The paper will be issued with these texts. Raises NotFound, NotAllowed, InvalidValues, Refused."""
        self._change(actor, task_id, element_id, lambda step, el, composed: issue.save_edit(step, el, composed, texts))

    def drop(self, actor: Actor, task_id: str, element_id: str) -> None:
        """The paper will be issued as the letter gives it. Raises NotFound, NotAllowed."""
        self._change(actor, task_id, element_id, lambda step, el, composed: issue.drop_edit(step, el))

    def _change(self, actor: Actor, task_id: str, element_id: str, change: Any) -> None:
        def work(tx: Connection, context: Context) -> None:
            row = tasks.take_hold(tx, actor, "edit_paper", task_id)
            step, _values = _look(tx, context, actor, row)
            element = _issuing(step, row, element_id)
            composed, _edited = issue.draft(step, element, row.element_id)
            change(step, element, composed)

        self._transactions.write(work)


def _look(tx: Connection, context: Context, actor: Actor, row: TaskRow) -> tuple[Step, dict[str, object]]:
    """The step as it would be with what the form holds for this person, and that; it is only looked at."""
    instance = case_of(tx, row.instance_id).whole
    step = instances.look(tx, context, instance, actor)
    step.stand_in(row.scope_id)
    saved = tasks.draft(tx, actor.person_id, row.id)
    form = step.definition.form_of(step.definition.diagram.elements[row.element_id])
    if saved is not None:
        _, values = answers.look_at(form, step, UnitDirectory(tx, actor, context.now, context.fonts), saved.answers)
    else:
        values = answers.opened(form, step, tasks.said_before(tx, row))
    for name, value in values.items():
        step.facts.say(name, value)
    return step, values


def _issuing(step: Step, row: TaskRow, element_id: str) -> Element:
    own = step.definition.diagram.elements[row.element_id]
    if element_id not in own.drafts:
        raise NotFound(_("This step has no such document."))
    return step.definition.diagram.elements[element_id]


def _written_before(step: Step, row: TaskRow) -> frozenset[str]:
    """The elements whose papers tasks that are done have drafted."""
    done = (found for found in step.case.rows(task) if found.status == TaskStatus.COMPLETED and found.undone is None)
    elements = step.definition.diagram.elements
    return frozenset(name for found in done for name in elements[found.element_id].drafts)


def _view(
    step: Step, actor: Actor, row: TaskRow, element_id: str, is_coming: bool, written_before: bool
) -> DraftView | None:
    element = _issuing(step, row, element_id)
    if not issue.sides_known(step, element):
        return None
    try:
        composed, edited = issue.draft(step, element, row.element_id)
    except NotFound:
        return None  # deployed before there were letters
    return _shown(step, actor, row, element, composed, edited, is_coming, written_before)


def _shown(
    step: Step,
    actor: Actor,
    row: TaskRow,
    element: Element,
    composed: Composed,
    edited: Edited | None,
    is_coming: bool,
    written_before: bool,
) -> DraftView:
    texts = edited.texts if edited else composed.texts
    words = (with_texts(composed, texts) if edited else composed.words) | {"draft": True}
    return DraftView(
        element_id=element.id,
        name=element.properties.get("title") or composed.version.letter.name,
        title=texts.title,
        to_unit=words["addressee"],
        texts=texts,
        words=words,
        layout=composed.version.layout,
        blanks=composed.blanks,
        unprintable=issue.unprintable(step, words),
        has_body=bool(texts.paragraphs),
        may_edit=may(actor, "edit_paper", tasks.subject(step.tx, row)).allowed,
        edited=edited,
        is_coming=is_coming,
        written_before=written_before,
    )

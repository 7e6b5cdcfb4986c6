"""What was filled in at the start and each time that a task was done, one after the other, for a reader on paper.

A step that came round twice stands there twice: what was said the first time is part of the history, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from engine.clock import local
from engine.db import fetch
from engine.db.rows import CorrectionRow, FactRow, TaskRow
from engine.db.tables import correction, fact, task
from engine.db.values import decode
from engine.forms.schema import Field, Form
from engine.messages import in_chinese
from engine.reports.case import history
from engine.reports.parts import readers
from engine.reports.parts.answers import in_words
from engine.reports.parts.names import Names
from engine.runtime.step.step import Step
from engine.states import CorrectionStatus, TaskStatus

KEPT_BACK = "该单位拟稿过程中的填报，未随文书发出，本卷不载。"
"""What stands in the place of another unit's draft: that it was, not what it said."""
Key = tuple[str | None, str]
"""The task, None for the start form, and the name of a fact."""


@dataclass(frozen=True)
class Submission:
    """One filling in of a form: its heading, by whom and when, and the label and words of what was said."""

    title: str
    by: str
    entries: tuple[tuple[str, str], ...]


@dataclass
class _Said:
    """What is known of the instance's facts while its submissions are read in their order."""

    tx: Connection
    step: Step
    names: Names
    facts: list[FactRow]
    corrections: dict[Key, list[CorrectionRow]]
    told: set[tuple[str, str]] = field(default_factory=set)
    """The names of what the procedure itself has recorded, with the words that stand on the page already."""

    def entries(self, form: Form, task_id: str | None, until: int) -> Iterator[tuple[str, str]]:
        """The answers of this task; and what the form shows of the procedure's own record up to this fact, once."""
        own = dict[str, object]()
        recorded = dict[str, object]()
        for row in self.facts:
            if row.id < until:
                recorded[row.name] = decode(row.value)
            if row.task_id == task_id and (task_id is not None or row.revision <= 1):
                own.setdefault(row.name, decode(row.value))
        definition = self.step.definition
        for found in form.fields:
            is_record = self.is_record(found)
            if not found.asks or readers.leaves_out(found, definition, self.step.facts, self.step.actor):
                continue
            if found.readonly and not is_record and task_id is not None:
                continue  # it only shows again what stands where it was said
            words = self.words(found, recorded.get(found.key) if is_record else own.get(found.key), task_id)
            if words and (found.key, words) not in self.told:
                if is_record:
                    self.told.add((found.key, words))
                yield found.label.drawn, words

    def rest(self) -> Iterator[tuple[str, str]]:
        """What the procedure itself has recorded for a form that nobody filled in afterwards."""
        definition = self.step.definition
        for found in (found for form in definition.forms.values() for found in form.fields):
            if readers.leaves_out(found, definition, self.step.facts, self.step.actor):
                continue
            words = self.words(found, self.step.facts.get(found.key), None) if self.is_record(found) else ""
            if words and (found.key, words) not in self.told:
                self.told.add((found.key, words))
                yield found.label.drawn, words

    def is_record(self, found: Field) -> bool:
        """Whether forms only show it: nobody is asked for it, the procedure itself says it."""
        forms = self.step.definition.forms.values()
        return found.asks and not any(
            other.key == found.key and not other.readonly for form in forms for other in form.fields
        )

    def words(self, found: Field, value: object, task_id: str | None) -> str:
        """The value as it was said, and what it was corrected to later."""
        words = in_chinese(in_words(found, value, self.names))
        if words and readers.hides(found, self.step.definition.diagram, self.step.facts, self.step.actor):
            return readers.MASK
        for row in self.corrections.get((task_id, found.key), []):
            assert row.decided_at is not None, "it is approved"
            corrected = in_chinese(in_words(found, decode(row.new_value), self.names)) or "不填"
            words = f"{words}\n（{_instant(row.decided_at)} 更正为：{corrected}）".strip()
        return words


def submissions(tx: Connection, step: Step, names: Names) -> list[Submission]:
    """Every answering of every step in the order of the record, as far as the step's actor may read it."""
    assert step.actor is not None
    instance, definition = step.instance, step.definition
    own = fact.c.instance_id == instance["id"]
    facts = fetch.every(tx, FactRow, select(fact).where(own).order_by(fact.c.id))
    said = _Said(tx, step, names, facts, _corrections(tx, instance["id"]))
    diagram = definition.diagram
    after_start = next((row.id for row in facts if row.revision > 1), _after(facts))
    found = [
        Submission(
            f"{diagram.name}：发起",
            _by("", names.person(instance["started_by"]), instance["started_at"], ""),
            tuple(said.entries(definition.start_form(instance["start_element_id"]), None, after_start)),
        )
    ]
    drafts = readers.on_the_way(tx, instance["id"], definition, step.actor)
    done = done_tasks(tx, instance["id"])
    rounds = Counter(row.element_id for row in done)
    times = Counter[str]()
    for row in done:
        times[row.element_id] += 1
        assert row.ended_at is not None, "it is done"
        ended_at = row.ended_at
        unit = names.unit(row.unit_code)
        is_draft = row.id in drafts
        ending = "" if is_draft else in_chinese(history.ending(row, definition))
        first = next((said_row.id for said_row in facts if said_row.task_id == row.id), None)
        known = first or next((said_row.id for said_row in facts if said_row.said_at > ended_at), _after(facts))
        form = definition.form_of(diagram.elements[row.element_id])
        found.append(
            Submission(
                f"{row.name}（第 {times[row.element_id]} 次）" if rounds[row.element_id] > 1 else row.name,
                _by(unit.name if unit else row.unit_code, names.person(row.ended_by), ended_at, ending),
                (("填报内容", KEPT_BACK),) if is_draft else tuple(said.entries(form, row.id, known)),
            )
        )
    rest = tuple(said.rest())
    return [*found, Submission("流程自动记录的其他内容", "", rest)] if rest else found


def done_tasks(tx: Connection, instance_id: str) -> list[TaskRow]:
    """The tasks that were done, in the order of the record, also those whose completion was taken back."""
    order = readers.order_of_record(tx, instance_id)
    own = (task.c.instance_id == instance_id) & (task.c.status == TaskStatus.COMPLETED)
    done = fetch.every(tx, TaskRow, select(task).where(own))
    return sorted(done, key=lambda row: (row.ended_at, order.get(row.id, 0), row.id))


def _corrections(tx: Connection, instance_id: str) -> dict[Key, list[CorrectionRow]]:
    own = (correction.c.instance_id == instance_id) & (correction.c.status == CorrectionStatus.APPROVED)
    found: dict[Key, list[CorrectionRow]] = {}
    approved = select(correction).where(own).order_by(correction.c.decided_at, correction.c.id)
    for row in fetch.every(tx, CorrectionRow, approved):
        found.setdefault((row.task_id, row.name), []).append(row)
    return found


def _after(facts: list[FactRow]) -> int:
    return facts[-1].id + 1 if facts else 0


def _by(unit: str, person: str, at: datetime, ending: str) -> str:
    return "　".join(filter(None, (f"{unit} {person}".strip(), _instant(at), ending)))


def _instant(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"

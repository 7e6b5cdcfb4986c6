"""What has happened to an instance, in words for readers: the step list, and the record of the flow (流转记录)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.db.case import case_of
from engine.db.rows import DeadlineRow, DocumentRow, TaskRow
from engine.db.tables import audit_entry, deadline, document, notice, task
from engine.deployments.definitions import Definition
from engine.errors import ExpressionError
from engine.messages import Name, Text, pgettext, words
from engine.messages import gettext as _
from engine.notices.said import SAID, text_of
from engine.organisation.assignment import Actor
from engine.reports.case import entry_lines
from engine.reports.case.awaited import Awaited
from engine.reports.case.calls import running_calls
from engine.reports.case.documents import readable
from engine.reports.case.event_lines import (
    DONE,
    FOR_OVERSIGHT,
    KEPT,
    LAPSED,
    LAPSED_UNDONE,
    LogLine,
    Period,
    Seen,
)
from engine.reports.parts import readers
from engine.reports.parts.names import Names, UnitName, outcome_name, role_names
from engine.reports.parts.periods import name_of
from engine.reports.parts.reached import Reached, together
from engine.reports.parts.sent import unread_papers
from engine.runtime.step import parties
from engine.runtime.step.facts import known
from engine.runtime.step.step import Step
from engine.states import InstanceStatus, TaskStatus, Undone

WAITS_FOR_RESULT = pgettext("history", "Waiting for its result")


@dataclass(frozen=True)
class StepLine:
    """One step: done, lapsed, now or next. `who` is a person's name, or the role that is asked."""

    state: str
    name: Text
    unit: UnitName | None
    who: Text
    at: datetime | None
    outcome: Text
    remark: str
    task_id: str | None = None
    document_id: str | None = None
    times: int = 1


def steps(step: Step, names: Names, reader: Actor, events: Sequence[Awaited]) -> list[StepLine]:
    """What was done, what is being done or waited for (`events`), and what usually follows, as this reader may know it: no
    link to a paper that is not open to it."""
    tx, instance_id, definition = step.tx, step.instance_id, step.definition
    diagram, ended = definition.diagram, step.instance["status"] == InstanceStatus.ENDED
    case = case_of(tx, instance_id)
    tasks = case.rows(task)
    papers = sorted(case.rows(document), key=lambda row: (row.delivered_at, row.sequence))
    drafts = readers.on_the_way(tx, instance_id, definition, reader)
    past = []
    for row in tasks:
        if row.status != TaskStatus.OPEN:
            name = definition.element_name(row.element_id)
            told: tuple[Text, str] = ("", "")
            if row.id not in drafts:
                told = ending(row, definition), readers.remark(row, definition, reader)
            past.append((row.ended_at or row.opened_at, _past_task(row, name, names, *told)))
    untold = unread_papers(tx, instance_id, reader)
    past += [(row.delivered_at, _delivered(row, definition, names, reader)) for row in papers if row.id not in untold]
    done = [line for _, line in sorted(past, key=lambda pair: pair[0])]  # what comes first at one instant stays first
    open_tasks = sorted(
        (row for row in tasks if row.status == TaskStatus.OPEN), key=lambda row: (row.opened_at, row.id)
    )
    now = [
        StepLine(
            state="now",
            name=definition.element_name(row.element_id),
            unit=names.unit(row.unit_code),
            who=names.person(row.assignee_id) or role_names(row.roles),
            at=row.claimed_at,
            outcome="" if row.assignee_id else pgettext("step", "Unclaimed"),
            remark="",
            task_id=row.id,
        )
        for row in open_tasks
    ]
    now += [
        StepLine(
            "now", definition.element_name(call.element_id), None, call.number, call.started_at, WAITS_FOR_RESULT, ""
        )
        for call in running_calls(step)
    ]
    now += [StepLine("now", event.name, None, "", event.due_at, event.what, "") for event in events]
    coming: list[StepLine] = []
    if open_tasks and not ended:
        waiting, holds = {row.element_id for row in open_tasks}, _settled(tx, instance_id, definition)
        for row in reversed(open_tasks):
            expected = [
                found for found in diagram.expected_after(row.element_id, holds=holds) if found.id not in waiting
            ]
            coming = [
                StepLine("next", definition.element_name(found.id), None, who_is_asked(found, definition), None, "", "")
                for found in expected
            ]
            if coming:
                break
    return [*done, *now, *coming]


def _settled(tx: Connection, instance_id: str, definition: Definition) -> Callable[[str], bool | None]:
    """What the start form alone has decided, for a condition that asks nothing else; None for any other."""
    facts = {**dict.fromkeys(definition.facts), **known(tx, instance_id)}

    def holds(condition: str) -> bool | None:
        asked = compile_expression(condition)
        if asked.functions or not asked.names <= definition.settled_facts:
            return None
        try:
            return bool(evaluate(asked, facts, {}))
        except ExpressionError:
            return None

    return holds


def log(
    tx: Connection,
    instance_id: str,
    definition: Definition,
    names: Names,
    reader: Actor,
    told_whom: Mapping[str, Reached] | None = None,
) -> list[LogLine]:
    """Everything that happened, as this reader may know it, the latest first.

    With `told_whom` every notice has a line that says whom it reached.
    """
    case = case_of(tx, instance_id)
    seen = Seen(
        reader=reader,
        definition=definition,
        names=names,
        tasks={row.id: row for row in case.rows(task)},
        periods={row.key: _period(tx, row, definition) for row in case.rows(deadline)},
        documents={row.id: row.element_id or "" for row in case.rows(document)},
        kept=_kept_papers(tx, instance_id),
        drafts=readers.on_the_way(tx, instance_id, definition, reader),
        corrections_kept_back=readers.corrections_kept_back(tx, instance_id, definition, reader),
        untold=unread_papers(tx, instance_id, reader),
        units=parties.known_to(tx, instance_id, reader.unit_code),
        said=_said(tx, instance_id),
    )
    lines: list[LogLine] = []
    for row in case.rows(audit_entry):
        lines += entry_lines.lines(tx, row, seen)
    shown: dict[LogLine, LogLine] = {}
    for line in lines:  # one notice to several readers is one line
        if told_whom is None and line.action in FOR_OVERSIGHT:
            continue
        known = shown.get(line)
        shown[line] = _one_line(known, line) if known else line
    # what the end of the case began is not told after it
    in_order = sorted(shown.values(), key=lambda line: (line.at, line.kind == "ended"))
    return [_with_reached(line, told_whom or {}) for line in reversed(in_order)]


def _period(tx: Connection, row: DeadlineRow, definition: Definition) -> Period:
    return Period(name_of(tx, row, definition.key), row.hard, row.unit_code if row.scope_id else None)


def _one_line(first: LogLine, second: LogLine) -> LogLine:
    to = tuple(dict.fromkeys(first.to + second.to))
    return replace(first, notices=first.notices + second.notices, to=to)


def _with_reached(line: LogLine, told_whom: Mapping[str, Reached]) -> LogLine:
    reached = [told_whom[found] for found in line.notices if found in told_whom]
    return replace(line, reached=together(reached)) if reached else line


def _said(tx: Connection, instance_id: str) -> dict[str, Text]:
    """Notice -> what it says, as far as that is kept for readers of any language."""
    rows = tx.execute(select(*SAID).where(notice.c.instance_id == instance_id))
    return {row.id: text_of(row) for row in rows}


def _past_task(row: TaskRow, name: Name, names: Names, outcome: Text, remark: str) -> StepLine:
    return StepLine(
        state="done" if row.status == TaskStatus.COMPLETED and row.undone is None else "lapsed",
        name=name,
        unit=names.unit(row.unit_code),
        who=names.person(row.ended_by),
        at=row.ended_at,
        outcome=outcome,
        remark=remark,
        task_id=row.id,
    )


def ending(row: TaskRow, definition: Definition) -> Text:
    """How a step that is over ended, in words."""
    match row.status, row.undone:
        case TaskStatus.COMPLETED, None:
            return outcome_name(definition, row)
        case TaskStatus.COMPLETED, _undone:
            return _("%(outcome)s, undone", outcome=outcome_name(definition, row) or DONE)
        case _status, Undone.SENT_BACK:
            return pgettext("history", "Sent back")
        case _status, Undone.TAKEN_BACK:
            return LAPSED_UNDONE
        case _status, Undone.DROPPED:
            return pgettext("history", "Dropped")
        case _status, Undone.TAKEN_OFF:
            return pgettext("history", "No longer asked")
    return LAPSED


def _kept_papers(tx: Connection, instance_id: str) -> frozenset[str]:
    """The papers that a unit has made for its own files: nobody was sent them."""
    return frozenset(row.id for row in case_of(tx, instance_id).rows(document) if _is_kept(row))


def _is_kept(row: DocumentRow) -> bool:
    return bool(row.from_unit == row.to_unit and not row.content.get("addressee"))


def _delivered(row: DocumentRow, definition: Definition, names: Names, actor: Actor) -> StepLine:
    """A paper that went to another unit; one that a unit keeps in its own files is its own, and no link for others."""
    title = definition.english.titled(definition.key, row.element_id, row.title)
    if _is_kept(row):
        made = _("%(document)s made", document=title)
        return StepLine("done", made, names.unit(row.from_unit), "", row.delivered_at, KEPT, "")
    to_unit, addressee = names.unit(row.to_unit), row.content.get("addressee", "")
    return StepLine(
        state="done",
        name=_("%(document)s delivered", document=title),
        unit=None,
        who="",
        at=row.delivered_at,
        outcome=_("Delivered to %(whom)s", whom=addressee or to_unit.name) if to_unit else "",
        remark="",
        document_id=row.id if readable(actor, row) else None,
    )


def _unit_label(element: Element, unit: str, definition: Definition) -> Text:
    """What a form calls the unit that an element names; of each unit in a list what it calls the list."""
    lists = {one.many.item_name: one.many.collection for one in definition.diagram.scopes_around(element) if one.many}
    own = {element.many.item_name: element.many.collection} if element.many else {}
    fact = (lists | own).get(unit, unit)
    label = definition.fact_label(fact)
    return "" if label.drawn == fact else label


def who_is_asked(element: Element, definition: Definition) -> Text:
    """Who will be asked to do a step: its lane, or whom it names itself; nobody for what is automatic."""
    if element.kind != "userTask":
        return ""
    if element.candidate_groups:
        return role_names([group.partition(":")[2] for group in element.candidate_groups])
    if "role" in element.properties:
        unit, roles = definition.diagram.asked(element)
        return words(_unit_label(element, unit, definition), role_names(roles))
    return definition.lane_name(element.lane) if element.lane else ""

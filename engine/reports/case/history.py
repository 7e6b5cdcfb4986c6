"""What has happened to an instance, in words for readers: the step list, and the record of the flow (流转记录)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.clock import parse_local
from engine.db.case import case_of
from engine.db.tables import audit_entry, deadline, document, task
from engine.deployments.definitions import Definition
from engine.errors import ExpressionError
from engine.messages import from_json
from engine.organisation.assignment import Actor
from engine.organisation.people import ROLES
from engine.reports.case import collaboration_lines
from engine.reports.case.calls import running_calls
from engine.reports.case.documents import readable
from engine.reports.case.event_lines import FOR_OVERSIGHT, LogLine, Period, Seen, event_lines
from engine.reports.parts import readers
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.sent import unread_papers
from engine.reports.parts.tellings import Telling, together
from engine.runtime.step.confidentiality import told_in
from engine.runtime.step.events import events_of
from engine.runtime.step.facts import known

AMONG_COLLEAGUES = {
    "transferred": "转办",
    "returned": "退给转办人",
    "delegated": "委派",
    "recalled": "收回委派",
    "handed_in": "交回",
    "consulted": "征求意见",
    "answered": "回复意见",
    "unasked": "撤销征求意见",
}
"""What one colleague does with another is the unit's own business: the other parties do not read it."""
DRAFTING = ("paper_edited", "paper_edit_dropped", "material_added", "material_renamed", "material_removed")


@dataclass(frozen=True)
class StepLine:
    """One step: done, lapsed, now or next. `who` is a person's name, or the role that is asked."""

    state: str
    name: str
    unit: UnitName | None
    who: str
    at: datetime | None
    outcome: str
    remark: str
    task_id: str | None = None
    document_id: str | None = None
    times: int = 1


def steps(
    tx: Connection, instance_id: str, definition: Definition, names: Names, reader: Actor, ended: bool
) -> list[StepLine]:
    """What was done, what is being done, and what usually follows, as this reader may know it: no link to a paper that
    is not open to it."""
    diagram = definition.diagram
    case = case_of(tx, instance_id)
    tasks = case.rows(task)
    papers = sorted(case.rows(document), key=lambda row: (row.delivered_at, row.sequence))
    drafts = readers.on_the_way(tx, instance_id, definition, reader)
    past = []
    for row in tasks:
        if row.status != "open":
            told = ("", "") if row.id in drafts else (ending(row), readers.remark(row, definition, reader))
            past.append((row.ended_at, _past_task(row, names, *told)))
    untold = unread_papers(tx, instance_id, reader)
    past += [(row.delivered_at, _delivered(row, names, reader)) for row in papers if row.id not in untold]
    done = [line for _, line in sorted(past, key=lambda pair: pair[0])]  # what comes first at one instant stays first
    open_tasks = sorted((row for row in tasks if row.status == "open"), key=lambda row: (row.opened_at, row.id))
    now = [
        StepLine(
            state="now",
            name=row.name,
            unit=names.unit(row.unit_code),
            who=names.person(row.assignee_id) or role_names(row.roles),
            at=row.claimed_at,
            outcome="" if row.assignee_id else "待领取",
            remark="",
            task_id=row.id,
        )
        for row in open_tasks
    ]
    called = list(running_calls(tx, instance_id, diagram))
    now += [StepLine("now", call.name, None, call.number, call.started_at, "等它的结果", "") for call in called]
    coming: list[StepLine] = []
    if open_tasks and not ended:
        waiting, holds = {row.element_id for row in open_tasks}, _settled(tx, instance_id, definition)
        for row in reversed(open_tasks):
            expected = [
                found for found in diagram.expected_after(row.element_id, holds=holds) if found.id not in waiting
            ]
            coming = [StepLine("next", found.name, None, asked_of(found), None, "", "") for found in expected]
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
    told_whom: Mapping[str, Telling] | None = None,
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
        periods={row.key: Period(row.name, row.hard) for row in case.rows(deadline)},
        kept=_kept_papers(tx, instance_id),
        drafts=readers.on_the_way(tx, instance_id, definition, reader),
        unissued=readers.unissued(tx, instance_id, definition, reader),
        untold=unread_papers(tx, instance_id, reader),
    )
    lines: list[LogLine] = []
    for entry in case.rows(audit_entry):
        if entry.kind.startswith("paper_") and entry.content.get("id") in seen.untold:
            continue
        internal = is_internal(entry.kind, entry.content) and entry.unit_code != reader.unit_code
        if internal and not reader.oversees:
            continue
        if entry.kind.startswith("correction_") and entry.content["name"] in seen.unissued:
            continue
        lines += _lines(tx, entry, seen)
    shown: dict[LogLine, LogLine] = {}
    for line in lines:  # one notice to several readers is one line
        if told_whom is None and line.action in FOR_OVERSIGHT:
            continue
        known = shown.get(line)
        shown[line] = _one_line(known, line) if known else line
    # what the end of the case began is not told after it
    in_order = sorted(shown.values(), key=lambda line: (line.at, line.kind == "ended"))
    return [_with_telling(line, told_whom or {}) for line in reversed(in_order)]


def _one_line(first: LogLine, second: LogLine) -> LogLine:
    to = tuple(dict.fromkeys(first.to + second.to))
    return replace(first, notices=first.notices + second.notices, to=to)


def _with_telling(line: LogLine, told_whom: Mapping[str, Telling]) -> LogLine:
    reached = [told_whom[found] for found in line.notices if found in told_whom]
    return replace(line, telling=together(reached)) if reached else line


def is_internal(kind: str, content: Mapping[str, Any]) -> bool:
    """Whether an entry of the audit is the business of its own unit alone.

    That is what colleagues do and say among themselves, and what they made of a paper before it was issued.
    """
    said = kind in ("commented", "comment_retracted") and bool(content.get("internal"))
    return kind in AMONG_COLLEAGUES or kind in DRAFTING or said


def role_names(roles: list[str]) -> str:
    return "、".join(str(name) for role, name in ROLES.items() if role in roles)


def _lines(tx: Connection, entry: Row[Any], seen: Seen) -> list[LogLine]:
    names, tasks = seen.names, seen.tasks
    unit, person = names.unit(entry.unit_code), names.person(entry.person_id)

    def line(
        kind: str, step: str, action: str, note: str = "", due: str | None = None, by_system: bool = False
    ) -> LogLine:
        who, where = ("", None) if by_system else (person, unit)
        return LogLine(entry.at, kind, step, action, where, who, note, parse_local(due) if due else None)

    content = entry.content
    found: list[LogLine] = []
    match entry.kind:
        case "started":
            found.append(line("started", seen.definition.name, "发起"))
        case "claimed" | "released":
            name = _name_of(content, tasks)
            found.append(line("claimed", name, "领取任务" if entry.kind == "claimed" else "退还任务"))
        case "let_go":
            note = f"{names.person(content['from'])}已不在任，由本岗位在任的人领取办理"
            found.append(line("claimed", _name_of(content, tasks), "退回岗位", note, by_system=True))
        case kind if kind in AMONG_COLLEAGUES:
            to_post = kind == "returned" and not content.get("to")
            action = "退回岗位" if to_post else f"{AMONG_COLLEAGUES[kind]} {names.person(content.get('to'))}".rstrip()
            note = content.get("reason") or ""
            if note and entry.unit_code != seen.reader.unit_code and told_in(tx, entry.instance_id, None, note):
                note = readers.MASK
            found.append(line("handed", _name_of(content, tasks), action, note))
        case "urged":
            found.append(line("urged", _name_of(content, tasks), "催办", content.get("reason") or ""))
        case "begun":
            found.append(line("called", content["name"], "发起", content["number"], by_system=True))
        case "called_incident":
            found.append(line("incident", content["number"], "遇到故障", from_json(content["message"]), by_system=True))
        case "cancelled":
            reason = content.get("reason", "")
            found.append(line("ended", content["result_name"], "办件结束", reason, by_system=not entry.person_id))
        case "incident":
            found.append(line("incident", "", "停下，待处理", from_json(content["message"]), by_system=True))
        case "resumed":
            found.append(line("incident", "", "恢复办理", by_system=True))
    found += collaboration_lines.lines(entry, names, line)
    for event in events_of(content):
        found += event_lines(event, seen, line)
    return found


def _name_of(content: dict[str, Any], tasks: Mapping[str, Row[Any]]) -> str:
    return tasks[content["task"]].name if content["task"] in tasks else ""


def _past_task(row: Row[Any], names: Names, outcome: str, remark: str) -> StepLine:
    return StepLine(
        state="done" if row.status == "completed" and row.undone is None else "lapsed",
        name=row.name,
        unit=names.unit(row.unit_code),
        who=names.person(row.ended_by),
        at=row.ended_at,
        outcome=outcome,
        remark=remark,
        task_id=row.id,
    )


def ending(row: Row[Any]) -> str:
    """How a step that is over ended, in words."""
    match row.status, row.undone:
        case "completed", None:
            return row.outcome_name or ""
        case "completed", _:
            return f"{row.outcome_name or '办结'}，已撤回"
        case _, "sent_back":
            return "退回"
        case _, "taken_back":
            return "随撤回失效"
        case _, "dropped":
            return "不再提出"
    return "失效"


def _kept_papers(tx: Connection, instance_id: str) -> frozenset[str]:
    """The papers that a unit has made for its own files: nobody was sent them."""
    return frozenset(row.id for row in case_of(tx, instance_id).rows(document) if _is_kept(row))


def _is_kept(row: Row[Any]) -> bool:
    return bool(row.from_unit == row.to_unit and not row.content.get("addressee"))


def _delivered(row: Row[Any], names: Names, actor: Actor) -> StepLine:
    """A paper that went to another unit; one that a unit keeps in its own files is its own, and no link for others."""
    if _is_kept(row):
        return StepLine("done", f"形成{row.title}", names.unit(row.from_unit), "", row.delivered_at, "存本单位", "")
    to_unit, addressee = names.unit(row.to_unit), row.content.get("addressee", "")
    return StepLine(
        state="done",
        name=f"送达{row.title}",
        unit=None,
        who="",
        at=row.delivered_at,
        outcome=f"送达{addressee or to_unit.name}" if to_unit else "",
        remark="",
        document_id=row.id if readable(actor, row) else None,
    )


def asked_of(element: Element) -> str:
    """Who will be asked to do a step: its lane, or the posts that it names itself; nobody for what is automatic."""
    if element.kind != "userTask":
        return ""
    if element.candidate_groups:
        return role_names([group.partition(":")[2] for group in element.candidate_groups])
    return element.lane.name if element.lane else ""

"""What the record of the flow says of each event of a step, to one reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, assert_never

from sqlalchemy import Row

from engine.deadlines.deadlines import OF_TASK
from engine.deployments.definitions import Definition
from engine.organisation.assignment import Actor
from engine.reports.case import collaboration_lines
from engine.reports.parts import readers
from engine.reports.parts.names import Names, UnitName
from engine.reports.parts.tellings import Telling
from engine.runtime.step.events import (
    CalledEnded,
    Corrected,
    DocumentDelivered,
    Dropped,
    DutyProposed,
    Ended,
    Event,
    FactRecorded,
    FactsSaid,
    Notified,
    PeriodCountedAnew,
    PeriodGoesOn,
    PeriodMoved,
    PeriodNoted,
    PeriodStands,
    Pressed,
    SentBack,
    Started,
    Supervised,
    TakenBack,
    TaskCompleted,
    TaskLapsed,
    TaskOpened,
    TimerFired,
    Unprintable,
)


@dataclass(frozen=True)
class LogLine:
    """`kind` is started, completed, claimed, handed, sent_back, taken_back, urged, document, deadline, notice, copied,
    proposal (of a correction), correction, remark or ended; `due_at` belongs to a period.
    """

    at: datetime
    kind: str
    step: str
    action: str
    unit: UnitName | None
    person: str
    note: str
    due_at: datetime | None = None
    notices: tuple[str, ...] = field(default=(), compare=False)
    """The notices of which the line tells: one line for one text, however many were told it."""
    to: tuple[UnitName, ...] = field(default=(), compare=False)
    """The units that the notice was for."""
    telling: Telling | None = field(default=None, compare=False)
    """Whom they reached and how; for the bureaus of oversight."""


class Period(NamedTuple):
    name: str
    hard: bool


UNKNOWN = Period("", True)


@dataclass(frozen=True)
class Seen:
    """What is needed to tell one reader of an instance's events, and what this reader is not told."""

    reader: Actor
    definition: Definition
    names: Names
    tasks: Mapping[str, Row[Any]]
    periods: Mapping[str, Period]
    kept: frozenset[str]
    """The documents that a unit has made for its own files."""
    drafts: frozenset[str]
    """The done tasks whose answers are drafts to this reader."""
    unissued: frozenset[str]
    """The facts whose last value is a draft to this reader."""
    untold: frozenset[str]
    """The documents of which this reader is not told."""

    def period(self, key: str) -> Period:
        return self.periods.get(key, UNKNOWN)


def event_lines(event: Event, seen: Seen, line: Callable[..., LogLine]) -> list[LogLine]:
    """The lines for an event, made by `line`; none where another line says it already, or the reader is not told."""
    match event:
        case TaskCompleted():
            row = seen.tasks[event.id]
            is_draft = row.id in seen.drafts
            action = "办结" if is_draft else row.outcome_name or "办结"
            remark = "" if is_draft else readers.remark(row, seen.definition, seen.reader)
            return [line("completed", row.name, action, remark)]
        case SentBack():
            return [line("sent_back", seen.tasks[event.id].name, f"退回到“{event.name}”", event.reason)]
        case Dropped():
            return [line("taken_back", seen.tasks[event.id].name, "不再提出")]
        case TakenBack():
            return [line("taken_back", seen.tasks[event.id].name, "撤回")]
        case Corrected():
            if event.name in seen.unissued:
                return []
            note = f"{collaboration_lines.change(event.old, event.new)}。{event.opinion}"
            return [line("correction", event.label, "批准更正", note)]
        case Pressed():
            return [line("claimed", seen.definition.diagram.elements[event.element].name, "提出")]
        case DocumentDelivered():
            if event.id and event.id in seen.untold:
                return []
            own = event.id in seen.kept
            note = "存本单位" if own else ""
            return [line("document", event.title, "形成" if own else "送达", note, by_system=True)]
        case PeriodStands():
            if event.key.startswith(OF_TASK) and event.status != "overdue":
                return []  # it begins and ends with its task, which has a line
            found = seen.periods.get(event.key, Period(event.key, True))
            standing = (_STANDINGS if found.hard else _SOFT_STANDINGS).get(event.status)
            return [line("deadline", found.name, standing, due=event.due, by_system=True)] if standing else []
        case PeriodMoved():
            if event.key.startswith(OF_TASK):
                return []
            due = None if event.why == "paused" else event.due
            why = _MOVES.get(event.why, "期限改变")
            return [line("deadline", seen.period(event.key).name, why, due=due, by_system=True)]
        case PeriodCountedAnew() | PeriodGoesOn() | PeriodNoted():
            if event.key.startswith(OF_TASK) and not isinstance(event, PeriodNoted):
                return []
            words = _PERIOD_WORDS[type(event)]
            return [line("deadline", seen.period(event.key).name, words, due=event.due, by_system=True)]
        case TaskLapsed():
            lapsed = seen.tasks.get(event.id)
            if lapsed is None or lapsed.undone in ("sent_back", "dropped"):
                return []
            return [line("lapsed", lapsed.name, "随撤回失效" if lapsed.undone else "失效", by_system=True)]
        case Notified():
            sort = _NOTICES.get(event.kind)
            if sort is None:
                return []
            unit = seen.names.unit(event.unit)
            told = line("notice", "通知", sort, event.text, by_system=True)
            return [replace(told, notices=(event.id,) if event.id else (), to=(unit,) if unit else ())]
        case Supervised():
            return [line("notice", seen.period(event.key).name, "列为督办事项", by_system=True)]
        case CalledEnded():
            return [line("called", event.name, "办结", event.number, by_system=True)]
        case Ended():
            return [line("ended", event.name or "", "办件结束", by_system=True)]
        case Started() | TaskOpened() | TimerFired() | FactsSaid() | FactRecorded():
            return []  # another line says it
        case DutyProposed() | Unprintable():
            return []  # the list of duties, and the document itself, say it
    assert_never(event)


_PERIOD_WORDS: Mapping[type[Event], str] = {
    PeriodCountedAnew: "按新的放假安排核算，届满日不变",
    PeriodNoted: "更正，办结的结论不变",
    PeriodGoesOn: "继续计时",
}
_NOTICES = {
    "remind": "提醒",
    "escalate": "督促",
    "told": "告知",
    "overdue": "超期通知",
    "moved": "期限变更通知",
}
FOR_OVERSIGHT = {"超期通知", "期限变更通知"}
"""Notices of which the parties read in the period's own line."""
_MOVES = {
    "extended": "期限延长",
    "shortened": "期限缩短",
    "paused": "期限暂停计算",
    "resumed": "期限恢复计算",
    "corrected": "更正后重新计算",
    "calendar": "放假安排变化，重新计算",
}
_STANDINGS = {"running": "开始计时", "overdue": "已超期", "met": "按期完成", "met_late": "超期完成"}
_SOFT_STANDINGS = {**_STANDINGS, "overdue": "已过建议时限", "met_late": "过建议时限完成"}
"""Nobody is ever overdue by a recommended period (A24)."""

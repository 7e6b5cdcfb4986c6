"""What the record of the flow says of each event of a step, to one reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, assert_never

from engine.bpmn.reading.events import ERROR, MESSAGE, SIGNAL
from engine.db.rows import TaskRow
from engine.deadlines.deadlines import OF_TASK
from engine.deployments.definitions import Definition
from engine.messages import Message, Name, Text, pgettext, sentences
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.reports.case import corrected_words
from engine.reports.parts import readers
from engine.reports.parts.names import Names, UnitName, outcome_name, result_name
from engine.reports.parts.reached import Reached
from engine.runtime.step.events import (
    CalledEnded,
    CalledEscalated,
    CalledFailed,
    ConditionHeld,
    Corrected,
    DocumentDelivered,
    Dropped,
    DutyProposed,
    Ended,
    Event,
    FactRecorded,
    FactsSaid,
    Heard,
    MemberAdded,
    MemberTakenOff,
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
    Threw,
    Thrown,
    TimerFired,
    Unprintable,
)
from engine.states import MoveReason, PeriodStatus, Undone


@dataclass(frozen=True)
class LogLine:
    """`kind` is started, completed, claimed, handed, sent_back, taken_back, urged, document, deadline, notice, copied,
    proposal (of a correction), correction, remark, members, happened, called, thrown or ended; `due_at` belongs
    to a period.
    """

    at: datetime
    kind: str
    step: Text
    action: Text
    unit: UnitName | None
    person: str
    note: Text
    due_at: datetime | None = None
    notices: tuple[str, ...] = field(default=(), compare=False)
    """The notices of which the line tells: one line for one text, however many were told it."""
    to: tuple[UnitName, ...] = field(default=(), compare=False)
    """The units that the notice was for."""
    reached: Reached | None = field(default=None, compare=False)
    """Whom they reached and how; for the bureaus of oversight."""


class Period(NamedTuple):
    name: Text
    hard: bool
    member: str | None = None
    """The unit that has to keep it, where each of several has one of its own."""


UNKNOWN = Period("", True)
DONE, LAPSED = pgettext("history", "Completed"), pgettext("history", "Lapsed")
LAPSED_UNDONE = _("Lapsed, since it was undone")
MADE, DELIVERED, KEPT = pgettext("history", "Made"), pgettext("history", "Delivered"), _("Kept in the unit's files")
ENDED = _("Case ended")


@dataclass(frozen=True)
class Seen:
    """What is needed to tell one reader of an instance's events, and what this reader is not told."""

    reader: Actor
    definition: Definition
    names: Names
    tasks: Mapping[str, TaskRow]
    periods: Mapping[str, Period]
    documents: Mapping[str, str]
    """Document -> the element that has issued it."""
    kept: frozenset[str]
    """The documents that a unit has made for its own files."""
    drafts: frozenset[str]
    """The done tasks whose answers are drafts to this reader."""
    corrections_kept_back: frozenset[str]
    """The corrections of which this reader is not told."""
    untold: frozenset[str]
    """The documents of which this reader is not told."""
    units: frozenset[str] | None
    """The units of which this reader may be told that they are asked; None: of every one."""
    said: Mapping[str, Text]
    """What the notices say, by their ids, as far as that is kept for readers of any language."""

    def period(self, key: str) -> Period:
        return self.periods.get(key, UNKNOWN)

    def member(self, unit_code: str | None) -> UnitName | None:
        """The unit of which the reader may be told that it is asked, each for itself; None where there is none."""
        return self.names.unit(unit_code) if self.units is None or unit_code in self.units else None

    def task(self, task_id: str) -> Name:
        """What the task is called; empty for one that is not known."""
        row = self.tasks.get(task_id)
        return self.definition.english.element(self.definition.key, row.element_id, row.name) if row else Name("")

    def document(self, event: DocumentDelivered) -> Name:
        """The title of the document; in English what the diagram calls it."""
        element_id = self.documents.get(event.id)
        return self.definition.english.titled(self.definition.key, element_id, event.title)

    def result(self, event: Ended) -> Text:
        return result_name(self.definition, event.result, event.name)


def _of_period(seen: Seen, key: str, words: Text, due: str | None, line: Callable[..., LogLine]) -> LogLine:
    """What became of a period; of one that each of several has, with whose it is."""
    found = seen.periods.get(key, Period(key, True))
    told = line("deadline", found.name, words, due=due, by_system=True)
    return replace(told, unit=seen.member(found.member))


def _thrown(event: Thrown) -> Text:
    """What was thrown, and what has become of it."""
    if event.kind == ERROR:
        return pgettext("history", "Failed, now being dealt with") if event.caught else pgettext("history", "Failed")
    return pgettext("history", "Escalated") if event.caught else pgettext("history", "Escalated and recorded")


def event_lines(event: Event, seen: Seen, line: Callable[..., LogLine]) -> list[LogLine]:
    """The lines for an event, made by `line`; none where another line says it already, or the reader is not told."""
    match event:
        case TaskCompleted():
            row = seen.tasks[event.id]
            is_draft = row.id in seen.drafts
            action = DONE if is_draft else outcome_name(seen.definition, row) or DONE
            remark = "" if is_draft else readers.remark(row, seen.definition, seen.reader)
            return [line("completed", seen.task(row.id), action, remark)]
        case SentBack():
            to = seen.task(event.to) or event.name
            return [line("sent_back", seen.task(event.id), _("Sent back to '%(step)s'", step=to), event.reason)]
        case Dropped():
            return [line("taken_back", seen.task(event.id), pgettext("history", "Dropped"))]
        case TakenBack():
            return [line("taken_back", seen.task(event.id), pgettext("history", "Undone"))]
        case Corrected():
            if event.correction in seen.corrections_kept_back:
                return []
            note = sentences(corrected_words.change(event.old, event.new), event.opinion)
            label = corrected_words.called(event.name, event.label, seen.definition)
            return [line("correction", label, _("Correction approved"), note)]
        case Pressed():
            return [line("claimed", seen.definition.element_name(event.element), pgettext("history", "Requested"))]
        case ConditionHeld():
            return [
                line("happened", seen.definition.element_name(event.element), _("Its condition holds"), by_system=True)
            ]
        case Threw() | Heard():
            words = _TELLINGS[type(event), event.kind]
            return [line("happened", seen.definition.element_name(event.element), words, event.name, by_system=True)]
        case MemberAdded() | MemberTakenOff():
            if seen.units is not None and event.unit not in seen.units:
                return []
            unit = seen.names.unit(event.unit)
            whom = unit.name if unit else event.unit
            added = isinstance(event, MemberAdded)
            changed = _("%(unit)s added", unit=whom) if added else _("%(unit)s removed", unit=whom)
            return [line("members", seen.definition.element_name(event.element), changed, event.reason)]
        case DocumentDelivered():
            if event.id and event.id in seen.untold:
                return []
            own = event.id in seen.kept
            title, action = seen.document(event), MADE if own else DELIVERED
            return [line("document", title, action, KEPT if own else "", by_system=True)]
        case PeriodStands():
            if event.key.startswith(OF_TASK) and event.status != PeriodStatus.OVERDUE:
                return []  # it begins and ends with its task, which has a line
            found = seen.periods.get(event.key, Period(event.key, True))
            standing = (_STANDINGS if found.hard else _SOFT_STANDINGS).get(event.status)
            return [_of_period(seen, event.key, standing, event.due, line)] if standing else []
        case PeriodMoved():
            if event.key.startswith(OF_TASK):
                return []
            due = None if event.why == MoveReason.PAUSED else event.due
            why = _MOVES.get(event.why, pgettext("history", "Period changed"))
            return [_of_period(seen, event.key, why, due, line)]
        case PeriodCountedAnew() | PeriodGoesOn() | PeriodNoted():
            if event.key.startswith(OF_TASK) and not isinstance(event, PeriodNoted):
                return []
            words = _PERIOD_WORDS[type(event)]
            return [_of_period(seen, event.key, words, event.due, line)]
        case TaskLapsed():
            lapsed = seen.tasks.get(event.id)
            if lapsed is None or lapsed.undone in (Undone.SENT_BACK, Undone.DROPPED, Undone.TAKEN_OFF):
                return []
            told = line("lapsed", seen.task(event.id), LAPSED_UNDONE if lapsed.undone else LAPSED, by_system=True)
            return [replace(told, unit=seen.member(lapsed.unit_code if lapsed.scope_id else None))]
        case Notified():
            sort = _NOTICES.get(event.kind)
            if sort is None:
                return []
            unit = seen.names.unit(event.unit)
            told = line(
                "notice", pgettext("history", "Notice"), sort, seen.said.get(event.id, event.text), by_system=True
            )
            return [replace(told, notices=(event.id,) if event.id else (), to=(unit,) if unit else ())]
        case Supervised():
            return [
                line(
                    "notice", seen.period(event.key).name, pgettext("history", "Put under supervision"), by_system=True
                )
            ]
        case CalledEnded():
            return [line("called", event.name, DONE, event.number, by_system=True)]
        case CalledFailed():
            return [line("called", event.name, pgettext("history", "Failed"), event.number, by_system=True)]
        case CalledEscalated():
            return [line("called", event.name, pgettext("history", "Escalated"), event.number, by_system=True)]
        case Thrown():
            return [line("thrown", seen.definition.element_name(event.element), _thrown(event), by_system=True)]
        case Ended():
            return [line("ended", seen.result(event), ENDED, by_system=True)]
        case Started() | TaskOpened() | TimerFired() | FactsSaid() | FactRecorded():
            return []  # another line says it
        case DutyProposed() | Unprintable():
            return []  # the list of duties, and the document itself, say it
    assert_never(event)


_TELLINGS: Mapping[tuple[type[Event], str], Message] = {
    (Threw, MESSAGE): _("Message sent"),
    (Threw, SIGNAL): _("Signal sent"),
    (Heard, MESSAGE): _("Message received"),
    (Heard, SIGNAL): _("Signal received"),
}
_PERIOD_WORDS: Mapping[type[Event], Message] = {
    PeriodCountedAnew: _("Checked against the new holiday arrangement; ends as before"),
    PeriodNoted: _("Corrected; the conclusion stays"),
    PeriodGoesOn: _("Counting goes on"),
}
OVERDUE_NOTICE, MOVED_NOTICE = _("Overdue notice"), _("Notice of a changed period")
_NOTICES = {
    "remind": pgettext("history", "Reminder"),
    "escalate": pgettext("history", "Escalation"),
    "told": pgettext("history", "Notification"),
    "overdue": OVERDUE_NOTICE,
    "moved": MOVED_NOTICE,
}
FOR_OVERSIGHT = {OVERDUE_NOTICE, MOVED_NOTICE}
"""Notices of which the parties read in the period's own line."""
_MOVES: dict[str, Message] = {
    MoveReason.EXTENDED: _("Period extended"),
    MoveReason.SHORTENED: _("Period shortened"),
    MoveReason.PAUSED: _("Period paused"),
    MoveReason.RESUMED: _("Period resumed"),
    MoveReason.CORRECTED: _("Recounted after a correction"),
    MoveReason.CALENDAR: _("Recounted, because the holiday arrangement has changed"),
}
_STANDINGS = {
    "running": _("Period began"),
    "overdue": pgettext("history", "Overdue"),
    "met": _("Met in time"),
    "met_late": _("Met late"),
}
_SOFT_STANDINGS = {
    **_STANDINGS,
    "overdue": pgettext("history", "Past the recommended date"),
    "met_late": _("Done past the recommended date"),
}
"""Nobody is ever overdue by a recommended period (A24)."""

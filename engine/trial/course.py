"""What a case that was tried went through, as a reader and a program see it; and how that differs from what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from engine.clock import local, parse_local
from engine.db.tables import audit_entry, document, process_instance, task
from engine.deadlines import deadlines
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.errors import LianbanError
from engine.messages import Message, Text, When, listed, pgettext
from engine.messages import gettext as _
from engine.runtime.step.events import (
    ConditionHeld,
    DocumentDelivered,
    Ended,
    Event,
    Heard,
    PeriodMoved,
    PeriodStands,
    Pressed,
    Started,
    TaskCompleted,
    TaskLapsed,
    TaskOpened,
    Threw,
    TimerFired,
    events_of,
)
from engine.trial.story import Story
from engine.trial.town import Town
from engine.trial.walk import Walked

WHAT: Mapping[str, Message] = {
    "started": pgettext("trial", "begins"),
    "task_opened": pgettext("trial", "is open"),
    "task_completed": pgettext("trial", "is done"),
    "task_lapsed": pgettext("trial", "lapses"),
    "pressed": pgettext("trial", "is pressed"),
    "timer": pgettext("trial", "reaches its time"),
    "condition": pgettext("trial", "holds"),
    "threw": pgettext("trial", "is thrown"),
    "heard": pgettext("trial", "is received"),
    "deadline": pgettext("trial", "period"),
    "deadline_moved": pgettext("trial", "period changed"),
    "document": pgettext("trial", "document"),
    "ended": pgettext("trial", "ends"),
}

STANDS: Mapping[str, Message] = {
    "running": pgettext("trial", "running"),
    "overdue": pgettext("trial", "overdue"),
    "paused": pgettext("trial", "paused"),
    "met": pgettext("trial", "met in time"),
    "met_late": pgettext("trial", "met late"),
    "cancelled": pgettext("trial", "no longer needed"),
}
"""How a period stands; why it was moved is told as the record says it."""


@dataclass(frozen=True)
class Happening:
    """Something on the way: `detail` is the answer that was given, the state of a period, the number of a paper."""

    at: datetime
    number: str
    what: str
    element: str
    name: Text
    detail: Text = ""


@dataclass(frozen=True)
class CoursePeriod:
    key: str
    name: str
    start_at: datetime
    due_at: datetime
    status: str


@dataclass(frozen=True)
class Course:
    walked: Walked
    path: tuple[Happening, ...]
    periods: tuple[CoursePeriod, ...]
    """The legal periods of the case itself; not the recommended times of tasks."""
    papers: tuple[str, ...]
    """The codes of what was delivered, in order."""

    @property
    def steps(self) -> list[str]:
        """The elements that a person has done or pressed, in order; those of called procedures, too."""
        return [one.element for one in self.path if one.what in ("task_completed", "pressed")]


def course_of(town: Town, walked: Walked) -> Course:
    with town.engine.database.reading() as tx:
        path: list[tuple[int, Happening]] = []
        periods: list[CoursePeriod] = []
        papers: list[tuple[datetime, int, str]] = []
        for instance_id in walked.ids:
            row = tx.execute(select(process_instance).where(process_instance.c.id == instance_id)).one()
            definition = definitions.load(tx, row.definition_id)
            tasks = {found.id: found for found in tx.execute(select(task).where(task.c.instance_id == instance_id))}
            entries = tx.execute(select(audit_entry).where(audit_entry.c.instance_id == instance_id))
            for entry in entries:
                for event in events_of(entry.content):
                    path += ((entry.id, one) for one in _happening(entry.at, row.number, event, definition, tasks))
            delivered = tx.execute(select(document).where(document.c.instance_id == instance_id))
            papers += ((found.delivered_at, found.sequence, found.code) for found in delivered if not found.copy)
            periods += (
                CoursePeriod(one.name_drawn, one.name, one.start_at, one.due_at, one.status)
                for one in deadlines.of_instance(tx, instance_id)
                if not one.of_task
            )
    happened = tuple(one for _id, one in sorted(path, key=lambda pair: pair[0]))
    periods.sort(key=lambda one: (one.due_at, one.key))
    return Course(walked, happened, tuple(periods), tuple(code for _at, _sequence, code in sorted(papers)))


def _happening(
    at: datetime, number: str, event: Event, definition: Definition, tasks: Mapping[str, Any]
) -> Iterator[Happening]:
    def happened(element: str, name: Text, detail: Text = "") -> Happening:
        return Happening(at, number, event.what, element, name, detail)

    def of_element(element: str, detail: Text = "") -> Happening:
        return happened(element, definition.element_name(element), detail)

    match event:
        case Started():
            yield happened(definition.key, definition.called)
        case Ended():
            yield happened("", event.name or "", event.result or "")
        case TaskOpened() | TaskCompleted() | TaskLapsed() if event.id in tasks:
            row = tasks[event.id]
            yield of_element(row.element_id, _answer(definition, row) if isinstance(event, TaskCompleted) else "")
        case Pressed() | ConditionHeld() | Threw() | Heard():
            yield of_element(event.element)
        case TimerFired() if event.element:
            yield of_element(event.element)
        case PeriodStands() | PeriodMoved() if not event.key.startswith(deadlines.OF_TASK):
            why = event.status if isinstance(event, PeriodStands) else event.why
            stands: Text = STANDS.get(why, why)
            due = When(parse_local(event.due), "minute") if event.due else ""
            yield happened(
                deadlines.name_in(event.key),
                deadlines.name_in(event.key),
                _("%(stands)s, until %(due)s", stands=stands, due=due) if due else stands,
            )
        case DocumentDelivered():
            yield happened(event.code, event.title, event.number or "")


def _answer(definition: Definition, row: Any) -> Text:
    """What was decided in the task, as its form calls it."""
    form = definition.forms.get(definition.diagram.elements[row.element_id].form_key)
    return form.label_of(form.outcome_key, row.outcome) if form and form.outcome_key and row.outcome else ""


# --- for programs ---


def as_json(course: Course) -> dict[str, Any]:
    return {
        "number": course.walked.number,
        "status": course.walked.status,
        "result": course.walked.result,
        "now": _instant(course.walked.now),
        "waits": list(course.walked.waits),
        "stopped": str(course.walked.stopped),
        "path": [
            {
                "at": _instant(one.at),
                "case": one.number,
                "what": one.what,
                "element": one.element,
                "name": str(one.name),
                "detail": str(one.detail),
            }
            for one in course.path
        ],
        "periods": [
            {"key": one.key, "name": one.name, "from": _instant(one.start_at), "due": _instant(one.due_at), "status": one.status}
            for one in course.periods
        ],
        "papers": list(course.papers),
    }  # fmt: skip


def _instant(instant: datetime) -> str:
    return local(instant).isoformat(timespec="minutes")


# --- against what is expected ---


def differences(course: Course, story: Story) -> list[Text]:
    """What is otherwise than the story expects; what it does not name may be as it is."""
    expected = story.expected
    if course.walked.is_refused:
        return [course.walked.stopped]
    is_open_end = "waits" in expected or story.until is not None
    lists = {name: _listed(expected.get(name)) for name in ("waits_at", "lapses", "never", "passes")}
    found: list[Text] = [course.walked.stopped] if course.walked.stopped and not is_open_end else []
    seen: Mapping[str, list[str]] = {
        "result": [course.walked.result or ""],
        "path": course.steps,
        "papers": list(course.papers),
        "waits": sorted(course.walked.waits),
    }
    for name, actual in seen.items():
        if name in expected:
            wanted = expected[name] if isinstance(expected[name], list) else [expected[name]]
            wanted = sorted(map(str, wanted)) if name == "waits" else list(map(str, wanted))
            if wanted != actual:
                found.append(_differs(name, listed(wanted), listed(actual)))
    if (status := expected.get("status")) and status != course.walked.status:
        found.append(_differs("status", str(status), course.walked.status))
    opened, lapsed = _elements(course, "task_opened", "pressed", "timer"), _elements(course, "task_lapsed")
    found += (
        _differs("waits_at", one, listed(course.walked.waits))
        for one in lists["waits_at"]
        if one not in course.walked.waits
    )
    found += (_differs("lapses", one, listed(lapsed)) for one in lists["lapses"] if one not in lapsed)
    found += (_differs("never", one, listed(opened)) for one in lists["never"] if one in opened)
    passed = _elements(course, "task_completed", "pressed", "timer")
    if not _in_order(lists["passes"], passed):
        found.append(_differs("passes", listed(lists["passes"]), listed(passed)))
    periods = expected.get("periods") or {}
    found += (difference for key, wanted in periods.items() if (difference := _period(course, key, wanted)))
    return found


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _elements(course: Course, *what: str) -> list[str]:
    return [one.element for one in course.path if one.what in what]


def _in_order(wanted: list[str], passed: list[str]) -> bool:
    """Whether all of them were passed in this order, with anything between them."""
    rest = iter(passed)
    return all(one in rest for one in wanted)


def _period(course: Course, key: str, wanted: Mapping[str, str]) -> Text:
    stood = [one for one in course.periods if one.key == key]
    if not stood:
        return _differs(key, listed(f"{name} {value}" for name, value in wanted.items()), "-")
    last = stood[-1]
    actual = {"status": last.status, "due": _instant(last.due_at)}
    shown = {**actual, "due": _said_as(wanted.get("due", ""), last.due_at)}
    same = {name: name in actual and _same(actual[name], value) for name, value in wanted.items()}
    wrong = [name for name, is_same in same.items() if not is_same]
    return (
        _differs(key, *(listed(f"{name} {of.get(name, '-')}" for name in wrong) for of in (wanted, shown)))
        if wrong
        else ""
    )


def _said_as(wanted: str, due_at: datetime) -> str:
    """The end of a period as a test says it: where a day is expected, the last day of one that ends at a midnight."""
    end = local(due_at)
    if len(wanted) == len("2026-10-10") and end.time() == time():
        return str(end.date() - timedelta(days=1))
    return _instant(due_at)


def _same(actual: str, wanted: str) -> bool:
    """A day alone is the last day of a period, which ends at its midnight."""
    try:
        instant = parse_local(wanted)
    except ValueError:
        return actual == wanted
    ends = parse_local(actual)
    return ends in (instant, instant + timedelta(days=1)) if len(wanted) == len("2026-10-10") else ends == instant


def _differs(name: str, wanted: Text, actual: Text) -> Text:
    return _("%(name)s: expected %(wanted)s, but was %(actual)s.", name=name, wanted=wanted, actual=actual)


class TestsFailed(LianbanError):
    __test__ = False
    default = _("The tests of the diagram did not pass. Nothing was deployed.")
    code = "tests_failed"
    status = 422

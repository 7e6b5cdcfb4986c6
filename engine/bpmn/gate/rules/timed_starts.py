"""What begins by itself at a time has an instant, or comes again and again by the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.rules.timers import TIMER_BOUNDS, TIMER_EMPTY, TIMER_UNREADABLE
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import TimerText
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import is_literal, read_instant
from engine.deadlines import recurring
from engine.deadlines.calendar import Calendar
from engine.errors import ExpressionError
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem, Rule

START_TIME = Rule("start-time", _("A start by time has an instant, or recurs by the calendar."))
KNOWN = recurring.FUNCTIONS | {"config"}
"""What the time of a start may ask: nothing of a case, since there is none yet."""
SOME_DAY = datetime(2026, 1, 5, tzinfo=UTC)
NO_NOTICES = Calendar({}, "")


def check(draft: Draft) -> Iterator[Problem]:
    for start in draft.diagram.timed_starts:
        assert start.timer is not None
        yield from _timer(draft, start, start.timer)


def _timer(draft: Draft, start: Element, timer: TimerText) -> Iterator[Problem]:
    if not timer.text:
        yield about(TIMER_EMPTY, start, _("The timer has no time."), _HOW)
    elif timer.kind == "duration":
        yield _wrong(start, _("A duration needs a beginning, and before a case begins there is none."))
    elif is_literal(timer.text):
        yield from _literal(start, timer)
    else:
        yield from _expression(start, timer)


def _literal(start: Element, timer: TimerText) -> Iterator[Problem]:
    try:
        found = read_instant(timer.text) if timer.kind == "date" else recurring.read_cycle(timer.text)
    except ExpressionError as error:
        yield about(TIMER_BOUNDS, start, error.sentence, _("Use a time within the limits."))
        return
    if found is None:
        yield about(
            TIMER_UNREADABLE,
            start,
            _("The cycle %(text)s cannot be understood.", text=timer.text[:80])
            if timer.kind == "cycle"
            else _("The time %(text)s cannot be understood.", text=timer.text[:80]),
            _HOW,
        )


def _expression(start: Element, timer: TimerText) -> Iterator[Problem]:
    try:
        expression = compile_expression(timer.text)
    except ExpressionError:
        return  # told by `expressions`
    if expression.names:
        yield _wrong(start, _("It reads facts, but before a case begins nobody has recorded any."))
    elif not expression.functions & recurring.FUNCTIONS or expression.functions - KNOWN:
        yield _wrong(start, _("It does not say which day of the calendar comes next."))
    elif "config" not in expression.functions:
        try:
            recurring.next_time(timer, NO_NOTICES, SOME_DAY, SOME_DAY)
        except ExpressionError as error:
            yield about(START_TIME, start, error.sentence, _HOW)


def _wrong(start: Element, reason: Text) -> Problem:
    return about(START_TIME, start, reason, _HOW)


_HOW = _(
    'Write first_working_day("quarter"), last_working_day("month"), weekly("monday", "09:00"), a cycle such as '
    "R/2026-01-05T09:00:00+08:00/P1M, or an instant with its time zone (timeDate)."
)

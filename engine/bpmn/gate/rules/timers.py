"""A timer has one time, which can be read and lies within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, at
from engine.bpmn.reading.elements import BPMN, Element
from engine.bpmn.reading.timers import is_literal, read_duration, read_instant
from engine.errors import ExpressionError
from engine.messages import gettext as _
from engine.problems import Problem, Rule

TIMER_TIMES = Rule("timer-times", _("A timer has one time."))
TIMER_EMPTY = Rule("timer-empty", _("A timer has a time."))
CYCLE_FIXED = Rule("cycle-fixed", _("A cycle is not one fixed instant."))
TIMER_BOUNDS = Rule("timer-bounds", _("The time of a timer is within the limits."))
TIMER_UNREADABLE = Rule("timer-unreadable", _("The time of a timer can be understood."))
CYCLE_NOT_BOUNDARY = Rule("cycle-not-boundary", _("A cycle is not drawn in the middle of a path."))
CYCLE_INTERRUPTING = Rule("cycle-interrupting", _("A cycle does not interrupt."))


def check(draft: Draft) -> Iterator[Problem]:
    yield from _texts(draft)
    for element in draft.of_kind("boundaryEvent", "intermediateCatchEvent", "startEvent"):
        if element.timer is not None and (element.kind != "startEvent" or element.begins_within):
            yield from _timer(draft, element)


def _texts(draft: Draft) -> Iterator[Problem]:
    for definition in draft.process.iter(f"{BPMN}timerEventDefinition"):
        if sum(isinstance(child.tag, str) for child in definition) > 1:
            yield at(
                TIMER_TIMES,
                definition,
                _("A timer has several times."),
                _("Keep one of timeDate, timeDuration and timeCycle."),
            )


def _timer(draft: Draft, element: Element) -> Iterator[Problem]:
    assert element.timer is not None
    text, kind = element.timer.text, element.timer.kind
    if not text:
        yield about(
            TIMER_EMPTY,
            element,
            _("The timer has no time."),
            _(
                "Write a duration such as PT24H or P3D, an instant with its time zone, or an expression such as "
                "working_days(3, received_at)."
            ),
        )
        return
    if is_literal(text):
        yield from _literal(element, text, kind)
    if kind == "cycle":
        yield from _cycle(element)


def _literal(element: Element, text: str, kind: str) -> Iterator[Problem]:
    try:
        if read_duration(text) is not None:
            return
        if read_instant(text) is not None:
            if kind == "cycle":
                yield about(
                    CYCLE_FIXED,
                    element,
                    _("The cycle has only one fixed instant."),
                    _("Write the instant of the n-th time, such as natural_days(30 * n, accepted_at)."),
                )
            return
    except ExpressionError as error:
        yield about(TIMER_BOUNDS, element, error.sentence, _("Use a time within the limits."))
        return
    if text.lstrip().startswith("R"):
        yield about(
            TIMER_UNREADABLE,
            element,
            _("The cycle %(text)s cannot be understood.", text=text[:80]),
            _(
                "Write a fixed interval such as P1D, one that happens a number of times such as R3/PT1H, or the "
                "instant of the n-th time, such as natural_days(30 * n, accepted_at)."
            ),
        )
    else:
        yield about(
            TIMER_UNREADABLE,
            element,
            _("The duration %(text)s cannot be understood.", text=text[:80]),
            _(
                "A duration can have weeks, days, hours and minutes, such as P2W, P3D or PT24H. For months and years, "
                "write an expression such as months(3, received_at)."
            ),
        )


def _cycle(element: Element) -> Iterator[Problem]:
    if element.kind == "intermediateCatchEvent":
        yield about(
            CYCLE_NOT_BOUNDARY,
            element,
            _("A cycle cannot be used here, because it would happen only once."),
            _("Use timeDate or timeDuration."),
        )
    elif element.interrupting:
        yield about(
            CYCLE_INTERRUPTING,
            element,
            _("An interrupting event happens once and cannot be a cycle."),
            _("Make it non-interrupting, or use timeDate or timeDuration."),
        )

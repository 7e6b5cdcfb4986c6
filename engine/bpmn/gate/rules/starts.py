"""Where a procedure begins, by hand or by itself, and where each of its sub-processes does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_the_file, named
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

START_MISSING = Rule("start-missing", _("A procedure has a start event."))
START_NAMES = Rule(
    "start-names", _("Where a procedure can be started in several ways, each start event has its own name.")
)
START_FOR_WHOM = Rule(
    "start-for-whom", _("A start event that nobody triggers says on behalf of which unit the case begins.")
)
START_UNASKED = Rule("start-unasked", _("Nobody fills in a form where a case begins automatically."))
SUBPROCESS_START = Rule("subprocess-start", _("A sub-process begins in one place only, without a form."))


def check(draft: Draft) -> Iterator[Problem]:
    yield from _of_the_procedure(draft)
    for scope in draft.of_kind("subProcess"):
        if not scope.by_event:
            yield from _of_a_subprocess(draft, scope)


def _of_a_subprocess(draft: Draft, scope: Element) -> Iterator[Problem]:
    starts = [start for start in draft.of_kind("startEvent") if start.scope == scope.id]
    if len(starts) > 1:
        yield about(
            SUBPROCESS_START,
            scope,
            _("The sub-process has more than one start event."),
            _("Draw one start event in it, at the place where it begins."),
        )
    elif len(draft.begins(scope)) != 1 and draft.diagram.within(scope.id):
        yield about(
            SUBPROCESS_START,
            scope,
            _(
                "The sub-process has no start event, and not exactly one step without a step before it, so it is not "
                "clear where it begins."
            ),
            _(
                "Draw one start event in it, at the place where it begins. Draw steps that begin side by side after a "
                "parallel gateway."
            ),
        )
    for start in starts:
        if start.form_ref:
            yield about(
                SUBPROCESS_START,
                start,
                _("Nobody fills in a form where a sub-process begins."),
                _("Delete the form, and draw a user task for it after this start event."),
            )
        if start.events or start.properties:
            yield about(
                SUBPROCESS_START,
                start,
                _("A sub-process begins when a flow reaches it, so nothing else on its start event has an effect."),
                _("Delete everything on this start event. To wait for a time, draw a timer event after it."),
            )


def _of_the_procedure(draft: Draft) -> Iterator[Problem]:
    starts = [start for start in draft.of_kind("startEvent") if start.scope is None]
    if not starts:
        yield in_the_file(
            START_MISSING, _("The procedure has no start event."), _("Draw one start event with a start form.")
        )
    by_hand = [start for start in starts if not start.events]
    yield from _names(by_hand)
    for start in draft.diagram.starts_by_itself:
        yield from _begins_by_itself(draft, start)


def _names(by_hand: list[Element]) -> Iterator[Problem]:
    called = Counter(start.name for start in by_hand)
    for start in by_hand if len(by_hand) > 1 else ():
        if not start.name or called[start.name] > 1:
            yield about(
                START_NAMES,
                start,
                _("There are several ways to start the procedure, and this one cannot be told apart."),
                _("Give each start event a name that says what it starts, such as 'Propose a topic'."),
            )


def _begins_by_itself(draft: Draft, start: Element) -> Iterator[Problem]:
    unit = start.properties.get("unit", "")
    if unit not in draft.units:
        yield about(
            START_FOR_WHOM,
            start,
            _("There is no unit with the code %(unit)s.", unit=unit[:80])
            if unit
            else _("Nobody starts the case, and nothing says on behalf of which unit it begins."),
            _(
                "In the property unit, write the code of the unit. The city has: %(known)s.",
                known=named(draft.units, unit),
            ),
        )
    if start.form_ref:
        yield about(
            START_UNASKED,
            start,
            _("Nobody is there to fill in the form."),
            _(
                "Delete the form. For what is known at the start, use the property fact:<name>. Draw a user task for "
                "the rest."
            ),
        )

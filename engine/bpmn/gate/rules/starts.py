"""A procedure begins in one place, and so does each of its sub-processes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_the_file
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

START_MISSING = Rule("start-missing", _("A procedure has a start event."))
START_TWICE = Rule("start-twice", _("A procedure has one start event."))
SUBPROCESS_START = Rule(
    "subprocess-start", _("A sub-process begins in one place that is drawn, which asks for nothing.")
)


def check(draft: Draft) -> Iterator[Problem]:
    yield from _of_the_procedure(draft)
    for scope in draft.of_kind("subProcess"):
        yield from _of_a_subprocess(draft, scope)


def _of_a_subprocess(draft: Draft, scope: Element) -> Iterator[Problem]:
    starts = [start for start in draft.of_kind("startEvent") if start.scope == scope.id]
    if len(starts) > 1:
        yield about(
            SUBPROCESS_START,
            scope,
            _("The sub-process has more than one start event."),
            _("Draw one start event in it, where it begins."),
        )
    elif len(draft.begins(scope)) != 1 and draft.diagram.within(scope.id):
        yield about(
            SUBPROCESS_START,
            scope,
            _(
                "The sub-process has no start event, and no single step that none comes before, so it is open where it begins."
            ),
            _(
                "Draw one start event in it, where it begins. Steps that begin side by side come behind a parallel gateway."
            ),
        )
    for start in starts:
        if start.form_ref:
            yield about(
                SUBPROCESS_START,
                start,
                _("Nobody fills in a form where a sub-process begins."),
                _("Delete the form, and draw a user task that asks it behind this start event."),
            )


def _of_the_procedure(draft: Draft) -> Iterator[Problem]:
    starts = [start for start in draft.of_kind("startEvent") if start.scope is None]
    if not starts:
        yield in_the_file(
            START_MISSING, _("The procedure has no start event."), _("Draw one start event with a start form.")
        )
    for start in starts[1:]:
        yield about(
            START_TWICE,
            start,
            _("There is more than one start event."),
            _("Keep one. Tell different ways to start apart with a field of the start form and an exclusive gateway."),
        )

"""A procedure begins in one place."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_the_file
from engine.messages import gettext as _
from engine.problems import Problem, Rule

START_MISSING = Rule("start-missing", _("A procedure has a start event."))
START_TWICE = Rule("start-twice", _("A procedure has one start event."))


def check(draft: Draft) -> Iterator[Problem]:
    starts = list(draft.of_kind("startEvent"))
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

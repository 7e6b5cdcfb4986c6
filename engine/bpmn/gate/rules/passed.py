"""What is passed at once is worth knowing: somebody may have meant it to be done."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import PASSED
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

NOBODY_ASKED = Rule(
    "nobody-asked", _("A step of which nothing says who does it, or what, is passed at once."), Severity.WARNING
)


def check(draft: Draft) -> Iterator[Problem]:
    for scope in draft.of_kind("subProcess"):
        if not scope.by_event and not draft.diagram.within(scope.id):
            yield about(
                NOBODY_ASKED,
                scope,
                _("Nothing is drawn in this sub-process: a case passes it at once."),
                _("Draw what is done in it. A procedure that stands in another file is a call activity."),
            )
    for element in draft.of_kind(*PASSED):
        yield about(
            NOBODY_ASKED,
            element,
            _("Nobody is asked to do this: a case passes it at once, and records that it did."),
            _(
                "Where that is meant it can stay. If a person does it in the system, make it a user task; if the system "
                "does it, a service task."
            ),
        )

"""What is passed at once is worth knowing: somebody may have meant it to be done."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.reading.elements import PASSED
from engine.messages import gettext as _
from engine.problems import Problem, Rule, Severity

NOBODY_ASKED = Rule(
    "nobody-asked", _("A case passes a step at once when nothing says who does it or what it does."), Severity.WARNING
)


def check(draft: Draft) -> Iterator[Problem]:
    for scope in draft.of_kind("subProcess"):
        if not scope.by_event and not draft.diagram.within(scope.id):
            yield about(
                NOBODY_ASKED,
                scope,
                _("Nothing is drawn in this sub-process, so a case passes it at once."),
                _("Draw what is done in it. For a procedure in another file, draw a call activity."),
            )
    for element in draft.of_kind(*PASSED):
        yield about(
            NOBODY_ASKED,
            element,
            _("Nobody handles this step: a case passes it at once, and only a record is made."),
            _(
                "If that is intended, leave it as it is. If a person does it in the system, make it a user task; if "
                "the system does it, make it a service task."
            ),
        )

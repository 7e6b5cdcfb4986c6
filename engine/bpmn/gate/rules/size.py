"""A diagram is of a size that can be looked at and run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, in_the_file
from engine.bpmn.gate.graph import FLOW_LIMIT, NODE_LIMIT, too_large
from engine.messages import gettext as _
from engine.problems import Problem, Rule

DIAGRAM_TOO_LARGE = Rule("diagram-too-large", _("A diagram is not too large."))


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        yield in_the_file(
            DIAGRAM_TOO_LARGE,
            _(
                "The diagram is too large. It may have at most %(nodes)s steps and %(flows)s flows.",
                nodes=NODE_LIMIT,
                flows=FLOW_LIMIT,
            ),
            _("Split it into several procedures, and use a user task to record the number of the other case."),
        )

"""A diagram is of a size that can be looked at and run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.gate.draft import Draft, about, in_the_file
from engine.bpmn.gate.graph import FLOW_LIMIT, NODE_LIMIT, too_large
from engine.messages import gettext as _
from engine.problems import Problem, Rule

DIAGRAM_TOO_LARGE = Rule("diagram-too-large", _("A diagram is not too large."))
PATH_TOO_LONG = Rule("path-too-long", _("A path does not have too many steps."))
PATH_LIMIT = 300
"""Elements in a row; SpiffWorkflow reads a diagram by recursion."""


def check(draft: Draft) -> Iterator[Problem]:
    yield from _size(draft)
    if not too_large(draft):
        yield from _too_long(draft)


def _size(draft: Draft) -> Iterator[Problem]:
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


def _too_long(draft: Draft) -> Iterator[Problem]:
    seen: set[str] = set()
    stack = [(start, 1) for start in draft.beginnings]
    while stack:
        element, depth = stack.pop()
        if element.id in seen:
            continue
        seen.add(element.id)
        if depth > PATH_LIMIT:
            yield about(
                PATH_TOO_LONG,
                element,
                _("More than %(most)s steps follow one another.", most=PATH_LIMIT),
                _("Split it into several procedures."),
            )
            return
        stack.extend((following, depth + 1) for following in reversed(draft.onward(element)))

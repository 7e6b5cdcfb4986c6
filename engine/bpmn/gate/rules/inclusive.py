"""No inclusive join waits for what itself waits for the inclusive join."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.gate.dominators import Dominators
from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.gate.graph import before, reached, too_large
from engine.bpmn.reading.elements import Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

JOINS_WAIT = Rule("joins-wait", _("No two joins wait for each other."))
Waits = Mapping[str, list[Element]]
"""Join -> the joins for whose tokens it may have to wait."""


def check(draft: Draft) -> Iterator[Problem]:
    inclusive = [join for join in draft.of_kind("inclusiveGateway") if len(join.incoming) > 1]
    if too_large(draft) or not inclusive:
        return
    parallel = [join for join in draft.of_kind("parallelGateway") if len(join.incoming) > 1]
    tokens = _Tokens(draft)
    waits: Waits = {
        join.id: [other for other in (*inclusive, *parallel) if tokens.is_waited_for(join, other)]
        for join in (*inclusive, *parallel)
    }
    told: set[str] = set()
    for join in inclusive:
        others = [other for other in waits[join.id] if _waits_back(waits, other, join)]
        if others and join.id not in told:
            told |= {join.id, *(other.id for other in others)}
            yield about(
                JOINS_WAIT,
                join,
                _(
                    "'%(one)s' and '%(other)s' are on the same loop and wait for each other, so a case stays between "
                    "them for ever.",
                    one=called(join),
                    other=called(others[0]),
                ),
                _(
                    "Join the branches before the loop goes back, and connect the loop to an exclusive gateway before "
                    "they split."
                ),
            )


def _waits_back(waits: Waits, other: Element, join: Element) -> bool:
    return join.id in reached([other], lambda one: waits[one.id])


class _Tokens:
    """Where a token may stand that is still to come to a join."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        starts = [start.id for start in draft.beginnings]
        beside = [event.id for event in draft.of_kind("boundaryEvent") if not event.interrupting]
        self._dominators = Dominators(draft.diagram.elements, [*starts, *beside], draft.in_scope)
        self._known: dict[str, list[set[str]]] = {}

    def is_waited_for(self, join: Element, other: Element) -> bool:
        """Whether a token at the other may be one that the join waits for while another has come already.

        An inclusive join waits for one that may come by a flow on which none has come, and by none on which one has. What a
        parallel one waits for has gone out from where its branches part.
        """
        if other is join:
            return False
        by = [other.id in behind for behind in self._behind(join)]
        return any(by) and (join.kind == "parallelGateway" or not all(by))

    def _behind(self, join: Element) -> list[set[str]]:
        if join.id not in self._known:
            sources = [self._draft.diagram.flows[key].source for key in join.incoming]
            forks = self._dominators.meeting_points(key for key in sources if self._dominators.knows(key))
            stops = {join.id, *(forks if join.kind == "parallelGateway" else ())}
            self._known[join.id] = [
                before(self._draft, key, stops)
                for key, source in zip(join.incoming, sources, strict=True)
                if source != join.id
            ]
        return self._known[join.id]

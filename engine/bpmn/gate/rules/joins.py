"""Branches that run at the same time: a join waits only for what surely comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.gate.dominators import Dominators
from engine.bpmn.gate.draft import Draft, about, called
from engine.bpmn.gate.graph import before, reached, too_large
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import ERROR, TERMINATE
from engine.messages import gettext as _
from engine.problems import Problem, Rule

JOIN_IN_LOOP = Rule("join-in-loop", _("A loop does not lead directly into a parallel join."))
JOIN_STARVES = Rule("join-starves", _("A parallel join waits only for paths that are all taken."))
BRANCH_ENDS_EARLY = Rule("branch-ends-early", _("A branch that a join waits for does not end before the join."))
Joins = dict[str, list[Element]]
"""Fork -> the joins that wait for its branches."""


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    beside = [event.id for event in draft.of_kind("boundaryEvent") if not event.interrupting]
    starts = [start.id for start in draft.beginnings]
    dominators = Dominators(draft.diagram.elements, [*starts, *beside], draft.in_scope)
    joins: Joins = defaultdict(list)
    for join in draft.of_kind("parallelGateway"):
        if len(join.incoming) > 1:
            yield from _join(draft, join, dominators, joins)
    for fork_id, waiting in joins.items():
        yield from _fork(draft, draft.diagram.elements[fork_id], waiting)


def _join(draft: Draft, join: Element, dominators: Dominators, joins: Joins) -> Iterator[Problem]:
    """Whatever it waits for comes from branches of one fork, each of them surely."""
    sources = [draft.diagram.flows[flow].source for flow in join.incoming]
    if not all(dominators.knows(source) for source in (*sources, join.id)):
        return
    ahead = [source for source in sources if not dominators.dominates(join.id, source)]
    if len(ahead) < len(sources):
        yield about(
            JOIN_IN_LOOP,
            join,
            _("The loop leads directly back into the parallel join, which then waits for ever."),
            _("Draw a merging exclusive gateway after the join, and connect the loop to it."),
        )
    for fork_id in dominators.meeting_points(ahead):
        fork = draft.diagram.elements.get(fork_id)
        if fork is None:
            continue
        chooser = _chooser(draft, join, fork) if draft.splits(fork) else fork
        if chooser is None:
            joins[fork_id].append(join)
        else:
            yield about(
                JOIN_STARVES,
                join,
                _(
                    "The parallel join waits for the paths after '%(fork)s', but not all of them are taken.",
                    fork=called(chooser),
                ),
                _("Join them with an inclusive gateway, which waits only for the branches that were taken.")
                if draft.may_split(chooser)
                else _(
                    "Where only one of several paths is taken, or a path depends on a time limit, merge them with an "
                    "exclusive gateway before they enter the parallel join."
                ),
            )


def _chooser(draft: Draft, join: Element, fork: Element) -> Element | None:
    """What decides between the fork and the join by which of its flows a token comes into the join, if anything does."""
    stops = {join.id, fork.id}
    behind = {flow: before(draft, flow, stops) for flow in join.incoming}
    between = set().union(*behind.values()) - stops
    for element in (draft.diagram.elements[key] for key in sorted(between)):
        ways = [way for way in _ways(draft, element, behind) if way]
        if any(way != ways[0] for way in ways):
            return element
    return None


def _ways(draft: Draft, element: Element, behind: Mapping[str, set[str]]) -> list[set[str]]:
    """By which flows into the join its tokens may come, for each way in which it may be left."""
    flows = [draft.diagram.flows[key] for key in element.outgoing]
    leads = {
        flow.id: {key for key, found in behind.items() if key == flow.id or flow.target in found} for flow in flows
    }
    borders = [event.id for event in draft.attached(element) if event.interrupting]
    others = [{key for key, found in behind.items() if border in found} for border in borders]
    if element.kind.endswith("Gateway") and element.kind != "parallelGateway":
        return [*leads.values(), *others]
    asked = {flow.id for flow in flows if flow.condition is not None or flow.id == element.default_flow}
    sure = set[str]().union(*(leads[flow.id] for flow in flows if flow.id not in asked))
    return [sure, *(sure | leads[key] for key in asked), *others]


def _fork(draft: Draft, fork: Element, joins: list[Element]) -> Iterator[Problem]:
    """Of the branches that are joined again none ends before."""
    join_ids = {join.id for join in joins}
    for head in {head.id: head for head in draft.targets(fork)}.values():
        seen = _walk(draft, head, join_ids)
        if seen & join_ids:
            yield from _ways_out(draft, seen - join_ids)


def _walk(draft: Draft, head: Element, join_ids: set[str]) -> set[str]:
    """What the branch passes until it is joined. A clock goes its own way."""
    return reached([head], lambda one: () if one.id in join_ids or one.is_clock else draft.in_scope(one))


def _ways_out(draft: Draft, seen: set[str]) -> Iterator[Problem]:
    for key in sorted(seen):
        element = draft.diagram.elements[key]
        if not element.outgoing and element.event_kind not in (TERMINATE, ERROR):
            yield about(
                BRANCH_ENDS_EARLY,
                element,
                _("This branch ends before the join, so the parallel join waits for it for ever."),
                _(
                    "If the whole case ends here, make this a terminate end event. Otherwise connect the branch to "
                    "the join."
                ),
            )

"""Paths that are alive at the same time are joined before they meet or lead back: else all that follows is done twice.

Each flow by which a split goes on is a colour, and what a join lets go has the colours of all that it waited for. Where two
colours without a common one meet with no join, two tokens come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.graph import reached, too_large
from engine.bpmn.reading.elements import OPERATING, PASSED, Element
from engine.messages import gettext as _
from engine.problems import Problem, Rule

MERGE_DOUBLES = Rule(
    "merge-doubles", _("Branches that run at the same time are joined by a gateway that waits for them.")
)
LOOP_DOUBLES = Rule(
    "loop-doubles", _("A path leads back to a step that splits into several paths only after these have been joined.")
)
_DONE_TWICE = (
    "userTask", "receiveTask", "callActivity", "subProcess", "parallelGateway", "inclusiveGateway", "intermediateCatchEvent",
    *OPERATING, *PASSED,
)  # fmt: skip
_CLOCK_BRANCH = ("receiveTask", "exclusiveGateway", "parallelGateway", "endEvent")
_JOINS = ("parallelGateway", "inclusiveGateway")
Colour = frozenset[str]
"""Flows of the split; several when tokens of several have been joined."""


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    told = set[str]()
    for split in draft.running:
        flows = [flow for flow in split.outgoing if not _is_clock(draft, flow)]
        if len(flows) < 2 or not draft.may_split(split):
            continue
        colours = _colours(draft, split, flows)
        if any(len(colour) < len(flows) for colour in colours[split.id]) and _is_felt(draft, split):
            yield _leads_back(split)
        for element in _meetings(draft, split, colours, len(flows)):
            if element.id not in told and _is_felt(draft, element):
                told.add(element.id)
                yield _meets(element, certainly=draft.splits(split))


def _is_clock(draft: Draft, flow: str) -> bool:
    """Whether nothing but a clock follows, which goes its own way to an end and asks nobody."""
    head = draft.diagram.elements.get(draft.diagram.flows[flow].target)
    if head is None or not head.is_clock:
        return False
    return all(draft.diagram.elements[key].kind in _CLOCK_BRANCH for key in reached([head], draft.in_scope))


def _colours(draft: Draft, split: Element, flows: list[str]) -> Mapping[str, set[Colour]]:
    """Element -> what comes to it from the split before the split itself is passed again, or all has been joined."""
    joined = _joined(draft, split, flows)
    found = defaultdict[str, set[Colour]](set)
    waiting = [(draft.diagram.flows[flow].target, Colour({flow})) for flow in flows]
    waiting += [(one.id, colour) for key, colour in joined.items() if len(colour) < len(flows)
                for one in draft.in_scope(draft.diagram.elements[key])]  # fmt: skip
    while waiting:
        key, colour = waiting.pop()
        element = draft.diagram.elements.get(key)
        if element is None or colour in found[key]:
            continue
        found[key].add(colour)
        if key != split.id and key not in joined:
            waiting += [(following.id, colour) for following in draft.in_scope(element)]
    return found


def _joined(draft: Draft, split: Element, flows: list[str]) -> dict[str, Colour]:
    """Join -> the flows of the split that it waits for. Behind one that has waited for all of them nothing is looked at."""
    coming: dict[str, Colour] = {}
    joined: dict[str, Colour] = {}
    waiting = [(draft.diagram.flows[flow].target, Colour({flow})) for flow in flows]
    while waiting:
        partly = set[str]()
        while waiting:
            key, colour = waiting.pop()
            element, before = draft.diagram.elements.get(key), coming.get(key, Colour())
            if element is None or key == split.id or colour <= before:
                continue
            coming[key] = colour | before
            if _joins(element):
                joined[key] = coming[key]
                partly.add(key)
            else:
                waiting += [(one.id, coming[key]) for one in draft.in_scope(element)]
        for key in partly:
            if len(joined[key]) < len(flows):
                waiting += [(one.id, joined[key]) for one in draft.in_scope(draft.diagram.elements[key])]
    return joined


def _meetings(draft: Draft, split: Element, colours: Mapping[str, set[Colour]], every: int) -> Iterator[Element]:
    """Where several may come that nothing joins; that several paths end in one end event is nothing."""
    asked = {flow for flow in split.outgoing if draft.diagram.flows[flow].condition is not None}
    for key, coming in colours.items():
        element = draft.diagram.elements[key]
        if key == split.id or _joins(element) or element.kind == "endEvent":
            continue
        plain = [colour for colour in coming if len(colour) < every]
        alive = [
            (one, other)
            for number, one in enumerate(plain)
            for other in plain[:number]
            if not one & other and any(_together(a, b, split, asked) for a in one for b in other)
        ]
        if alive and len(element.incoming) > 1:
            yield element


def _together(one: str, other: str, split: Element, asked: set[str]) -> bool:
    """Whether both flows may be taken at once: a default flow is taken when no condition holds."""
    pair = {one, other}
    return split.default_flow not in pair or not pair & (
        asked if split.kind != "inclusiveGateway" else {*split.outgoing}
    )


def _joins(element: Element) -> bool:
    return element.kind in _JOINS and len(element.incoming) > 1


def _is_felt(draft: Draft, element: Element) -> bool:
    """Whether anything that follows, this one included, would be done twice."""
    return any(draft.diagram.elements[key].kind in _DONE_TWICE for key in reached([element], draft.in_scope))


def _leads_back(split: Element) -> Problem:
    return about(
        LOOP_DOUBLES,
        split,
        _("One of the paths from here leads back before the others are joined, so the others begin again and again."),
        _("Use an exclusive gateway to decide whether to go back, or join the paths before one leads back."),
    )


def _meets(element: Element, certainly: bool) -> Problem:
    return about(
        MERGE_DOUBLES,
        element,
        _(
            "Parallel branches come together here without waiting for each other, so the following steps are done "
            "twice."
        ),
        _("Join them with a parallel gateway. If each is to go its own way, draw the following steps once for each.")
        if certainly
        else _(
            "Join them with an inclusive gateway, which waits only for the branches that were taken. If each is to go "
            "its own way, draw the following steps once for each."
        ),
    )

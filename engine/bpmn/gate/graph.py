"""Where flows lead: what can be reached, which circles there are, and whether there is too much of it to look at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from engine.bpmn.gate.draft import Draft
from engine.bpmn.reading.elements import Element

NODE_LIMIT, FLOW_LIMIT = 1_000, 2_000
Next = Callable[[Element], Iterable[Element]]


def too_large(draft: Draft) -> bool:
    return len(draft.diagram.elements) > NODE_LIMIT or len(draft.diagram.flows) > FLOW_LIMIT


def reached(starts: Iterable[Element], following: Next) -> set[str]:
    """The ids of everything that can be reached, the starts included."""
    stack = list(starts)
    seen = {element.id for element in stack}
    while stack:
        for element in following(stack.pop()):
            if element.id not in seen:
                seen.add(element.id)
                stack.append(element)
    return seen


def before(draft: Draft, flow_id: str, stops: Collection[str]) -> set[str]:
    """The ids of everything from which a token may come to this flow without having passed one of the stops since."""
    elements, flows = draft.diagram.elements, draft.diagram.flows

    def preceding(element: Element) -> list[Element]:
        if element.id in stops:
            return []
        keys = [*(flows[key].source for key in element.incoming), element.attached_to or ""]
        return [elements[key] for key in keys if key in elements and key not in stops]

    source = flows[flow_id].source
    return reached([elements[source]], preceding) if source in elements else set()


def circles(among: Mapping[str, Element], onward: Next) -> Iterator[Element]:
    """The first element of each circle that stays among these: what is left when all ends and beginnings are taken away."""
    following = {key: [one.id for one in onward(element) if one.id in among] for key, element in among.items()}
    preceding: dict[str, list[str]] = {key: [] for key in among}
    for key, targets in following.items():
        for target in targets:
            preceding[target].append(key)
    left = _without_ends(_without_ends(set(among), following, preceding), preceding, following)
    for element in among.values():
        if element.id in left:
            left -= reached([element], lambda one: (among[key] for key in following[one.id]))
            yield element


def _without_ends(keys: set[str], following: dict[str, list[str]], preceding: dict[str, list[str]]) -> set[str]:
    """The keys without those from which every way ends."""
    open_ways = {key: sum(target in keys for target in following[key]) for key in keys}
    ends = [key for key, ways in open_ways.items() if not ways]
    left = set(keys)
    while ends:
        key = ends.pop()
        left.discard(key)
        for source in preceding[key]:
            if source in left:
                open_ways[source] -= 1
                if not open_ways[source]:
                    ends.append(source)
    return left

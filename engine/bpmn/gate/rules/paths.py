"""Where the flows lead as a whole: everything is reached, everything ends, and nothing turns in a circle by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.bpmn.gate.draft import Draft, about
from engine.bpmn.gate.rules.flows import too_large
from engine.bpmn.reading.elements import Element
from engine.errors import Problem

PATH_LIMIT = 300
"""Elements in a row; SpiffWorkflow reads a diagram by recursion."""
_AUTOMATIC = ("serviceTask", "sendTask", "exclusiveGateway", "parallelGateway")

Next = Callable[[Element], Iterable[Element]]


def check(draft: Draft) -> Iterator[Problem]:
    if too_large(draft):
        return
    yield from _unreachable(draft)
    yield from _endless(draft)
    yield from _idle_loops(draft)
    yield from _too_long(draft)


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


def _unreachable(draft: Draft) -> Iterator[Problem]:
    starts = draft.diagram.of_kind("startEvent")
    if not starts:
        return
    seen = reached(starts, draft.onward)
    lost = [element for element in draft.diagram.elements.values() if element.id not in seen]
    sourceless = [
        element for element in lost if not element.incoming and element.attached_to not in draft.diagram.elements
    ]
    for element in (*sourceless, *lost):
        if element.id not in seen:
            seen |= reached([element], draft.onward)
            if element in draft.running and element.kind != "boundaryEvent":
                yield about(element, "从发起事件走不到这里。", "请把前面的环节连过来，或删去它。")


def _endless(draft: Draft) -> Iterator[Problem]:
    """Nothing goes round without a way out. Where a path breaks off is told by `flows`."""
    before: dict[str, list[Element]] = {}
    elements = draft.diagram.elements.values()
    for element in elements:
        for target in draft.in_scope(element):
            before.setdefault(target.id, []).append(element)
    last = [element for element in elements if not draft.targets(element)]
    fine = reached(last, lambda element: before.get(element.id, ()))
    for element in elements:
        if element.id not in fine:
            fine |= reached([element], draft.onward)
            yield about(element, "从这里走不到任何结束事件。", "请给回路画一个出口：判断网关，其中一条流通向结束。")


def _idle_loops(draft: Draft) -> Iterator[Problem]:
    """Every circle has somebody to wait for, and an exclusive gateway: SpiffWorkflow goes astray in others."""
    automatic = {element.id: element for element in draft.of_kind(*_AUTOMATIC)}
    for element in _circles(automatic, draft.targets):
        yield about(element, "这个回路里没有等待人办的环节，会一直空转。", "请在回路里放一个用户任务，或去掉回路。")
    others = {element.id: element for element in draft.running if element.kind != "exclusiveGateway"}
    for element in _circles(others, draft.onward):
        yield about(element, "这个回路里没有判断网关。", "请在回路的入口画一个合并用的判断网关，退回的流连到那里。")


def _circles(among: Mapping[str, Element], onward: Next) -> Iterator[Element]:
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


def _too_long(draft: Draft) -> Iterator[Problem]:
    seen: set[str] = set()
    stack = [(start, 1) for start in draft.diagram.of_kind("startEvent")]
    while stack:
        element, depth = stack.pop()
        if element.id in seen:
            continue
        seen.add(element.id)
        if depth > PATH_LIMIT:
            yield about(element, f"一连串的环节超过 {PATH_LIMIT} 个。", "请拆成几个流程。")
            return
        stack.extend((following, depth + 1) for following in reversed(draft.onward(element)))

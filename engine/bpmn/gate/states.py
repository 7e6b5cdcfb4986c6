"""Every state that a case can come to, scope by scope, whatever is answered: where it stops, and what is never done.

Tokens are moved over what was read, one after the other: what one does takes nothing from another as long as no join waits
for both, so one order of the moves stands for all. Ends that end everything come last, so that nothing looks as if it could
not be done only because they were faster; inclusive joins come when nothing else can move. A sub-process is one step of
the scope around it and a net of its own, and so is what is done several times.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from engine.bpmn.gate.draft import Draft
from engine.bpmn.gate.graph import before, reached
from engine.bpmn.reading.elements import Element
from engine.bpmn.reading.events import TERMINATE

STATES_AT_MOST = 10_000
"""States of one scope; what has more is not looked through."""
ALL_CHOICES_OF = 3
"""Of so many flows every choice is looked at; of more each alone and all together."""
SAME_AT_MOST = 2
"""Tokens in one place; a third makes no other state."""


class Token(NamedTuple):
    """On an element; one that waits in a join has come by a flow."""

    element: str
    flow: str = ""


State = tuple[Token, ...]


class Choice(NamedTuple):
    """What was decided on the way: an element, and the flows or the events by which it was left."""

    element: str
    ways: tuple[str, ...]


@dataclass
class Seen:
    """What was found in one scope. `stuck` are states from which nothing goes on, each once for the joins that wait."""

    stuck: list[State] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    """The elements that some case comes to; of a join, passes."""
    is_whole: bool = True
    """Whether all states were looked at."""
    came_from: dict[State, tuple[State | None, Choice | None]] = field(default_factory=dict)

    def way_to(self, state: State) -> list[Choice]:
        """What was decided on the shortest way there."""
        found: list[Choice] = []
        step: State | None = state
        while step is not None:
            step, choice = self.came_from[step]
            if choice is not None:
                found.append(choice)
        return found[::-1]


class Net:
    """One scope of a draft: the process itself (None), a sub-process, or what an event begins."""

    def __init__(self, draft: Draft, scope: str | None) -> None:
        self._draft, self._scope = draft, scope
        self._elements = {one.id: one for one in draft.diagram.within(scope)}
        self._starts = draft.diagram.starts(scope)
        self._settled: dict[Token, tuple[tuple[Token, ...], frozenset[str]]] = {}

    @cached_property
    def reachable(self) -> set[str]:
        """What the flows and events lead to."""
        return reached(self._starts, self._draft.onward) & self._elements.keys()

    @cached_property
    def rank(self) -> Mapping[str, int]:
        """The further from the start, the earlier a token moves: so one branch comes to its end before the next begins."""
        found: dict[str, int] = {}
        waiting = deque(self._starts)
        while waiting:
            element = waiting.popleft()
            if element.id not in found:
                found[element.id] = len(found)
                waiting.extend(self._draft.onward(element))
        return found

    # --- looking through ---

    def look(self, at_most: int = STATES_AT_MOST) -> Seen:
        seen = Seen()
        waiting = deque[State]()
        for together in self.beginnings():
            self._note(seen, waiting, self._state((), [Token(start.id) for start in together], seen), None, None)
        while waiting:
            state = waiting.popleft()
            if len(seen.came_from) > at_most:
                seen.is_whole = False
                break
            following = list(self._following(state, seen))
            for after, choice in following:
                self._note(seen, waiting, after, state, choice)
            if not following and state and not any(self.ends_all(token) for token in state):
                seen.stuck.append(state)
        return seen

    def beginnings(self) -> list[list[Element]]:
        """One of several start events begins; where none is drawn, every step that none comes before does."""
        drawn = all(start.kind == "startEvent" for start in self._starts)
        return [[start] for start in self._starts] if drawn else [self._starts]

    @staticmethod
    def _note(seen: Seen, waiting: deque[State], state: State, source: State | None, choice: Choice | None) -> None:
        if state not in seen.came_from:
            seen.came_from[state] = (source, choice)
            waiting.append(state)

    def _following(self, state: State, seen: Seen) -> Iterator[tuple[State, Choice | None]]:
        movable = [token for token in state if not token.flow and not self.ends_all(token)]
        if movable:
            token = max(movable, key=lambda one: self.rank.get(one.element, 0))
            yield from self._moved(state, [token], token.element, seen)
        elif join := next(self.joins_that_go(state), None):
            taken = {token.flow: token for token in state if token.element == join}
            yield from self._moved(state, list(taken.values()), join, seen)

    def _moved(
        self, state: State, taken: Sequence[Token], element: str, seen: Seen
    ) -> Iterator[tuple[State, Choice | None]]:
        rest = list(state)
        for token in taken:
            rest.remove(token)
        seen.done.add(element)
        moves = self.moves(self._elements[element])
        for ways, tokens in moves:
            yield self._state(rest, tokens, seen), Choice(element, ways) if len(moves) > 1 else None

    def _state(self, rest: Sequence[Token], tokens: Sequence[Token], seen: Seen) -> State:
        found = list(rest)
        for token in tokens:
            settled, done = self._settle(token)
            seen.done |= done
            found += [one for one in settled if found.count(one) < SAME_AT_MOST]
        return tuple(sorted(found))

    def _settle(self, token: Token) -> tuple[tuple[Token, ...], frozenset[str]]:
        """Where a token comes to rest that goes on without a choice, and what it has passed. What goes round stays."""
        if token not in self._settled:
            resting, passed, waiting = list[Token](), set[str](), [token]
            while waiting:
                one = waiting.pop()
                moves = [] if one.flow or self.ends_all(one) else self.moves(self._elements[one.element])
                if len(moves) == 1 and one.element not in passed:
                    passed.add(one.element)
                    waiting += moves[0][1]
                else:
                    resting.append(one)
            ends = {one.element for one in resting if self.ends_all(one)}
            self._settled[token] = (tuple(resting), frozenset(passed | ends))
        return self._settled[token]

    # --- what moves ---

    def element(self, token: Token) -> Element:
        return self._elements[token.element]

    def ends_all(self, token: Token) -> bool:
        element = self._elements[token.element]
        return element.kind == "endEvent" and (element.event_kind == TERMINATE or element.throws_error)

    @cached_property
    def _all_moves(self) -> dict[str, list[tuple[tuple[str, ...], tuple[Token, ...]]]]:
        return {}

    def moves(self, element: Element) -> list[tuple[tuple[str, ...], tuple[Token, ...]]]:
        """Each way in which the element is left: by which flows and events, and the tokens that go on."""
        if element.id not in self._all_moves:
            found = []
            events_on = [one for one in self._draft.attached(element) if one.id in self._elements]
            beside = [one for one in events_on if not one.interrupting]
            others = [(), *([one] for one in beside), *([beside] if len(beside) > 1 else [])]
            for flows in self._ways_out(element):
                onward = tuple(self._token_on(flow) for flow in flows)
                for events in others:
                    keys = tuple(event.id for event in events)
                    found.append(((*flows, *keys), (*onward, *(Token(key) for key in keys))))
            instead = [one.id for one in events_on if one.interrupting]
            found += [((key,), (Token(key),)) for key in instead]
            self._all_moves[element.id] = found
        return self._all_moves[element.id]

    def _token_on(self, flow: str) -> Token:
        target = self._draft.diagram.flows[flow].target
        return Token(target, flow if self._waits_for_others(self._elements[target]) else "")

    @staticmethod
    def _waits_for_others(element: Element) -> bool:
        return element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1

    def _ways_out(self, element: Element) -> list[tuple[str, ...]]:
        every = (self._draft.diagram.flows[key] for key in element.outgoing)
        flows = [flow for flow in every if flow.target in self._elements]
        keys = [flow.id for flow in flows]
        if element.kind == "parallelGateway" or len(keys) < 2:
            return [tuple(keys)]
        if element.kind in ("exclusiveGateway", "eventBasedGateway"):
            return [(key,) for key in keys]
        asked = [flow.id for flow in flows if flow.condition is not None and flow.id != element.default_flow]
        always = [key for key in keys if key not in asked and key != element.default_flow]
        if element.kind == "inclusiveGateway":
            asked, always = [*asked, *always], []
        usual = [key for key in keys if key == element.default_flow]
        none_holds = [tuple([*always, *usual])] if usual or always else []
        return [tuple([*always, *some]) for some in _choices(asked)] + none_holds

    def joins_that_go(self, state: State) -> Iterator[str]:
        """The joins that let a token go now; parallel ones first."""
        come: dict[str, set[str]] = {}
        for token in state:
            if token.flow:
                come.setdefault(token.element, set()).add(token.flow)
        yield from (key for key, flows in come.items() if self._has_all(key, flows))
        yield from (
            key for key, flows in come.items() if self._is_inclusive(key) and not self._waits(key, flows, state)
        )

    def _has_all(self, key: str, flows: set[str]) -> bool:
        return flows >= set(self._elements[key].incoming)

    def _is_inclusive(self, key: str) -> bool:
        return self._elements[key].kind == "inclusiveGateway"

    def _waits(self, key: str, flows: set[str], state: State) -> bool:
        """Whether one of the others may still come by a flow on which none has come, and by none on which one has."""
        others = {token.element for token in state if token.element != key}
        missing = set(self._elements[key].incoming) - flows
        may_come = set[str]().union(*(self._before(flow, key) for flow in missing)) & others
        return bool(may_come - set[str]().union(*(self._before(flow, key) for flow in flows)))

    def _before(self, flow: str, join: str) -> set[str]:
        if flow not in self._known_before:
            self._known_before[flow] = before(self._draft, flow, {join})
        return self._known_before[flow]

    @cached_property
    def _known_before(self) -> dict[str, set[str]]:
        return {}


def _choices(flows: Sequence[str]) -> list[tuple[str, ...]]:
    """Which of the flows may be taken, at least one."""
    sizes = range(1, len(flows) + 1) if len(flows) <= ALL_CHOICES_OF else (1, len(flows))
    return [some for size in sizes for some in combinations(flows, size)]

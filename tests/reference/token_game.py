"""Tokens moved over a drawing, as chapter 13 of BPMN 2.0.2 tells it.

A token stands on an element; a scope (the process, one run of a sub-process) holds the tokens that are in it and is done when
none is left. A token that stands on a sub-process holds its scope, and one that stands on an activity that is done several times
holds a token for each time: so what is cancelled is simply no longer there. Everything that goes by itself is done first come,
first served; what an element does is said by its word.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.reference.drawing import Drawing, Flow, Node

if TYPE_CHECKING:
    from tests.reference.several import Several
    from tests.reference.words import Word

PERSON, PERIOD, CALL, EVENT, JOIN = "person", "period", "call", "event", "join"
"""What a token may wait for."""
INSIDE, SEVERAL, GATEWAY = "inside", "several", "gateway"
"""What it waits for on a sub-process, on what is done several times, and on a gateway behind which events may happen."""
BUDGET = 500
"""How often the same may happen by itself in one go."""
Value = Callable[[str, dict[str, object]], object]
"""What an expression gives, over the facts and these names."""


class Stuck(Exception):
    """The diagram does not say how to go on (13.4.2), or goes on for ever."""


@dataclass(eq=False)
class Token:
    """On one element of one scope. `waits_for` is None while it goes on by itself."""

    number: int
    node: Node
    scope: Scope
    came_by: Flow | None
    waits_for: str | None = None
    armed: list[Armed] = field(default_factory=list)
    lapses_with: Token | None = None
    """The activity with which it is gone, and whatever comes of it."""
    inner: Scope | None = None
    run: Token | None = None
    """For one of several times: the token that stands on the activity as a whole."""
    index: int = 0
    item: object = None
    was: bool = False
    """Whether the condition that it waits for was true."""
    times: list[Token] = field(default_factory=list)
    """The times that are going on now."""
    items: list[object] = field(default_factory=list)
    begun: int = 0
    done: int = 0

    @property
    def is_there(self) -> bool:
        if self.run is not None:
            return self.run.is_there and any(token is self for token in self.run.times)
        return self.scope.is_there and any(token is self for token in self.scope.tokens)


@dataclass(eq=False)
class Armed:
    """An event on the border of the activity on which the host stands, or the start of an event sub-process of a scope."""

    number: int
    node: Node
    host: Token | None
    scope: Scope
    was: bool = False
    came: int = 0


@dataclass(eq=False)
class Scope:
    """One run of the process, or of a sub-process for the token that stands on it."""

    number: int
    node: Node | None = None
    owner: Token | None = None
    tokens: list[Token] = field(default_factory=list)
    listening: list[Armed] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        return self.owner is None or (self.owner.inner is self and self.owner.is_there)


Waits = Token | Armed


class Game:
    def __init__(
        self,
        drawing: Drawing,
        words: Callable[[Node], Word],
        value: Value,
        work: Callable[[Node], str | None] | None = None,
    ) -> None:
        """`work` does what a service task is for; it returns the code of an error when that has failed."""
        self.drawing, self.words, self.value = drawing, words, value
        self.work = work or (lambda node: None)
        self._numbers = count()
        self.scope = Scope(next(self._numbers))
        self.ended = self.terminated = False
        self.failed: str | None = None
        """The error that nothing caught."""
        self.passed: list[str] = []
        """Elements that were passed since the last move began, in order."""
        self.thrown: list[tuple[str, str, bool]] = []
        """What was thrown since then: kind, name, whether anything here caught it."""
        self._queue: deque[Token] = deque()
        self._spent: Counter[tuple[int, str]] = Counter()

    # --- what is open ---

    def scopes(self) -> list[Scope]:
        """Everything that is going on, the oldest first."""
        found, left = [], [self.scope]
        while left:
            scope = left.pop()
            found.append(scope)
            left += [token.inner for token in _all_in(scope) if token.inner is not None]
        return sorted(found, key=lambda one: one.number)

    def tokens(self) -> list[Token]:
        return sorted((token for scope in self.scopes() for token in _all_in(scope)), key=lambda one: one.number)

    def waiting(self, what: str) -> list[Token]:
        """The tokens that wait for it, the oldest first."""
        return [] if self.ended else [token for token in self.tokens() if token.waits_for == what]

    def armed(self) -> list[Waits]:
        """The events that may happen: on borders, in the middle of a flow, at event sub-processes; the oldest first."""
        if self.ended:
            return []
        found: list[Waits] = list(self.waiting(EVENT))
        found += [armed for token in self.tokens() for armed in token.armed]
        found += [armed for scope in self.scopes() for armed in scope.listening]
        return sorted(found, key=lambda one: one.number)

    def indices(self, one: Waits) -> list[int]:
        """Which time it is of everything around it that is done several times, the outermost first."""
        return [around.index for around in reversed(list(_around(one))) if around.run is not None]

    # --- what moves it ---

    def begin(self, start: str = "") -> None:
        """13.5.1: the start event has occurred: this one, or the one that nothing has to make happen."""
        self._clear()
        self.open(self.scope, "", start)
        self._settle()

    def done(self, *tokens: Token) -> None:
        """The activities on which these stand are done: by a person, by the called process, because their period is met."""
        self._clear()
        for token in tokens:
            if token.is_there:
                self.go_on(token)
        self._settle()

    def add_time(self, token: Token, item: object) -> None:
        """One more of what is done several times: a thing of ours, not of the standard."""
        self._clear()
        several_of(self, token).add(self, token, item)
        self._settle()

    def drop_time(self, token: Token) -> None:
        """One less of them, which counts no more."""
        self._clear()
        assert token.run is not None
        several_of(self, token).drop(self, token)
        self._settle()

    def over(self, *tokens: Token) -> None:
        """The tasks are over without having been done, and their flow goes on: a thing of ours, not of the standard."""
        self._clear()
        for token in tokens:
            if token.is_there:
                self.go_on(token, told=False)
        self._settle()

    def fails(self, token: Token, code: str) -> None:
        """The called process has failed."""
        self._clear()
        self.throw(token, "error", code)
        self._settle()

    def escalates(self, token: Token, code: str) -> None:
        """The called process has thrown an escalation that nothing in it caught."""
        self._clear()
        self.throw(token, "escalation", code)
        self._settle()

    def told(self, kind: str, name: str) -> None:
        """A message or signal has come from outside."""
        self._clear()
        self._hear(kind, name)
        self._settle()

    def happens(self, event: Waits) -> None:
        """The event has occurred."""
        self._clear()
        self.fire(event)
        self._settle()

    # --- what words do ---

    def open(self, scope: Scope, key: str, start: str = "") -> None:
        """The scope begins: its event sub-processes listen, and a token is placed on each start, or on this one."""
        for node in self.drawing.handlers(key):
            scope.listening.append(Armed(next(self._numbers), node, None, scope))
        for node in [self.drawing.nodes[start]] if start else self.drawing.starts(key):
            self.enter(scope, node, None)

    def enter(self, scope: Scope, node: Node, came_by: Flow | None, lapses_with: Token | None = None) -> Token:
        """A token has come to the element."""
        token = Token(next(self._numbers), node, scope, came_by, lapses_with=lapses_with)
        scope.tokens.append(token)
        self.words(node).arrive(self, token)
        return token

    def arm_behind(self, token: Token) -> None:
        """The events behind the gateway may happen from now on."""
        nodes = [self.drawing.nodes[flow.target] for flow in token.node.outgoing]
        token.armed = [Armed(next(self._numbers), node, token, token.scope) for node in nodes]

    def time_of(self, whole: Token, index: int, item: object) -> Token:
        """A token for one time of what is done several times."""
        one = Token(next(self._numbers), whole.node, whole.scope, None, run=whole, index=index, item=item)
        whole.times.append(one)
        return one

    def go_inside(self, token: Token) -> None:
        """The sub-process on which the token stands begins."""
        token.waits_for = INSIDE
        token.inner = Scope(next(self._numbers), token.node, token)
        self.open(token.inner, token.node.id)

    def soon(self, token: Token) -> None:
        """It will go on by itself, after all that came before it."""
        token.waits_for = None
        self._queue.append(token)

    def arm(self, token: Token) -> None:
        """The events on the activity's border may happen from now on."""
        borders = self.drawing.borders.get(token.node.id, ())
        token.armed = [Armed(next(self._numbers), node, token, token.scope) for node in borders]

    def holds(self, test: str, one: Waits, **more: object) -> bool:
        """Whether the condition is true there."""
        return bool(self.worth(test, one, **more))

    def worth(self, text: str, one: Waits, **more: object) -> object:
        """What the expression gives there; the item and number of each time around it are known."""
        names: dict[str, object] = {}
        for around in _around(one):
            if around.run is not None:
                names.setdefault("loopCounter", around.index)
                if around.node.many and around.node.many.item:
                    names.setdefault(around.node.many.item, around.item)
        return self.value(text, {**names, **more})

    def go_on(self, token: Token, told: bool = True) -> None:
        """The token has passed its element and goes on by the flows that its word takes. `told`: that it was passed."""
        token.armed = []
        token.inner = None
        self.lapse(token)
        if token.run is not None:
            return several_of(self, token).one_is_over(self, token)
        if told:
            self.passed.append(token.node.id)
        flows = self.words(token.node).ways(self, token)
        self.remove(token)
        for flow in flows:
            self.enter(token.scope, self.drawing.nodes[flow.target], flow, token.lapses_with)
        return None

    def remove(self, token: Token) -> None:
        """The token is consumed, and with it what was armed on it, and what lapses with it."""
        token.scope.tokens = [other for other in token.scope.tokens if other is not token]
        self.lapse(token)

    def lapse(self, host: Token) -> None:
        """What an event of this activity has begun is gone with it, where it is drawn so."""
        for other in [one for one in host.scope.tokens if one.lapses_with is host]:
            self.remove(other)

    def throw(self, token: Token, kind: str, name: str) -> None:
        """10.5.6, 13.5.3: it goes outwards until something catches it; an error that nothing catches ends everything."""
        catching = next(self._catching(token, kind, name), None)
        self.thrown.append((kind, name, catching is not None))
        if catching is not None:
            self.spend(-catching.number, "caught")
            self.fire(catching)
        elif kind == "error":
            self.failed, self.ended = name, True

    def spread(self, kind: str, name: str) -> None:
        """10.5.1: a signal is heard by all, a message by one."""
        self.thrown.append((kind, name, self._hear(kind, name)))

    def spend(self, around: int, what: str) -> None:
        self._spent[around, what] += 1
        if self._spent[around, what] > BUDGET:
            raise Stuck("it does not come to rest")

    def terminate(self, scope: Scope) -> None:
        """13.5.6: every token of the scope is gone, and the scope is done."""
        self.terminated = self.terminated or scope is self.scope
        self.close(scope)

    def close(self, scope: Scope) -> None:
        """No token is left in the scope, or none may stay."""
        scope.tokens, scope.listening = [], []
        if scope.owner is None:
            self.ended = True
        else:
            self.go_on(scope.owner)

    def fire(self, event: Waits) -> None:
        """13.5: a token that waits goes on; on a border a token is placed; an event sub-process begins."""
        if isinstance(event, Token):
            self.soon(event)
        elif event.host is None:
            self._handle(event)
        elif event.host.waits_for == GATEWAY:
            self._first_behind_a_gateway(event)
        else:
            self._border(event)

    # --- within ---

    def _catching(self, token: Token, kind: str, name: str) -> Iterator[Armed]:
        """What catches it, the nearest first; what names it goes before what catches any."""

        def fit(armed: list[Armed]) -> list[Armed]:
            found = [one for one in armed if any(event.hears(kind, name) for event in one.node.events)]
            return sorted(found, key=lambda one: all(event.name != name for event in one.node.events))

        at: Token | None = token
        while at is not None:
            yield from fit(at.armed)
            if at.run is not None:
                yield from fit(at.run.armed)
            if not at.node.by_event:
                yield from fit(at.scope.listening)
            at = at.scope.owner

    def _hear(self, kind: str, name: str) -> bool:
        found = [one for one in self.armed() if any(event.hears(kind, name) for event in one.node.events)]
        for one in found[:1] if kind == "message" else found:
            if self._still_waits(one):
                self.spend(-one.number, "heard")
                self.fire(one)
        return bool(found)

    def _still_waits(self, one: Waits) -> bool:
        if isinstance(one, Token):
            return one.is_there and one.waits_for == EVENT
        if one.host is None:
            return one.scope.is_there and one in one.scope.listening
        return one.host.is_there and one in one.host.armed

    def _conditions(self) -> bool:
        """10.5.5: an event happens when its condition becomes true; one that comes again waits until it was false."""
        for one in self.armed():
            tests = [event.condition for event in one.node.events if event.kind == "conditional"]
            if tests:
                now = any(self.holds(test, one) for test in tests)
                was, one.was = one.was, now
                if now and not was:
                    self.spend(-one.number, "true")
                    self.fire(one)
                    return True
        return False

    def _joins(self) -> bool:
        """13.4.3: an inclusive join goes on when nothing else moves and no token can come that is to be waited for."""
        for token in self.waiting(JOIN):
            word = self.words(token.node)
            if word.may_go(self, token):
                return True
        return False

    def _clear(self) -> None:
        self.passed, self.thrown = [], []
        self._spent.clear()

    def _border(self, event: Armed) -> None:
        """13.5.3: an interrupting event ends its activity; another one begins a token beside it.

        Whatever it begins lives on when the activity is done, unless it is drawn that it lapses.
        """
        host = event.host
        assert host is not None
        lapses_with = host if event.node.lapses else host.lapses_with
        if event.node.cancels:
            self.remove(host)
        elif not self._comes_again(event):
            host.armed.remove(event)
        self.enter(event.scope, event.node, None, lapses_with)

    def _handle(self, event: Armed) -> None:
        """13.5.4: an event sub-process runs within its scope; an interrupting one ends everything else in it."""
        scope = event.scope
        if event.node.cancels:
            scope.tokens, scope.listening = [], []
        elif not self._comes_again(event):
            scope.listening.remove(event)
        self.enter(scope, self.drawing.nodes[event.node.scope], None)

    def _first_behind_a_gateway(self, event: Armed) -> None:
        """13.4.4: the event that happens first takes the token; the others can no longer happen."""
        host = event.host
        assert host is not None
        self.remove(host)
        token = Token(next(self._numbers), event.node, event.scope, None, lapses_with=host.lapses_with)
        event.scope.tokens.append(token)
        self.soon(token)

    def _comes_again(self, event: Armed) -> bool:
        event.came += 1
        return event.node.repeats and (event.node.times is None or event.came < event.node.times)

    def _settle(self) -> None:
        while not self.ended and self._one_step():
            pass

    def _one_step(self) -> bool:
        if self._conditions():
            return True
        if self._queue:
            token = self._queue.popleft()
            if token.is_there and token.waits_for is None:
                self.spend(token.scope.number if token.run is None else -token.run.number, token.node.id)
                self.words(token.node).go(self, token)
            return True
        return self._end_a_scope() or self._joins()

    def _end_a_scope(self) -> bool:
        empty = next((scope for scope in self.scopes() if not scope.tokens), None)
        if empty is not None:
            self.spend(empty.owner.scope.number if empty.owner else -1, empty.node.id if empty.node else "")
            self.close(empty)
        return empty is not None


def several_of(game: Game, token: Token) -> Several:
    """How the element is done several times."""
    activity = game.words(token.node)
    found: Several = activity.several(token.node)
    return found


def _all_in(scope: Scope) -> Iterator[Token]:
    for token in scope.tokens:
        yield token
        yield from token.times


def _around(one: Waits) -> Iterator[Token]:
    """The tokens in which it stands, the innermost first: itself, and those that stand on the sub-processes around it."""
    at = one if isinstance(one, Token) else one.scope.owner
    while at is not None:
        yield at
        at = at.scope.owner

"""Tokens moved over a drawing, as chapter 13 of BPMN 2.0.2 tells it.

A token stands on an element; a scope (today only the process itself) holds the tokens that are in it and is done when none is
left. What is cancelled is simply no longer there. Everything that goes by itself is done first come, first served; what an
element does is said by its word.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from tests.reference.drawing import Drawing, Flow, Node

if TYPE_CHECKING:
    from tests.reference.words import Word

PERSON, PERIOD, CALL, EVENT, JOIN = "person", "period", "call", "event", "join"
"""What a token may wait for."""
BUDGET = 500
"""Automatic moves in one go."""


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

    @property
    def is_there(self) -> bool:
        return any(token is self for token in self.scope.tokens)


@dataclass(eq=False)
class Armed:
    """An event on the border of the activity on which the host stands."""

    number: int
    node: Node
    host: Token


@dataclass(eq=False)
class Scope:
    """One run of the process."""

    tokens: list[Token] = field(default_factory=list)


class Game:
    """`holds` tells whether a condition is true now."""

    def __init__(self, drawing: Drawing, words: Callable[[Node], Word], holds: Callable[[str], bool]) -> None:
        self.drawing, self.words, self.holds = drawing, words, holds
        self.scope = Scope()
        self.ended = self.terminated = False
        self.passed: list[str] = []
        """Elements that were passed since the last move began, in order."""
        self._numbers = count()
        self._queue: deque[Token] = deque()

    # --- what is open ---

    def waiting(self, what: str) -> list[Token]:
        """The tokens that wait for it, the oldest first."""
        return [] if self.ended else [token for token in self.scope.tokens if token.waits_for == what]

    def armed(self) -> list[Token | Armed]:
        """The events that may happen: on borders and in the middle of a flow, the oldest first."""
        found: list[Token | Armed] = list(self.waiting(EVENT))
        found += [] if self.ended else [armed for token in self.scope.tokens for armed in token.armed]
        return sorted(found, key=lambda one: one.number)

    # --- what moves it ---

    def begin(self) -> None:
        """13.5.1: the start event has occurred."""
        self.passed = []
        for node in self.drawing.starts:
            self.enter(node, None)
        self._settle()

    def done(self, *tokens: Token) -> None:
        """The activities on which these stand are done: by a person, by the called process, because their period is met."""
        self.passed = []
        for token in tokens:
            self.go_on(token)
        self._settle()

    def over(self, *tokens: Token) -> None:
        """The tasks are over without having been done, and their flow goes on: a thing of ours, not of the standard."""
        self.passed = []
        for token in tokens:
            self.go_on(token, told=False)
        self._settle()

    def happens(self, event: Token | Armed) -> None:
        """The event has occurred."""
        self.passed = []
        if isinstance(event, Token):
            self.go_on(event)
        else:
            self._border(event)
        self._settle()

    # --- what words do ---

    def enter(self, node: Node, came_by: Flow | None) -> None:
        """A token has come to the element."""
        token = Token(next(self._numbers), node, self.scope, came_by)
        self.scope.tokens.append(token)
        self.words(node).arrive(self, token)

    def soon(self, token: Token) -> None:
        """It will go on by itself, after all that came before it."""
        token.waits_for = None
        self._queue.append(token)

    def arm(self, token: Token) -> None:
        """The events on the activity's border may happen from now on."""
        borders = self.drawing.borders.get(token.node.id, ())
        token.armed = [Armed(next(self._numbers), node, token) for node in borders]

    def go_on(self, token: Token, told: bool = True) -> None:
        """The token has passed its element and goes on by the flows that its word takes. `told`: that it was passed."""
        if told:
            self.passed.append(token.node.id)
        flows = self.words(token.node).ways(self, token)
        self.remove(token)
        for flow in flows:
            self.enter(self.drawing.nodes[flow.target], flow)

    def remove(self, token: Token) -> None:
        """The token is consumed, and with it what was armed on it."""
        self.scope.tokens = [other for other in self.scope.tokens if other is not token]

    def terminate(self) -> None:
        """13.5.6: every token of the scope is gone."""
        self.terminated = True
        self.scope.tokens = []

    # --- within ---

    def _border(self, event: Armed) -> None:
        """13.5.3: an interrupting event ends its activity; another one begins a token beside it.

        Whatever it begins lives on when the activity is done.
        """
        if event.node.cancels:
            self.remove(event.host)
        elif not event.node.repeats:
            event.host.armed.remove(event)
        self.enter(event.node, None)

    def _settle(self) -> None:
        moves = 0
        while self._queue and not self.ended:
            moves += 1
            if moves > BUDGET:
                raise Stuck("it does not come to rest")
            token = self._queue.popleft()
            if token.is_there:
                self.words(token.node).go(self, token)
        self.ended = self.ended or not self.scope.tokens

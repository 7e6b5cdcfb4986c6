"""What each word of the language does with a token: one class a word. A new word is a class here and a row in `WORDS`."""

from __future__ import annotations

from tests.reference.drawing import Flow, Node
from tests.reference.token_game import CALL, EVENT, JOIN, PERIOD, PERSON, Game, Stuck, Token


class Word:
    """Passed at once, by every flow out of it: start events, plain ends, border events that have happened."""

    def arrive(self, game: Game, token: Token) -> None:
        game.soon(token)

    def go(self, game: Game, token: Token) -> None:
        game.go_on(token)

    def ways(self, game: Game, token: Token) -> list[Flow]:
        return list(token.node.outgoing)


class Activity(Word):
    """13.3: what may have events on its border; they may happen until it ends, however it ends."""

    waits_for: str | None = None

    def arrive(self, game: Game, token: Token) -> None:
        game.arm(token)
        if self.waits_for is None:
            game.soon(token)
        else:
            token.waits_for = self.waits_for


class AutomaticTask(Activity):
    """Service and send tasks: done when their work is."""


class UserTask(Activity):
    waits_for = PERSON


class ReceiveTask(Activity):
    """Ours carries a period and waits until it is met."""

    waits_for = PERIOD


class CallActivity(Activity):
    """Done when the called process has ended (13.3.4)."""

    waits_for = CALL


class CatchEvent(Word):
    """The token waits until the event occurs (13.5.2)."""

    def arrive(self, game: Game, token: Token) -> None:
        token.waits_for = EVENT


class ExclusiveGateway(Word):
    """13.4.2: each token goes on by exactly one flow: the first whose condition is true, or else the default one."""

    def ways(self, game: Game, token: Token) -> list[Flow]:
        others = [flow for flow in token.node.outgoing if flow.id != token.node.default]
        for flow in others:
            if flow.condition is None or game.holds(flow.condition):
                return [flow]
        default = [flow for flow in token.node.outgoing if flow.id == token.node.default]
        if not default:
            raise Stuck(f"no flow out of {token.node.id}")
        return default


class ParallelGateway(Word):
    """13.4.1: it goes on when there is a token on each flow into it, takes one from each, and leaves the others there."""

    def arrive(self, game: Game, token: Token) -> None:
        token.waits_for = JOIN
        waiting = [other for other in game.waiting(JOIN) if other.node is token.node]
        first = [next((other for other in waiting if other.came_by is flow), None) for flow in token.node.incoming]
        taken = [other for other in first if other is not None]
        if len(taken) == len(token.node.incoming):
            for other in taken:
                if other is not taken[-1]:
                    game.remove(other)
            game.soon(taken[-1])


class TerminateEnd(Word):
    """13.5.6: nothing of its scope goes on."""

    def go(self, game: Game, token: Token) -> None:
        game.passed.append(token.node.id)
        game.terminate()


WORDS: dict[str, Word] = {
    "startEvent": Word(),
    "endEvent": Word(),
    "endEvent terminate": TerminateEnd(),
    "userTask": UserTask(),
    "serviceTask": AutomaticTask(),
    "sendTask": AutomaticTask(),
    "receiveTask": ReceiveTask(),
    "callActivity": CallActivity(),
    "intermediateCatchEvent timer": CatchEvent(),
    "boundaryEvent timer": Word(),
    "boundaryEvent message": Word(),
    "exclusiveGateway": ExclusiveGateway(),
    "parallelGateway": ParallelGateway(),
}
"""Kind of element, with its event if it has one -> what it does."""


def word_of(node: Node) -> Word:
    return WORDS[f"{node.kind} {node.event}".strip()]

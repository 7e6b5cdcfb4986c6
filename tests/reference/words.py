"""What each word of the language does with a token: one class a word. A new word is a class here and a row in `WORDS`."""

from __future__ import annotations

from tests.reference.drawing import Flow, Node
from tests.reference.several import MultiInstance, Several, StandardLoop
from tests.reference.token_game import CALL, EVENT, GATEWAY, JOIN, PERIOD, PERSON, Game, Stuck, Token


class Word:
    """Passed at once, by every flow out of it whose condition is true: start events, plain ends, border events."""

    def arrive(self, game: Game, token: Token) -> None:
        game.soon(token)

    def may_go(self, game: Game, token: Token) -> bool:
        """Whether a join that waits for what may come has gone on now."""
        return False

    def go(self, game: Game, token: Token) -> None:
        game.go_on(token)

    def ways(self, game: Game, token: Token) -> list[Flow]:
        """13.3.1: a flow with a condition is taken when it is true; the default one when no other is."""
        default = token.node.default
        found = [
            flow
            for flow in token.node.outgoing
            if flow.id != default and (flow.condition is None or game.holds(flow.condition, token))
        ]
        return found or _default(token)


def _default(token: Token) -> list[Flow]:
    found = [flow for flow in token.node.outgoing if flow.id == token.node.default]
    if token.node.outgoing and not found:
        raise Stuck(f"no flow out of {token.node.id}")
    return found


class Activity(Word):
    """13.3: what may have events on its border; they may happen until it ends, however it ends."""

    waits_for: str | None = None

    def arrive(self, game: Game, token: Token) -> None:
        game.arm(token)
        if token.node.many or token.node.again:
            self.several(token.node).begin(game, token)
        else:
            self.begin(game, token)

    def several(self, node: Node) -> Several:
        """How it is done several times."""
        return (MultiInstance if node.many else StandardLoop)(self.begin)

    def begin(self, game: Game, token: Token) -> None:
        if self.waits_for is None:
            game.soon(token)
        else:
            token.waits_for = self.waits_for


class AutomaticTask(Activity):
    """What needs nobody: done when its work is, at once where it has none; work that fails throws an error."""

    def go(self, game: Game, token: Token) -> None:
        several = token.run is None and (token.node.many or token.node.again)
        code = None if several else game.work(token.node)
        if code is None:
            game.go_on(token)
        else:
            game.throw(token, "error", code)


class UserTask(Activity):
    waits_for = PERSON


class ReceiveTask(Activity):
    """Ours carries a period and waits until it is met."""

    waits_for = PERIOD


class ReceiveMessage(Activity):
    """13.3.3: done when its message has come."""

    waits_for = EVENT


class CallActivity(Activity):
    """Done when the called process has ended (13.3.4)."""

    waits_for = CALL


class SubProcess(Activity):
    """13.3.4: done when no token is left in it. One that an event begins has nothing else of its own."""

    def begin(self, game: Game, token: Token) -> None:
        game.go_inside(token)


class CatchEvent(Word):
    """The token waits until the event occurs (13.5.2)."""

    def arrive(self, game: Game, token: Token) -> None:
        token.waits_for = EVENT


class ExclusiveGateway(Word):
    """13.4.2: each token goes on by exactly one flow: the first whose condition is true, or else the default one."""

    def ways(self, game: Game, token: Token) -> list[Flow]:
        for flow in token.node.outgoing:
            if flow.id != token.node.default and (flow.condition is None or game.holds(flow.condition, token)):
                return [flow]
        return _default(token)


class ParallelGateway(Word):
    """13.4.1: it goes on when there is a token on each flow into it, takes one from each, and leaves the others there."""

    def arrive(self, game: Game, token: Token) -> None:
        token.waits_for = JOIN
        taken = list(arrived(token).values())
        if len(taken) == len(token.node.incoming):
            go_as_one(game, taken, token)

    def ways(self, game: Game, token: Token) -> list[Flow]:
        return list(token.node.outgoing)


def arrived(token: Token) -> dict[str, Token]:
    """Flow -> the first token that has come by it to this join, in this scope."""
    found: dict[str, Token] = {}
    for other in token.scope.tokens:
        if other.node is token.node and other.waits_for == JOIN and other.came_by is not None:
            found.setdefault(other.came_by.id, other)
    return found


def go_as_one(game: Game, taken: list[Token], last: Token) -> None:
    """The tokens become one of them. A start leads by no flow into a gateway: then there is only that one."""
    one = last if last in taken or not taken else taken[-1]
    for other in taken:
        if other is not one:
            game.remove(other)
    game.soon(one)


class InclusiveGateway(ParallelGateway):
    """13.4.3: splits by every true condition; joins what is there when no token may come that is to be waited for."""

    def arrive(self, game: Game, token: Token) -> None:
        if len(token.node.incoming) < 2:
            game.soon(token)
        else:
            token.waits_for = JOIN

    def ways(self, game: Game, token: Token) -> list[Flow]:
        return Word.ways(self, game, token)

    def may_go(self, game: Game, token: Token) -> bool:
        here = arrived(token)
        empty = {flow.id for flow in token.node.incoming} - set(here)
        for other in token.scope.tokens:
            if other.node is not token.node:
                may_come = _ways_into(game, other.node, token.node)
                if may_come & empty and not may_come & set(here):
                    return False
        go_as_one(game, list(here.values()), token)
        return True


def _ways_into(game: Game, start: Node, gateway: Node) -> set[str]:
    """The flows into the gateway by which a token on this element may come, without passing the gateway."""
    found, seen, left = set[str](), set[str](), [start]
    while left:
        node = left.pop()
        if node.id in seen or node is gateway:
            continue
        seen.add(node.id)
        found |= {flow.id for flow in node.outgoing if flow.target == gateway.id}
        left += [game.drawing.nodes[flow.target] for flow in node.outgoing]
        left += game.drawing.borders.get(node.id, [])
    return found


class EventGateway(Word):
    """13.4.4: waits for the first of the events behind it."""

    def arrive(self, game: Game, token: Token) -> None:
        game.passed.append(token.node.id)
        token.waits_for = GATEWAY
        game.arm_behind(token)


class Throws(Word):
    """10.5.1: everything that it names is thrown, then the token goes on, if it is still there."""

    def go(self, game: Game, token: Token) -> None:
        game.passed.append(token.node.id)
        for event in token.node.events:
            if event.kind == "terminate":
                game.terminate(token.scope)
            elif event.kind in ("error", "escalation"):
                game.throw(token, event.kind, event.name)
            else:
                game.spread(event.kind, event.name)
            if not token.is_there or game.ended:
                return
        flows = self.ways(game, token)
        game.remove(token)
        for flow in flows:
            game.enter(token.scope, game.drawing.nodes[flow.target], flow, token.lapses_with)


class Sends(Throws, Activity):
    """13.3.3: a send task throws its message, and is done; where it is done several times, each time throws it."""

    arrive = Activity.arrive

    def go(self, game: Game, token: Token) -> None:
        if token.run is not None:
            for event in token.node.events:
                game.spread(event.kind, event.name)
            if token.is_there:
                game.go_on(token)
        elif token.node.many or token.node.again:
            game.go_on(token)
        else:
            super().go(game, token)


class TerminateEnd(Word):
    """13.5.6: nothing of its scope goes on."""

    def go(self, game: Game, token: Token) -> None:
        game.passed.append(token.node.id)
        game.terminate(token.scope)


CAUGHT = ("timer", "message", "signal", "conditional")
THROWN = ("message", "signal", "escalation", "error")
WORDS: dict[str, Word] = {
    "startEvent": Word(),
    **{f"startEvent {kind}": Word() for kind in (*CAUGHT, "error", "escalation")},
    "endEvent": Word(),
    "endEvent terminate": TerminateEnd(),
    **{f"endEvent {kind}": Throws() for kind in THROWN},
    "intermediateThrowEvent": Word(),
    "intermediateThrowEvent link": Word(),
    "intermediateCatchEvent link": Word(),
    **{f"intermediateThrowEvent {kind}": Throws() for kind in THROWN},
    **{f"intermediateCatchEvent {kind}": CatchEvent() for kind in CAUGHT},
    **{f"boundaryEvent {kind}": Word() for kind in (*CAUGHT, "error", "escalation")},
    "userTask": UserTask(),
    **dict.fromkeys(
        ("serviceTask", "sendTask", "scriptTask", "businessRuleTask", "task", "manualTask"), AutomaticTask()
    ),
    "sendTask message": Sends(),
    "receiveTask": ReceiveTask(),
    "receiveTask message": ReceiveMessage(),
    "callActivity": CallActivity(),
    "subProcess": SubProcess(),
    "exclusiveGateway": ExclusiveGateway(),
    "parallelGateway": ParallelGateway(),
    "inclusiveGateway": InclusiveGateway(),
    "eventBasedGateway": EventGateway(),
}
"""Kind of element, with its event if it has one -> what it does."""


def word_of(node: Node) -> Word:
    if len(node.events) > 1 and node.kind in ("endEvent", "intermediateThrowEvent"):
        return Throws()
    return WORDS[f"{node.kind} {node.event}".strip()]

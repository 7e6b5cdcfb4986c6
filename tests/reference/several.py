"""What an activity does that is done several times (10.3.2, 13.3.5, 13.3.6): a token for each time, held by that on the whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from tests.reference.token_game import SEVERAL, Game, Token

Begin = Callable[[Game, Token], None]
"""What one time begins with."""


class Several(ABC):
    def __init__(self, begin_one: Begin) -> None:
        self.begin_one = begin_one

    @abstractmethod
    def begin(self, game: Game, whole: Token) -> None: ...

    @abstractmethod
    def one_is_over(self, game: Game, one: Token) -> None: ...

    def add(self, game: Game, whole: Token, item: object) -> None:
        raise TypeError("it is done as often as its condition says")

    def drop(self, game: Game, one: Token) -> None:
        raise TypeError("it is done as often as its condition says")

    def another(self, game: Game, whole: Token, index: int, item: object) -> None:
        """One time begins."""
        whole.waits_for = SEVERAL
        one = game.time_of(whole, index, item)
        self.begin_one(game, one)

    def over(self, game: Game, whole: Token) -> None:
        """It is done no more, and whatever was still going on is gone."""
        whole.times = []
        game.go_on(whole)


class MultiInstance(Several):
    """13.3.5: for each item, or so many times; until all are done or the completion condition is true."""

    def begin(self, game: Game, whole: Token) -> None:
        many = whole.node.many
        assert many is not None
        if many.collection:
            whole.items = list(game.worth(many.collection, whole))  # type: ignore[call-overload]
        else:
            whole.items = [None] * int(game.worth(many.number, whole))  # type: ignore[call-overload]
        if not whole.items:
            return game.soon(whole)
        for _ in whole.items[:1] if many.sequential else list(whole.items):
            self._next(game, whole)
        return None

    def one_is_over(self, game: Game, one: Token) -> None:
        whole = one.run
        assert whole is not None
        assert whole.node.many is not None
        whole.times = [other for other in whole.times if other is not one]
        whole.done += 1
        until = whole.node.many.until
        counted = {
            "nrOfInstances": len(whole.items),
            "nrOfActiveInstances": len(whole.times),
            "nrOfCompletedInstances": whole.done,
            "loopCounter": one.index,
        }
        if until and game.holds(until, whole, **counted):
            return self.over(game, whole)
        return self._go_on(game, whole)

    def add(self, game: Game, whole: Token, item: object) -> None:
        assert whole.node.many is not None
        whole.items.append(item)
        if not whole.node.many.sequential:
            self.another(game, whole, whole.begun, item)
            whole.begun += 1

    def drop(self, game: Game, one: Token) -> None:
        whole = one.run
        assert whole is not None
        assert whole.node.many is not None
        whole.times = [other for other in whole.times if other is not one]
        del whole.items[whole.done if whole.node.many.sequential else -1]
        self._go_on(game, whole)

    def _go_on(self, game: Game, whole: Token) -> None:
        assert whole.node.many is not None
        if whole.done == len(whole.items):
            self.over(game, whole)
        elif whole.node.many.sequential:
            self._next(game, whole)

    def _next(self, game: Game, whole: Token) -> None:
        """In a sequence the item whose turn it is, else the one after the last that has begun."""
        assert whole.node.many is not None
        item = whole.items[whole.done if whole.node.many.sequential else whole.begun]
        whole.begun += 1
        self.another(game, whole, whole.begun - 1, item)


class StandardLoop(Several):
    """13.3.6: as long as the condition is true, asked before or after each time, at most so many times."""

    def begin(self, game: Game, whole: Token) -> None:
        again = whole.node.again
        assert again is not None
        if again.before and not self._goes_on(game, whole):
            game.soon(whole)
        else:
            self.another(game, whole, 0, None)

    def one_is_over(self, game: Game, one: Token) -> None:
        whole = one.run
        assert whole is not None
        game.spend(-whole.number, whole.node.id)
        whole.times = []
        whole.done += 1
        if self._goes_on(game, whole):
            self.another(game, whole, whole.done, None)
        else:
            self.over(game, whole)

    def _goes_on(self, game: Game, whole: Token) -> bool:
        again = whole.node.again
        assert again is not None
        if again.most and whole.done >= int(again.most):
            return False
        return not again.test or game.holds(again.test, whole, loopCounter=whole.done)

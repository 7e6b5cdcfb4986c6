"""Random histories over random diagrams, from one seed the same every time; a failing one is made small."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.reference.generator import Drawn, Generator
from tests.reference.net import (
    ADD,
    CODE,
    DROP,
    ESCALATE,
    FAIL,
    FAILS,
    FIRE,
    GIVE_UP,
    SAYS,
    TELL_MESSAGE,
    TELL_SIGNAL,
    Move,
    Net,
    Side,
    alone,
)
from tests.reference.wide import Wide, WideGenerator

SIZES = (3, 8, 16, 30)
"""About how many blocks a drawing has: the walks take each in turn."""
MOVES = 40
RARER = (FIRE, GIVE_UP, ADD, DROP, FAIL, ESCALATE, TELL_MESSAGE, TELL_SIGNAL)
"""People do their tasks more often than anything else happens, or every walk would be short."""
Sides = Callable[[Drawn], list[Side]]


def sides_alone(drawn: Drawn) -> list[Side]:
    return alone(drawn.text)


@dataclass(frozen=True)
class Walk:
    """A drawing and what happened on it."""

    drawn: Drawn
    facts: tuple[tuple[str, object], ...]
    moves: tuple[Move, ...]

    def __str__(self) -> str:
        moves = "\n".join(f"  {move.what} {move.element} #{move.number} {dict(move.facts)}" for move in self.moves)
        return f"{self.drawn.text}\nbegins with {dict(self.facts)}\n{moves}"


def drawing(seed: int, left_out: frozenset[str] = frozenset()) -> Drawn:
    """One that the gate lets pass."""
    return Generator(seed, SIZES[seed % len(SIZES)], left_out).drawing()


def wide_drawing(seed: int) -> Drawn:
    """One of all the words that run, whether or not the gate lets it pass."""
    return WideGenerator(seed, SIZES[seed % len(SIZES)]).drawing()


def take(drawn: Drawn, seed: int, sides: Sides = sides_alone, moves: int = MOVES) -> Walk:
    """The walk with this seed. Raises Different with the walk as its note and in its attribute `walk`."""
    draw = random.Random(seed)
    facts = (*((name, draw.randrange(4)) for name in "xy"), *_of_all_words(drawn, draw))
    taken: list[Move] = []
    try:
        net = Net(drawn.text, sides(drawn), dict(facts))
        while len(taken) < moves and not net.stuck and (move := _chosen(net, draw)) is not None:
            taken.append(move)
            net.move(move)
    except Exception as wrong:
        found = Walk(drawn, facts, tuple(taken))
        raise Failed(f"seed {seed}: {type(wrong).__name__}: {wrong}", found) from wrong
    return Walk(drawn, facts, tuple(taken))


def _of_all_words(drawn: Drawn, draw: random.Random) -> list[tuple[str, object]]:
    """A list of things to be done, and what becomes of the work of service tasks, in a drawing of all words."""
    if not isinstance(drawn, Wide):
        return []
    found: list[tuple[str, object]] = [("xs", tuple("ABC"[: draw.choice((0, 1, 2, 3, 3))]))]
    for key in re.findall(r'<serviceTask id="(\w+)"', drawn.text):
        chance = draw.random()
        if chance < 0.08:
            found.append((FAILS + key, draw.choice((CODE, CODE, "worse"))))
        elif chance < 0.6:
            found.append((SAYS + key, draw.randrange(4)))
    return found


class Failed(AssertionError):
    """A walk on which the engine does something else than the reference, or breaks."""

    def __init__(self, what: str, walk: Walk) -> None:
        super().__init__(f"{what}\n{walk}")
        self.walk = walk


def _chosen(net: Net, draw: random.Random) -> Move | None:
    choices = net.reference.choices()
    calm = [move for move in choices if move.what not in RARER]
    if not choices:
        return None
    move = draw.choice(calm if calm and draw.random() < 0.5 else choices)
    facts = ((draw.choice("xy"), draw.randrange(4)),) if draw.random() < 0.6 else ()
    return move._replace(facts=facts)


def replay(walk: Walk, sides: Sides = sides_alone) -> None:
    """The walk once more; moves that are not possible any more are left out. Raises Different."""
    net = Net(walk.drawn.text, sides(walk.drawn), dict(walk.facts))
    for move in walk.moves:
        if net.stuck:
            return
        if move._replace(facts=()) in net.reference.choices():
            net.move(move)


def fails(walk: Walk, sides: Sides) -> bool:
    try:
        replay(walk, sides)
    except Exception:
        return True
    return False


def shrunk(walk: Walk, sides: Sides = sides_alone, allowed: Callable[[Drawn], bool] = lambda drawn: True) -> Walk:
    """The smallest failing walk that is found from this one by taking away blocks and moves, one at a time."""
    while (smaller := _smaller(walk, sides, allowed)) is not None:
        walk = smaller
    return walk


def _smaller(walk: Walk, sides: Sides, allowed: Callable[[Drawn], bool]) -> Walk | None:
    for whole in walk.drawn.whole.smaller():
        found = Walk(replace(walk.drawn, whole=whole), walk.facts, walk.moves)
        if allowed(found.drawn) and fails(found, sides):
            return found
    for index in range(len(walk.moves)):
        found = Walk(walk.drawn, walk.facts, walk.moves[:index] + walk.moves[index + 1 :])
        if fails(found, sides):
            return found
    return None

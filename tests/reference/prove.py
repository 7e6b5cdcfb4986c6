"""`make prove-language`: as many random diagrams and walks as one likes, and what they have covered.

Every failing walk is printed as small as it can be made. Exit 0 when there is none.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.reference import gate_mutants
from tests.reference.generator import Drawn
from tests.reference.mutants import MUTANTS, Mutant, seen_at
from tests.reference.test_generator import problems
from tests.reference.walks import Failed, drawing, replay, shrunk, take, wide_drawing
from tests.reference.wide import Wide

Found = tuple[int, int, Counter, list[str]]
"""Walks, moves, pairs of words, and what was different, of some diagrams."""
AT_ONCE = 50


def prove(first: int, diagrams: int, walks: int) -> Found:
    moves, pairs, wrong = 0, Counter(), []
    for seed in range(first, first + diagrams):
        drawn = drawn_for(seed)
        pairs += drawn.pairs
        for number in range(walks):
            try:
                moves += len(take(drawn, seed * 1000 + number).moves)
            except Failed as failed:
                wrong.append(_told(failed))
                break
    return diagrams * walks, moves, pairs, wrong


def drawn_for(seed: int) -> Drawn:
    """One that the gate lets pass for every third seed, else one of all words."""
    return wide_drawing(seed) if seed % 3 else drawing(seed)


def _told(failed: Failed) -> str:
    walk = shrunk(failed.walk, allowed=lambda drawn: isinstance(drawn, Wide) or _passes(drawn))
    try:
        replay(walk)
    except Exception as error:
        return f"{type(error).__name__}: {error}\n{walk}"
    return str(failed)


def _passes(drawn: Drawn) -> bool:
    return not problems(drawn)


def _all(first: int, diagrams: int, walks: int, processes: int) -> Iterator[Found]:
    with ProcessPoolExecutor(processes) as pool:
        waiting = [
            pool.submit(prove, start, min(AT_ONCE, first + diagrams - start), walks)
            for start in range(first, first + diagrams, AT_ONCE)
        ]
        for one in waiting:
            yield one.result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--diagrams", type=int, default=2000)
    parser.add_argument("--walks", type=int, default=5, help="of each diagram")
    parser.add_argument("--first", type=int, default=0, help="seed of the first diagram")
    parser.add_argument("--mutants", type=int, default=1000, help="diagrams by which each broken line must be noticed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many at once")
    given = parser.parse_args()
    began, moves, done, pairs, wrong = time.time(), 0, 0, Counter(), []
    for more, steps, covered, different in _all(given.first, given.diagrams, given.walks, given.processes):
        done, moves, pairs, wrong = done + more, moves + steps, pairs + covered, wrong + different
        print(f"\r{done} walks, {moves} moves, {len(wrong)} different", end="", flush=True)
    print(f"\n{given.diagrams} diagrams × {given.walks} walks, {moves} moves, {time.time() - began:.0f} s")
    words = {word for pair in pairs for word in pair}
    print(f"{len(words)} words, {len(pairs)} pairs of a word within a word:")
    print("\n".join(f"{number:8}  {inner} within {outer}" for (outer, inner), number in sorted(pairs.items())))
    print("\n\n".join(["", *wrong]) if wrong else "0 different")
    unseen = _break_the_engine(given.mutants)
    unseen += _break_the_gate(given.mutants)
    print(f"{unseen} of {len(MUTANTS) + len(gate_mutants.GATE_MUTANTS)} broken lines not noticed")
    return bool(wrong or unseen)


def _break_the_engine(diagrams: int) -> int:
    """How many mutants this many diagrams do not notice; each is told."""
    return sum(_is_unseen(mutant, seen_at(mutant, diagrams)) for mutant in MUTANTS)


def _break_the_gate(drawings: int) -> int:
    """The same of the lines that judge ways."""
    return sum(
        _is_unseen(mutant, gate_mutants.seen_at(mutant, drawings), "gate: ") for mutant in gate_mutants.GATE_MUTANTS
    )


def _is_unseen(mutant: Mutant, first: int | None, of: str = "") -> bool:
    print(f"{'NOT NOTICED' if first is None else f'diagram {first}':12}  {of}{mutant.name}", flush=True)
    return first is None


if __name__ == "__main__":
    sys.exit(main())

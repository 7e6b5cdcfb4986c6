"""Which element every way to another one passes: Cooper, Harvey and Kennedy's simple algorithm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.bpmn.gate.graph import Next
from engine.bpmn.reading.elements import Element

ROOT = "\0"
"""Stands before every start; no id can be this."""


class Dominators:
    """For everything that can be reached from the starts. Elements are told by their ids."""

    def __init__(self, elements: Mapping[str, Element], starts: Iterable[str], following: Next) -> None:
        targets = {key: [target.id for target in following(element)] for key, element in elements.items()}
        targets[ROOT] = list(starts)
        order = _reverse_postorder(targets)
        self._number = {key: number for number, key in enumerate(order)}
        sources: dict[str, list[str]] = {key: [] for key in order}
        for key in order:
            for target in targets[key]:
                sources[target].append(key)
        self._above = {ROOT: ROOT}
        changed = True
        while changed:
            changed = False
            for key in order[1:]:
                above = self._meet_all(source for source in sources[key] if source in self._above)
                if self._above.get(key) != above:
                    self._above[key], changed = above, True

    def knows(self, key: str) -> bool:
        return key in self._above

    def dominates(self, key: str, other: str) -> bool:
        """Whether every way to `other` passes `key`."""
        return self._meet(key, other) == key

    def meeting_points(self, keys: Iterable[str]) -> set[str]:
        """The last element that every way to the one and every way to the other pass, for each two of the keys."""
        seen: set[str] = set()
        found = set()
        for key in dict.fromkeys(keys):
            is_first = not seen
            while key not in seen:
                seen.add(key)
                key = self._above[key]
            if not is_first:
                found.add(key)
        return found

    def _meet_all(self, keys: Iterable[str]) -> str:
        met = None
        for key in keys:
            met = key if met is None else self._meet(met, key)
        return ROOT if met is None else met

    def _meet(self, one: str, other: str) -> str:
        while one != other:
            if self._number[one] > self._number[other]:
                one = self._above[one]
            else:
                other = self._above[other]
        return one


def _reverse_postorder(targets: Mapping[str, list[str]]) -> list[str]:
    done: list[str] = []
    seen = {ROOT}
    stack = [(ROOT, iter(targets[ROOT]))]
    while stack:
        key, rest = stack[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            done.append(key)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(targets[following])))
    return done[::-1]

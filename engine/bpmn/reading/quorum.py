"""How many of several have to agree, in one word: everybody (all), the first (any), a number (3), a share (2/3, 1/2+).

A word stands for a completion condition, and nothing else: the engine and the gate see the condition alone. It is true when
so many have agreed, and when so many cannot agree any more; what is behind the round tells the two apart by what is collected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

QUORUM, AGREE = "quorum", "agree"
"""The properties: how many, and which answer counts as agreeing."""
ALL, ANY, SOME = "all", "any", "some"
AGREED = "agree"
"""The answer that counts when none is named."""
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
_SHARE = re.compile(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})(\+?)")


@dataclass(frozen=True)
class Quorum:
    """`kind` is all, any or some; of some either `number` says how many, or `share` which part: `over` it, or it at least."""

    kind: str
    number: int = 0
    share: Fraction = Fraction(0)
    over: bool = False

    def needed(self, asked: int) -> int:
        """How many of so many have to agree; of `all` and `any`, have to answer."""
        if self.kind == ALL:
            return asked
        if self.kind == ANY:
            return min(1, asked)
        if self.number:
            return self.number
        part = self.share * asked
        return floor(part) + 1 if self.over else ceil(part)


def read_quorum(text: str) -> Quorum | None:
    """None for what is no quorum."""
    word = text.strip()
    if word in (ALL, ANY):
        return Quorum(word)
    if _NUMBER.fullmatch(word):
        return Quorum(SOME, number=int(word))
    if (found := _SHARE.fullmatch(word)) is not None:
        share = Fraction(int(found[1]), int(found[2]))
        over = bool(found[3])
        return Quorum(SOME, share=share, over=over) if share < 1 or (share == 1 and not over) else None
    return None


def condition_of(properties: Mapping[str, str], collects: Mapping[str, str]) -> str:
    """The completion condition that the properties of an activity stand for; empty for none, and for what is no quorum."""
    quorum = read_quorum(properties.get(QUORUM, ""))
    if quorum is None or quorum.kind == ALL:
        return ""
    if quorum.kind == ANY:
        return "nrOfCompletedInstances >= 1"
    if not collects:
        return ""
    agreed = f'count({next(iter(collects))}, "{agree_of(properties)}")'
    reachable = f"nrOfInstances - nrOfCompletedInstances + {agreed}"
    if quorum.number:
        return f"{agreed} >= {quorum.number} or {reachable} < {quorum.number}"
    part, whole = quorum.share.numerator, quorum.share.denominator
    enough, too_few = (">", "<=") if quorum.over else (">=", "<")
    needed = f"nrOfInstances * {part}"
    return f"({agreed}) * {whole} {enough} {needed} or ({reachable}) * {whole} {too_few} {needed}"


def agree_of(properties: Mapping[str, str]) -> str:
    """The answer that counts as agreeing."""
    return properties.get(AGREE, "").strip() or AGREED


@dataclass(frozen=True)
class Counted:
    """What a round waits for: so many, of those whose answer in `collected` is `agree`; of all answers where it is empty."""

    quorum: Quorum
    collected: str = ""
    agree: str = ""


def counted_by(properties: Mapping[str, str], collects: Mapping[str, str], until: str) -> Counted | None:
    """What the activity waits for, by its quorum, or by a completion condition of the common kinds; None for another one."""
    quorum = read_quorum(properties.get(QUORUM, ""))
    if quorum is not None and quorum.kind == SOME and collects:
        return Counted(quorum, next(iter(collects)), agree_of(properties))
    return Counted(quorum) if quorum is not None else _condition(until)


_COUNT = r"""(?:nrOfCompletedInstances|count\((?P<list>\w+), ?["'](?P<agree>[\w-]+)["']\))"""
_AT_LEAST = re.compile(_COUNT + r" >= (?P<number>[1-9][0-9]{0,2})")
_PART = re.compile(
    _COUNT + r" \* (?P<whole>[1-9][0-9]{0,2}) (?P<over>>=?) nrOfInstances(?: \* (?P<part>[1-9][0-9]{0,2}))?"
)


def _condition(until: str) -> Counted | None:
    text = " ".join(until.split())
    if (found := _AT_LEAST.fullmatch(text)) is not None:
        quorum = Quorum(SOME, number=int(found["number"]))
    elif (found := _PART.fullmatch(text)) is not None:
        share = Fraction(int(found["part"] or 1), int(found["whole"]))
        quorum = Quorum(SOME, share=share, over=found["over"] == ">")
    else:
        return None
    return Counted(quorum, found["list"] or "", found["agree"] or "")

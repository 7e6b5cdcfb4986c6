"""Where the lines of a title may break: between words, never within one (GB/T 9704 第 7.3.1 条，回行词意完整)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from itertools import pairwise

import rjieba

_LEANS_FORWARD = frozenset("与和及或并在对被由因将向从把经为以未无不擅本该各")
"""Single characters that belong to the word behind them."""
_LEANS_BACK = frozenset("案的函市县区镇乡村街路号院站局厂店线所")
"""Single characters that belong to the word before them, however many single ones follow each other."""
LONGEST = 12
"""Characters of the longest piece that is put together because a word may lie across the break."""


def pieces(parts: Iterable[tuple[str, bool]], names: Collection[str] = ()) -> list[str]:
    """The text in pieces that stand on one line each; joined they are the text again.

    Each part is a text and whether it is a name that is never parted; nor are `names` that stand in it. A single character
    goes with the word before it; two that follow each other are a word of their own that the dictionary does not know (直排).
    """
    words = list(_words(_with_names(parts, names)))
    found: list[str] = []
    open_end = False  # whether the last piece goes on with whatever follows
    for at, (word, is_name) in enumerate(words):
        loose = _is_loose(words, at)
        beside = loose and (_is_loose(words, at - 1) or _is_loose(words, at + 1))
        goes_on = beside and _is_loose(words, at - 1)
        single = len(word) == 1 and not is_name and word not in _LEANS_FORWARD
        if found and (open_end or _closes(word) or goes_on or (single and not beside)):
            found[-1] += word
        else:
            found.append(word)
        open_end = not is_name and (_opens(word) or word in _LEANS_FORWARD)
    return _without_doubt(found)


def _without_doubt(found: list[str]) -> list[str]:
    """The pieces, those put together between which another reading has a word: 堆|放弃|渣土 may be 堆放|弃渣."""
    within, joined, at = _within_words("".join(found)), found[:1], 0
    for before, piece in pairwise(found):
        at += len(before)
        if at in within and len(joined[-1]) + len(piece) <= LONGEST:
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _within_words(text: str) -> set[int]:
    """Every place of the text at which some word of the dictionary would be parted."""
    found, start = set[int](), 0
    for word in rjieba.cut_all(text):
        start = text.find(word, start)
        found.update(range(start + 1, start + len(word)))
    return found


def _is_loose(words: list[tuple[str, bool]], at: int) -> bool:
    """A single character that leans neither way."""
    word, is_name = words[at] if 0 <= at < len(words) else ("", True)
    return not is_name and len(word) == 1 and word.isalnum() and word not in _LEANS_FORWARD | _LEANS_BACK


def _with_names(parts: Iterable[tuple[str, bool]], names: Collection[str]) -> Iterable[tuple[str, bool]]:
    """The parts, with the names that stand in them as parts of their own; a name within a longer one is a part of that."""
    short = sorted((name for name in names if 1 < len(name) <= LONGEST), key=len, reverse=True)
    named = re.compile(f"({'|'.join(map(re.escape, short))})") if short else None
    for text, is_name in parts:
        if is_name or named is None:
            yield text, is_name
        else:
            yield from ((found, bool(at % 2)) for at, found in enumerate(named.split(text)) if found)


def _words(parts: Iterable[tuple[str, bool]]) -> Iterable[tuple[str, bool]]:
    for text, is_name in parts:
        if is_name:
            yield text, True
        else:
            yield from ((word, False) for word in rjieba.cut(text, False))


def _opens(word: str) -> bool:
    return unicodedata.category(word[-1]) in ("Ps", "Pi")


def _closes(word: str) -> bool:
    """Nothing that closes or stops begins a line."""
    return unicodedata.category(word[0]) in ("Pe", "Pf", "Po")

"""How the Chinese of a title is read aloud: what a person types who knows the word and not the code."""

from __future__ import annotations

import re

from pypinyin import lazy_pinyin

_SYLLABLE = re.compile(r"[a-z0-9]+")


def syllables(title: str) -> str:
    """占道经营 -> "zhan dao jing ying"; letters and figures stay together, punctuation falls away.

    A character with several readings has the one of the word it stands in, where the word is known; a list may say another.
    """
    read = lazy_pinyin(title)
    return " ".join(found for part in read for found in _SYLLABLE.findall(part.lower()))


def initials(spoken: str) -> str:
    """The first letter of each syllable: zdjy."""
    return "".join(syllable[0] for syllable in spoken.split())

"""Expressions as other tools write them, in the spelling of our language.

What can mean one thing only is read as that (`meant`): `${…}`, `&&`, `||`, `!`, `null`, `true`, `false`. Where a slip is
likely, nothing is guessed: `suggested` is the line as it was probably meant, for the analyst to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from unicodedata import normalize

_TOKEN = re.compile(
    r"""\s+ | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [^\W\d]\w* | \d[\w.]* | && | \|\| | [=!<>]=? | .""",
    re.VERBOSE | re.DOTALL,
)
_ODD = re.compile(r"&&|\|\||!(?!=)|^\s*[$#]\{|\bnull\b|\btrue\b|\bfalse\b")
_WRAPPED = re.compile(r"\s*[$#]\{(?P<inside>[^{}]*)\}\s*", re.DOTALL)
_WORDS = {"&&": " and ", "||": " or ", "null": "None", "true": "True", "false": "False"}
_BETWEEN = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
_DOUBLE, _SINGLE_MARKS = "".join(map(chr, (0x201C, 0x201D, 0x201E))), "".join(map(chr, (0x2018, 0x2019)))
_MARKS = {
    **dict.fromkeys(map(ord, _DOUBLE), '"'),
    **dict.fromkeys(map(ord, _SINGLE_MARKS), "'"),
    0x3001: ",", 0x2265: ">=", 0x2264: "<=", 0x2260: "!=",
}  # fmt: skip
"""Quotation marks, the comma of a list and operators of comparison as they are typed in Chinese."""
_QUOTED = re.compile(f'[{_DOUBLE}]([^{_DOUBLE}"]*)[{_DOUBLE}]')
_EQUALS = re.compile(r"([^\W\d][\w.]*?)\.equals(?:IgnoreCase)?\(([^()]*)\)")
_VARIABLE = re.compile(r"""(?:execution|task)\s*\.\s*getVariable(?:Local)?\(\s*["'](\w+)["']\s*\)""")
_EMPTY = re.compile(r"(?<!\w)(?P<not>(?:not|!)\s*)?empty\s+(?P<name>[^\W\d][\w.]*)")
_CHOICE = re.compile(r"(?P<question>[^?:]+)\?\s*true\s*:\s*false\s*")
_SINGLE = re.compile(r"(?<![=!<>])=(?!=)")


def meant(source: str) -> str:
    """The expression in our spelling, where it is written in another one that can mean nothing else; else as it is."""
    return _respelled(source) if _ODD.search(source) else source


@lru_cache(maxsize=1024)
def _respelled(source: str) -> str:
    wrapped = _WRAPPED.fullmatch(source)
    inside = wrapped["inside"] if wrapped else source
    tokens = list(_tokens(inside))
    words = [_WORDS.get(token, token) if _stands_alone(tokens, place) else token for place, token in enumerate(tokens)]
    return _single_spaced("".join(_negated(words)))


def _tokens(text: str) -> Iterator[str]:
    return (found[0] for found in _TOKEN.finditer(text))


def _single_spaced(text: str) -> str:
    """One blank between two characters, but as it is written within quotation marks."""
    return "".join(" " if token.isspace() else token for token in _tokens(text)).strip()


def _stands_alone(tokens: Sequence[str], place: int) -> bool:
    """Whether a word is one of the language, and no part of something: `x.null` is not."""
    return tokens[place] in ("&&", "||") or place == 0 or tokens[place - 1] != "."


def _negated(tokens: list[str]) -> list[str]:
    """`!x` is `not x`; in brackets where it stands beside a comparison, of which Python's `not` would take the whole."""
    for place in range(len(tokens) - 1, -1, -1):
        if tokens[place] != "!":
            continue
        end = _end_of_operand(tokens, place + 1)
        operand = "".join(tokens[place + 1 : end]).strip()
        following = next((token.strip() for token in tokens[end:] if token.strip()), "")
        before = next((token.strip() for token in reversed(tokens[:place]) if token.strip()), "")
        alone = following in ("", "and", "or", ")", ",", "]", "else") and before in (
            "",
            "and",
            "or",
            "(",
            ",",
            "[",
            "!",
            "if",
        )
        tokens[place:end] = [f"not {operand}" if alone else f"(not {operand})"]
    return tokens


def _end_of_operand(tokens: Sequence[str], place: int) -> int:
    """Behind what the negation takes: a name with its parts and calls, or what stands in brackets."""
    while place < len(tokens) and not tokens[place].strip():
        place += 1
    place = _behind_brackets(tokens, place) if place < len(tokens) and tokens[place] == "(" else place + 1
    while place < len(tokens) and tokens[place] in (".", "(", "["):
        place = place + 2 if tokens[place] == "." else _behind_brackets(tokens, place)
    return min(place, len(tokens))


def _behind_brackets(tokens: Sequence[str], place: int) -> int:
    depth = 0
    for here in range(place, len(tokens)):
        depth += (tokens[here] in ("(", "[")) - (tokens[here] in (")", "]"))
        if depth == 0:
            return here + 1
    return len(tokens)


def suggested(source: str) -> str:
    """The line as it was probably meant: Chinese typing, a single `=`, `eq`, `.equals(…)`, a leading `=`, `? true : false`,
    `empty x`, `execution.getVariable("x")`."""
    text = "".join(_halved(source)).strip()
    if text.startswith("=") and not text.startswith("=="):
        text = text[1:].lstrip()
    if text.startswith("{{") and text.endswith("}}"):
        text = text[2:-2].strip()
    wrapped = _WRAPPED.fullmatch(text)
    text = wrapped["inside"].strip() if wrapped else text
    text = _EQUALS.sub(r"\1 == \2", _VARIABLE.sub(r"\1", text))
    text = _EMPTY.sub(lambda found: f"{'' if found['not'] else 'not '}{found['name']}", text)
    if (choice := _CHOICE.fullmatch(text)) is not None:
        text = choice["question"].strip()
    words = ["==" if _SINGLE.fullmatch(token) else _BETWEEN.get(token, token) for token in _tokens(text)]
    return _single_spaced(meant("".join(_spaced(words))))


def _halved(source: str) -> Iterator[str]:
    """Characters of Chinese typing in those of the language; what stands between plain quotation marks stays."""
    for token in _tokens(_QUOTED.sub(r'"\1"', source)):
        yield token if token[0] in "\"'" and len(token) > 1 else normalize("NFKC", token.translate(_MARKS))


def _spaced(tokens: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        yield f" {token} " if token in ("==", "!=", "<", ">", "<=", ">=") else token

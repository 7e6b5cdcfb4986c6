"""Text in pictures: broken into lines by an estimate of its width, which is the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

CHARACTER, NARROW = 12.0, 6.4
"""How wide a Chinese character and another one are, in pixels."""
LINE_HEIGHT = 14.0
_PIECE = re.compile(r"[⺀-鿿＀-￯][，。；、？）”]*|[^\s⺀-鿿＀-￯]+|\s+")
"""What no line is broken in: a Chinese character with the mark behind it, or a word."""


def width_of(text: str) -> float:
    return sum(CHARACTER if ord(sign) > 0x2E7F else NARROW for sign in text)


def wrapped(text: str, width: float) -> list[str]:
    """The lines of the text, none wider than this, but for a word that is wider by itself; all about equally long."""
    number = len(_broken(text, width))
    even = width_of(text) / max(number, 1)
    return next((lines for at in _steps(even, width) if len(lines := _broken(text, at)) == number), [])


def _steps(least: float, most: float) -> Iterator[float]:
    while least < most:
        yield least
        least += NARROW
    yield most


def _broken(text: str, width: float) -> list[str]:
    lines, line = [], ""
    for piece in _PIECE.findall(text):
        if line and width_of((line + piece).strip()) > width:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() else lines


def text_at(text: str, x: float, y: float, width: float, ink: str, halo: bool = False) -> str:
    """The text around this point, in as many lines as it takes; with a halo it stays readable across a line."""
    lines = wrapped(text, width)
    top = y - (len(lines) - 1) * LINE_HEIGHT / 2 + 4
    more = ' stroke="#fff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    spans = "".join(
        f'<tspan x="{x:g}" y="{top + number * LINE_HEIGHT:g}">{escape(line, quote=False)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text text-anchor="middle" fill="{ink}"{more}>{spans}</text>'

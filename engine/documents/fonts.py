"""The fonts that papers are set in: found in named folders, never in the system, so that every machine makes the same bytes.

An installation's own licensed fonts (仿宋, 小标宋) come first when their folder is named; the shipped ones cover the rest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

from engine.errors import LianbanError
from engine.messages import Text, listed
from engine.messages import gettext as _

CHAINS: Mapping[str, tuple[str, ...]] = {
    "song": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋", "FandolFang R", "Noto Serif SC"),
    "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "Noto Serif SC"),
    "hei": ("黑体", "SimHei", "Noto Sans SC"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体", "LXGW WenKai", "Noto Serif SC"),
}
"""What a layout asks for -> families, the wanted one first."""
SUFFIXES = (".ttf", ".otf", ".ttc")
_UNSEEN = frozenset("\n\t\r")
_NEVER_PRINTED = ("Cf", "Zl", "Zp")
"""Characters that papers leave out: see `wording.visible`."""
UNPRINTABLE = "〓"
"""The geta of printers: stands on a paper where a character should stand that no font has."""


class FontsMissing(LianbanError):
    default = _(
        "No Chinese font for official documents was found, so documents cannot be made. Run python frontend/build.py, "
        "or give the font folder in LIANBAN_FONT_DIRS."
    )
    code = "fonts_missing"


class Fonts:
    """The fonts of one installation. Reading them is put off until a paper needs it."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = tuple(folders)

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every font file, in the order in which it is asked for a character. Raises FontsMissing when there is none."""
        found = [
            path
            for folder in self.folders
            if folder.is_dir()
            for path in sorted(folder.rglob("*"))
            if path.suffix.lower() in SUFFIXES
        ]
        if not found:
            raise FontsMissing
        return tuple(found)

    @cached_property
    def chains(self) -> dict[str, list[str]]:
        """For each use the families that are there, the wanted one first."""
        there = {name for path in self.files for name in _families(path, path.stat().st_mtime_ns)}
        chains = {use: [name for name in wanted if name in there] for use, wanted in CHAINS.items()}
        if not all(chains.values()):
            raise FontsMissing
        return chains

    @cached_property
    def _signs(self) -> list[frozenset[int] | None]:
        return [None] * len(self.files)

    def missing(self, text: str) -> list[str]:
        """The characters of the text that no font can print, each once, in order."""
        wanted = [sign for sign in dict.fromkeys(text) if sign not in _UNSEEN]
        for at, path in enumerate(self.files):
            if not wanted:
                break
            known = self._signs[at]
            if known is None:
                known = self._signs[at] = _signs_of(path, path.stat().st_mtime_ns)
            wanted = [sign for sign in wanted if ord(sign) not in known]
        return wanted

    def unprintable(self, text: str) -> list[str]:
        """The characters that would leave a gap on a paper; none when it cannot be known, because the fonts are missing."""
        try:
            return [sign for sign in self.missing(text) if unicodedata.category(sign) not in _NEVER_PRINTED]
        except FontsMissing:
            return []

    def printable(self, words: Any) -> Any:
        """The same with a mark in place of every sign that no font has: nothing is held up by a rare sign."""
        match words:
            case str():
                missing = self.missing(words)
                return words.translate({ord(sign): UNPRINTABLE for sign in missing}) if missing else words
            case list():
                return [self.printable(found) for found in words]
            case dict():
                return {name: self.printable(found) for name, found in words.items()}
        return words


def not_printed(signs: Sequence[str]) -> Text:
    """The sentence for a field that holds these signs."""
    return _(
        "There are characters here that cannot be printed on a document: %(signs)s. Remove them, or use standard "
        "ones. If they are needed, have the system administrator add a font that contains them to a folder in "
        "LIANBAN_FONT_DIRS.",
        signs=listed(map(named, signs[:5])),
    )


def named(sign: str) -> Text:
    """A sign for a sentence: itself where a screen may show it, and its code point."""
    code = f"U+{ord(sign):04X}"
    if unicodedata.category(sign) in ("Cn", "Co", "Cc", "Cf", "Cs"):
        return _("(%(code)s)", code=code)
    return _("'%(sign)s' (%(code)s)", sign=sign, code=code)


# Reading the table of signs of a Chinese font takes half a second, so a process does it once for each state of a file.


@cache
def _families(path: Path, modified_ns: int) -> frozenset[str]:
    with _opened(path) as font:
        return frozenset(str(record) for record in font["name"].names if record.nameID in (1, 16))


@cache
def _signs_of(path: Path, modified_ns: int) -> frozenset[int]:
    with _opened(path) as font:
        return frozenset(font.getBestCmap() or ())


def _opened(path: Path) -> TTFont:
    try:
        return TTFont(path, lazy=True, fontNumber=0)
    except (TTLibError, OSError) as error:
        raise FontsMissing(
            _(
                "The font file %(file)s cannot be read (%(reason)s). Replace it with a good one, or remove it from "
                "the folder.",
                file=path.name,
                reason=str(error),
            )
        ) from error

"""The words of the language of diagrams for docs/reference/bpmn.md: each with the picture of a diagram that runs in the tests.

The diagrams and what is said of them lie in tests/words. `python -m tests.house.bpmn_page` writes the pictures.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.messages import LANGUAGES
from tests.house.bpmn_picture import names_in_order, picture

FOLDER = Path(__file__).parents[1] / "words"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures" / "bpmn"
ORDER = ("en", "zh")
"""The languages in the order in which words.toml says everything."""
LIST = {"en": ", ", "zh": "、"}


@dataclass(frozen=True)
class Word:
    key: str
    title: tuple[str, str]
    says: tuple[str, str]
    of: tuple[str, ...]
    """The elements of the tables that it is about."""
    shown: tuple[str, ...]
    """The ids of what stands out in its picture."""

    @property
    def diagram(self) -> Path:
        return FOLDER / f"{self.key}.bpmn"

    def file(self, language: str) -> str:
        return f"{self.key}.zh.svg" if language == "zh" else f"{self.key}.svg"

    def drawn(self, language: str) -> str:
        """The picture as it should be."""
        title = self.title[ORDER.index(language)]
        return picture(self.diagram.read_bytes(), _names(self.key, language), self.shown, title)

    def in_words(self, language: str) -> str:
        """What there is to see, for those who do not."""
        return LIST[language].join(names_in_order(self.diagram.read_bytes(), _names(self.key, language)))


@dataclass(frozen=True)
class Group:
    title: tuple[str, str]
    words: tuple[Word, ...]


@cache
def groups() -> tuple[Group, ...]:
    told = tomllib.loads((FOLDER / "words.toml").read_text(encoding="utf-8"))
    return tuple(Group(tuple(group["title"]), tuple(map(_word, group["words"]))) for group in told["groups"])


def words() -> Iterator[Word]:
    return (word for group in groups() for word in group.words)


def _word(told: dict[str, list[str]]) -> Word:
    given = {name: tuple(value) for name, value in told.items() if name != "key"}
    return Word(key=str(told["key"]), **{"of": (), **given})  # type: ignore[arg-type]


@cache
def _english() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((FOLDER / "names.en.json").read_text(encoding="utf-8"))
    return found


def _names(key: str, language: str) -> dict[str, str]:
    """Chinese is what is drawn."""
    return _english()[key] if language == "en" else {}


def gallery(language: str) -> str:
    """The words as they stand on the page: title, picture, a sentence, elements."""
    place = ORDER.index(language)
    lines: list[str] = []
    for group in groups():
        lines += [f"### {group.title[place]}", ""]
        for word in group.words:
            lines += _shown(word, language)
    return "\n".join(lines).rstrip()


def _shown(word: Word, language: str) -> list[str]:
    """One word; its picture leads to itself, where it can be made larger."""
    place, picture = ORDER.index(language), f"../pictures/bpmn/{word.file(language)}"
    elements = LIST[language].join(f"`{name}`" for name in word.of)
    return [
        f'<div class="word" id="word-{word.key}">',
        "",
        f"#### {word.title[place]}",
        "",
        word.says[place],
        "",
        *([elements, ""] if elements else []),
        f"[![{word.in_words(language)}]({picture})]({picture})",
        "",
        "</div>",
        "",
    ]


def pictures() -> dict[Path, str]:
    """Every picture as it should be, by its file."""
    return {PICTURES / word.file(name): word.drawn(name) for word in words() for name in LANGUAGES}


def write_pictures() -> None:
    """The folder holds these pictures and no other."""
    wanted = pictures()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for path in set(PICTURES.iterdir()) - set(wanted):
        path.unlink()
    for path, content in wanted.items():
        path.write_text(content, encoding="utf-8")

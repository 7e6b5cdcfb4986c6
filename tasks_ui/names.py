"""What the engine and the diagrams call things in Chinese, on pages in English.

Names of procedures, lanes, steps and buttons have their English beside the diagrams (`names.en.json`). The engine's own
words, of a fixed list, have theirs in the catalogue with the context "engine". What is in neither stays as it is: people
have typed it, or the engine says it in a sentence.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.deployments.drawn_names import english_by_drawn
from engine.messages import Text
from tasks_ui.language import catalogue, language
from tasks_ui.security import engine

CONTEXT = "engine"


def named(word: Text | None) -> str:
    """The word in the language of the page; one that is only known in Chinese is looked for by it."""
    if not isinstance(word, str):
        return str(word or "")
    return english(word) if language() == "en" else word


def english(word: str) -> str:
    """The word in English; itself when nothing is known for it."""
    return in_english(engine().settings.processes_dir, word)


def in_english(folder: Path, word: str) -> str:
    """The word in English, as the diagrams of the folder or the engine are called; itself when nothing is known for it."""
    return engine_words().get(word) or english_by_drawn(folder).get(word) or word


@cache
def engine_words() -> dict[str, str]:
    """The English of the words that the engine says, by its Chinese ones."""
    return {str(found.string): str(found.id) for found in catalogue("zh") if found.context == CONTEXT and found.id}

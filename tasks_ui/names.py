"""What diagrams call things, on pages in English.

Names of procedures, lanes, steps and buttons have their English beside the diagrams (`names.en.json`). What is not in it
stays as it is: people have typed it.
"""

from __future__ import annotations

from engine.deployments.drawn_names import english_by_drawn
from engine.messages import Text
from tasks_ui.language import language
from tasks_ui.security import engine


def named(word: Text | None) -> str:
    """The word in the language of the page; one that is only known in Chinese is looked for by it."""
    if not isinstance(word, str):
        return str(word or "")
    return english_by_drawn(engine().settings.processes_dir).get(word, word) if language() == "en" else word

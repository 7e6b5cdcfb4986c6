"""What the engine and the diagrams call things in Chinese, on pages in English.

Names of procedures, lanes, steps and buttons have their English beside the diagrams (`names.en.json`). The engine's own
words, of a fixed list, have theirs in the catalogue with the context "engine". What is in neither stays as it is: people
have typed it, or the engine says it in a sentence.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from engine.bpmn.elements import read_elements
from engine.bpmn.read import read_diagram
from engine.messages import Text
from tasks_ui.language import catalogue, language
from tasks_ui.security import engine

NAMES = "names.en.json"
CONTEXT = "engine"


def named(word: Text | None) -> str:
    """The word in the language of the page; one that is only known in Chinese is looked for by it."""
    if not isinstance(word, str):
        return str(word or "")
    return english(word) if language() == "en" else word


def english(word: str) -> str:
    """The word in English; itself when nothing is known for it."""
    return engine_words().get(word) or names_of(engine().settings.processes_dir).get(word) or word


@cache
def engine_words() -> dict[str, str]:
    """The English of the words that the engine says, by its Chinese ones."""
    return {str(found.string): str(found.id) for found in catalogue("zh") if found.context == CONTEXT and found.id}


@cache
def names_of(folder: Path) -> dict[str, str]:
    """The English of every name that is drawn in the folder's diagrams; of two that differ, the first."""
    path = folder / NAMES
    if not path.is_file():
        return {}
    told: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for diagram in sorted(folder.glob("*.bpmn")):
        read = read_elements(read_diagram(diagram.read_bytes()))
        known = told.get(read.key, {})
        drawn = {"": read.name, **{lane.id: lane.name for lane in read.lanes}}
        drawn |= {element.id: element.name for element in read.elements.values()}
        for element_id, name in drawn.items():
            if name and known.get(element_id):
                found.setdefault(name, known[element_id])
    return found

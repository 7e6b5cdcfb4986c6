"""The English of what the diagrams of a folder call things, found by what is drawn: for what keeps no more than that.

Of two things that are drawn alike and called differently in English, the first counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.bpmn.reading.elements import Diagram, read_elements
from engine.bpmn.reading.read import read_diagram
from engine.english import read_english

SAID = ("title", "summary", "period", "otherwise", "text", "notice", "addressee", "files")
"""Properties of elements that readers see; of those with a number (`otherwise_2`) each; `files` has the name of the letter."""


@cache
def english_by_drawn(folder: Path) -> Mapping[str, str]:
    """What is drawn in the folder -> what it is called in English, as far as that is known."""
    english, found = read_english(folder).names, dict[str, str]()
    for path in sorted(folder.glob("*.bpmn")):
        diagram = read_elements(read_diagram(path.read_bytes()))
        known = english.get(diagram.key, {})
        for place, drawn in drawn_in(diagram).items():
            if known.get(place):
                found.setdefault(drawn, known[place])
    return found


def drawn_in(diagram: Diagram) -> dict[str, str]:
    """The place of everything in the diagram that readers see, as `names.en.json` has it -> what is drawn there."""
    process = diagram.process
    found = {"": diagram.name, ".summary": process.summary, ".period": process.period}
    found |= {lane.id: lane.name for lane in diagram.lanes}
    for element in diagram.elements.values():
        found[element.id] = element.name
        for name, value in element.properties.items():
            if name.rstrip("_0123456789") in SAID and not value.startswith('"'):  # a text, no expression
                found[f"{element.id}.{name}"] = value
    return {place: drawn for place, drawn in found.items() if drawn}

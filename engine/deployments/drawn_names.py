"""The English of what the diagrams and forms of a folder call things, found by what is drawn: for what keeps no more than that.

Of two things that are drawn alike and called differently in English, the first counts, and a diagram before a form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path

from engine.bpmn.reading.elements import Diagram, read_elements
from engine.bpmn.reading.read import read_diagram
from engine.english import English, read_english
from engine.errors import DiagramRefused
from engine.forms.schema import read_as_far

SAID = ("title", "summary", "period", "otherwise", "text", "notice", "addressee", "files")
"""Properties of elements that readers see; of those with a number (`otherwise_2`) each; `files` has the name of the letter."""


@cache
def english_by_drawn(folder: Path) -> Mapping[str, str]:
    """What is drawn in the folder -> what it is called in English, as far as that is known.

    Files that cannot be read are left out.
    """
    english, found = read_english(folder), dict[str, str]()
    for drawn, said in chain(_of_diagrams(folder, english), _of_forms(folder, english)):
        if said:
            found.setdefault(drawn, said)
    return found


def _of_diagrams(folder: Path, english: English) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.bpmn")) if english.names else []:
        try:
            diagram = read_elements(read_diagram(path.read_bytes()))
        except DiagramRefused:
            continue
        known = english.names.get(diagram.key, {})
        yield from ((drawn, known.get(place, "")) for place, drawn in drawn_in(diagram).items())


def _of_forms(folder: Path, english: English) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("forms/*/*.form")) if english.forms else []:
        form, _wrong = read_as_far(path.read_bytes(), None, english.form(path.stem))
        for field in form.fields if form else []:
            yield field.label.drawn, field.label.english


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

"""The letters that a diagram names: loaded, checked against what the procedure knows, set once, and put in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.gate.rules.letters import LETTER_CODE, LETTER_FILE, LETTER_LAYOUT, LETTER_MISSING
from engine.bpmn.reading.elements import Diagram, Element
from engine.documents import letter_versions, letters
from engine.documents.fonts import Fonts
from engine.documents.letters import LetterRefused, Source
from engine.messages import Text
from engine.messages import gettext as _
from engine.problems import Problem


@dataclass(frozen=True)
class Lying:
    """The letters that lie beside a diagram."""

    sources: Mapping[str, Source]
    """Every letter of the folder, by name: one may cite those of other procedures."""
    broken: Mapping[str, Text]
    """What is wrong with the letters that cannot be read or lie in a wrong place."""
    places: Mapping[str, str]
    """Where each of them lies, below the folder of the diagrams; what is not known is left out."""


def problems(
    diagram: Diagram,
    facts: Collection[str],
    lying: Lying,
    functions: Collection[str],
    in_force: Mapping[str, str],
    fonts: Fonts,
) -> Iterator[Problem]:
    """What is wrong with the letters that the diagram names, for a procedure that knows these facts.

    `in_force` are the codes of the installation's letters by their names, which one may cite, too. Each layout is set once.
    """
    issued = {name for element in diagram.elements.values() for name in letters_named(element)}
    codes = {**in_force, **{name: letters.read_letter(name, one.wording).code for name, one in lying.sources.items()}}
    for element in diagram.elements.values():
        for name in letters_named(element):
            yield from _problems_of(diagram, element, name, facts, lying, functions, codes, issued)
    for name in sorted(issued & lying.sources.keys() - lying.broken.keys()):
        try:
            letter_versions.try_layout(lying.sources[name], fonts)
        except LetterRefused as refused:
            yield replace(LETTER_LAYOUT.problem(name, "", refused.sentence, ""), file=lying.places.get(name, ""))


def _problems_of(
    diagram: Diagram,
    element: Element,
    name: str,
    facts: Collection[str],
    lying: Lying,
    functions: Collection[str],
    codes: Mapping[str, str],
    issued: Collection[str],
) -> Iterator[Problem]:
    place = lying.places.get(name, "")
    if name in lying.broken:
        yield replace(LETTER_FILE.problem(name, "", lying.broken[name], ""), file=place)
        return
    source = lying.sources.get(name)
    if source is None:
        yield LETTER_MISSING.problem(
            element.id,
            element.name,
            _("The letter template %(name)s is used here, but there is no %(name)s.toml.", name=name),
            _("Write one in letters/%(key)s/, or correct the name in the diagram.", key=diagram.key),
        )
        return
    wrong = letters.check(name, source.wording, facts, functions)
    for fault in wrong or letters.check_cited(name, source.wording, codes, issued):
        yield replace(fault.rule.problem(name, "", fault.whole, "", line=fault.line), file=place)
    letter = letters.read_letter(name, source.wording)
    drawn = element.properties.get("document", letter.code)
    if drawn != letter.code:
        said = _("The code of %(name)s.toml is %(code)s, but document in the diagram is %(drawn)s.",
                 name=name, code=letter.code, drawn=drawn)  # fmt: skip
        rewrite = f"document = {letter.code}"
        yield LETTER_CODE.problem(element.id, element.name, said, _("Make them the same."), rewrite)


def put_in_force(
    tx: Connection, diagram: Diagram, sources: Mapping[str, Source], fonts: Fonts, by: str, now: datetime
) -> list[str]:
    """The letters that the diagram names, with which nothing is wrong, are in force. Returns the names of those that changed."""
    issued = {name for element in diagram.elements.values() for name in letters_named(element)}
    before = letter_versions.in_force(tx)
    for name in sorted(issued):
        letter_versions.keep(tx, sources[name], fonts, by, now)
    return [name for name in sorted(issued) if name not in before or before[name].sha256 != sources[name].sha256]


def letters_named(element: Element) -> list[str]:
    """The letters that an element asks for: the one it issues, or those that it files."""
    if element.properties.get("operation") == "issue_document" and "document" in element.properties:
        return [] if "same_as" in element.properties else [letter_of(element)]
    return [name.strip() for name in element.properties.get("files", "").split(",") if name.strip()]


def letter_of(element: Element) -> str:
    """The name of the letter that a service task issues."""
    return element.properties.get("letter") or element.properties["document"]

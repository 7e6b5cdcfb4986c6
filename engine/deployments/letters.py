"""The letters that a diagram names: loaded, checked against what the procedure knows, set once, and put in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.reading.elements import Element
from engine.deployments.definitions import Definition
from engine.documents import letter_versions, letters
from engine.documents.fonts import Fonts
from engine.documents.letters import LetterRefused, Source
from engine.messages import Text, lines
from engine.messages import gettext as _


def deploy(
    tx: Connection,
    definition: Definition,
    sources: Mapping[str, Source],
    functions: Collection[str],
    fonts: Fonts,
    by: str,
    now: datetime,
    broken: Mapping[str, Text],
) -> list[str]:
    """The letters that the diagram names are in force. Returns the names of those that have changed.

    `broken` says what is wrong with the letters that could not be read. Raises LetterRefused naming file and line; nothing
    is stored then.
    """
    problems: list[Text] = []
    issued = {name for element in definition.diagram.elements.values() for name in letters_named(element)}
    codes = letter_versions.codes(tx) | {
        name: letters.read_letter(name, sources[name].wording).code for name in sources
    }
    for element in definition.diagram.elements.values():
        for name in letters_named(element):
            if name in broken:
                problems.append(broken[name])
                continue
            source = sources.get(name)
            if source is None:
                problems.append(
                    _(
                        "'%(step)s' (%(id)s) uses the letter template %(name)s, and there is no %(name)s.toml. "
                        "Write one in letters/%(key)s/, or correct the name in the diagram.",
                        step=element.name,
                        id=element.id,
                        name=name,
                        key=definition.key,
                    )
                )
                continue
            wrong = letters.check(name, source.wording, definition.facts, functions)
            problems += wrong or letters.check_cited(name, source.wording, codes, issued)
            letter = letters.read_letter(name, source.wording)
            if element.properties.get("document", letter.code) != letter.code:
                drawn = element.properties["document"]
                problems.append(
                    _(
                        "%(name)s.toml: its code is %(code)s, and document in the diagram is %(drawn)s. Make "
                        "them the same.",
                        name=name,
                        code=letter.code,
                        drawn=drawn,
                    )
                )
    if problems:
        raise LetterRefused(lines([LetterRefused().sentence, *dict.fromkeys(problems)]))
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

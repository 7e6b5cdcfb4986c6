"""The letters that a diagram names: loaded, checked against what the procedure knows, set once, and put in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection

from engine.bpmn.elements import Element
from engine.deployments.definitions import Definition
from engine.documents import letter_versions, letters
from engine.documents.fonts import Fonts
from engine.documents.letters import LetterRefused, Source


def deploy(
    tx: Connection,
    definition: Definition,
    sources: Mapping[str, Source],
    functions: Collection[str],
    fonts: Fonts,
    by: str,
    now: datetime,
    broken: Mapping[str, str],
) -> list[str]:
    """The letters that the diagram names are in force. Returns the names of those that have changed.

    `broken` says what is wrong with the letters that could not be read. Raises LetterRefused naming file and line; nothing
    is stored then.
    """
    problems = []
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
                where = f"“{element.name}”（{element.id}）要用公文模板 {name}"
                problems.append(
                    f"{where}，但没有 {name}.toml。请在 letters/{definition.key}/ 里写一个，或改正图里的名字。"
                )
                continue
            wrong = letters.check(name, source.wording, definition.facts, functions)
            problems += wrong or letters.check_cited(name, source.wording, codes, issued)
            letter = letters.read_letter(name, source.wording)
            if element.properties.get("document", letter.code) != letter.code:
                drawn = element.properties["document"]
                problems.append(f"{name}.toml：code 是 {letter.code}，图里的 document 是 {drawn}，请改成一样。")
    if problems:
        raise LetterRefused("\n".join([LetterRefused().message, *dict.fromkeys(problems)]))
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

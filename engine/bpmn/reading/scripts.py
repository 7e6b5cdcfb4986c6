"""The script of a script task: assignments of our expression language, one a line. Each says a fact, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.reading.called import BPMN
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.spelling import suggested
from engine.errors import ExpressionError

FACT = "fact:"
OURS = ("", "lianban")
"""What `scriptFormat` may be: modelers want one written before they let anybody write a script."""
_ASSIGNMENT = re.compile(r"\s*(?P<name>[^\W\d]\w*)\s*=(?!=)\s*(?P<value>.+?)\s*", re.DOTALL)
_ELSEWHERE = re.compile(
    r"""\s*(?:(?:var|let|const|def)\s+)?(?:execution\s*\.\s*setVariable\s*\(\s*["'](?P<set>\w+)["']\s*,(?P<what>.+)\)"""
    r"""|(?P<name>[^\W\d]\w*)\s*=(?!=)(?P<value>.+?))\s*;?\s*"""
)
"""An assignment as other languages write it."""


@dataclass(frozen=True)
class Assignment:
    name: str
    expression: str


@dataclass(frozen=True)
class Script:
    """`format` is as it was written; `strays` are the lines that are no assignment."""

    format: str
    assignments: tuple[Assignment, ...]
    strays: tuple[str, ...]
    text: str

    @property
    def is_ours(self) -> bool:
        return self.format.lower() in OURS


def read_script(node: etree._Element) -> Script:
    """The script of this task; lines that begin with # say nothing."""
    text = node.findtext(f"{BPMN}script") or ""
    assignments, strays = list[Assignment](), list[str]()
    for line in _lines(text):
        found = _ASSIGNMENT.fullmatch(line)
        if found is None:
            strays.append(line)
        else:
            assignments.append(Assignment(found["name"], found["value"]))
    return Script(node.get("scriptFormat", "").strip(), tuple(assignments), tuple(strays), text)


def with_script(node: etree._Element, properties: Mapping[str, str]) -> dict[str, str]:
    """The properties of an element; a script says facts as the properties `fact:` of a service task do, before those."""
    if node.tag != f"{BPMN}scriptTask":
        return dict(properties)
    said = {FACT + one.name: one.expression for one in read_script(node).assignments}
    return {"operation": "record", **said, **properties}


def rewritten(text: str) -> str:
    """The script in our language, where every line of it is an assignment in another one; else empty."""
    lines = [_in_our_words(line.strip()) for line in _lines(text)]
    return "\n".join(lines) if lines and all(lines) else ""


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "//")))


def _in_our_words(line: str) -> str:
    found = _ELSEWHERE.fullmatch(line)
    if found is None:
        return ""
    value = suggested((found["what"] or found["value"]).strip())
    try:
        compile_expression(value)
    except ExpressionError:
        return ""
    return f"{found['set'] or found['name']} = {value}"

"""A cleaned copy of a file: the writing is changed, the meaning never.

Extensions of Camunda's relatives become Camunda's, flows get ids, expressions our spelling, what is not drawn a shape, the
file UTF-8. The file itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from engine.bpmn.gate.picture import draw_missing
from engine.bpmn.reading.called import BPMN, CAMUNDA
from engine.bpmn.reading.elements import FACT, IN, read_elements
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.meant import BORN_WITHOUT_ID, in_our_words, twins_in
from engine.bpmn.reading.read import read_as_written
from engine.bpmn.reading.spelling import meant, suggested
from engine.bpmn.reading.timers import is_literal
from engine.errors import ExpressionError
from engine.messages import Message, ngettext

EXPRESSIONS = tuple(
    f"{BPMN}{name}" for name in ("conditionExpression", "condition", "timeDate", "timeDuration", "timeCycle")
)
POSTS = {f"{CAMUNDA}candidateGroups", f"{CAMUNDA}candidateStarterGroups"}
"""Attributes that hold posts."""
PREFIXES = {
    "camunda": CAMUNDA.strip("{}"),
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}


def cleaned(data: bytes, posts: Mapping[str, str] = MappingProxyType({})) -> tuple[bytes, list[Message]]:
    """The file in UTF-8, cleaned, and what was done to it; with nothing to do there is no sentence.

    `posts` are the codes of posts by the names that somebody may have written instead.
    Raises DiagramRefused for a file that cannot be read.
    """
    root = _with_prefixes(read_as_written(data))
    twins = sum(1 for _ in twins_in(root))
    nameless = sum(1 for node in root.iter(*BORN_WITHOUT_ID) if not node.get("id"))
    in_our_words(root)
    respelled = sum(map(_respell, root.iter(*EXPRESSIONS))) + sum(
        map(_respell_property, root.iter(f"{CAMUNDA}property"))
    )
    coded = sum(_with_codes(node, posts) for node in root.iter(etree.Element))
    drawn = draw_missing(root, read_elements(root))
    told = [
        ngettext(
            "%(num)s extension was rewritten for Camunda.", "%(num)s extensions were rewritten for Camunda.", twins
        ),
        ngettext("%(num)s id was added.", "%(num)s ids were added.", nameless),
        ngettext(
            "%(num)s expression now has the spelling of this system.",
            "%(num)s expressions now have the spelling of this system.",
            respelled,
        ),
        ngettext("%(num)s post is now written as a code.", "%(num)s posts are now written as codes.", coded),
        ngettext("%(num)s shape was added.", "%(num)s shapes were added.", drawn),
    ]
    done = [said for said, num in zip(told, (twins, nameless, respelled, coded, drawn), strict=True) if num]
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True)), done


def _with_prefixes(root: etree._Element) -> etree._Element:
    """The same tree, whose root knows the usual prefixes that it has not taken for something else."""
    known: dict[Any, str] = dict(root.nsmap)
    missing = {name: uri for name, uri in PREFIXES.items() if name not in known and uri not in known.values()}
    whole = etree.Element(
        root.tag, {str(name): str(value) for name, value in root.attrib.items()}, nsmap={**known, **missing}
    )
    whole.text = root.text
    whole.extend(list(root))
    return whole


def _respell(node: etree._Element) -> bool:
    """Whether the text of the node was an expression in another spelling."""
    written = node.text or ""
    if not written.strip() or (node.tag not in EXPRESSIONS[:2] and is_literal(written)):
        return False
    node.text = _in_our_spelling(written)
    return bool(node.text != written)


def _respell_property(node: etree._Element) -> bool:
    name, written = node.get("name", ""), node.get("value", "")
    if not (name.startswith((FACT, IN)) or name.startswith("when")):
        return False
    node.set("value", _in_our_spelling(written))
    return node.get("value") != written


def _with_codes(node: etree._Element, posts: Mapping[str, str]) -> int:
    """How many posts stood there by name, and stand there by code now."""
    changed = 0
    for name in POSTS & set(map(str, node.attrib)):
        changed += _coded(node, name, posts)
    if node.tag == f"{CAMUNDA}property" and node.get("name") in ("role", "starters"):
        changed += _coded(node, "value", posts)
    return changed


def _coded(node: etree._Element, attribute: str, posts: Mapping[str, str]) -> int:
    """Posts stand in a list, some behind a unit or a kind of unit and a colon."""
    changed = 0
    parts = []
    for part in node.get(attribute, "").split(","):
        before, colon, post = part.rpartition(":")
        code = posts.get(post.strip())
        changed += code is not None
        parts.append(f"{before}{colon}{code}" if code else part)
    if changed:
        node.set(attribute, ",".join(parts))
    return changed


def _in_our_spelling(written: str) -> str:
    """The expression as it is read; one that cannot be read, as it was probably meant; else as it is."""
    for found in _spellings(written):
        try:
            compile_expression(found)
        except ExpressionError:
            continue
        return found
    return written


def _spellings(written: str) -> Iterator[str]:
    yield meant(written)
    yield suggested(written)

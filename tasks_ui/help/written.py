"""Pages of the documentation as HTML. They are shipped with the program, so that nothing in them has to be made harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURES = DOCS / "pictures"
PAGES: Mapping[str, str] = {
    "bpmn": "reference",
    "change_a_procedure": "how-to",
    "modeler": "how-to",
    "try_a_diagram": "how-to",
    "countersign": "how-to",
    "forms": "reference",
    "letters": "reference",
}
"""The pages that are served: name -> its folder."""
WIDE = 3
"""In a table with more columns than this, a cell that stands below the others on a phone says what it holds."""
LONG = 12
"""A page with more headings than this says first what is on it."""
_LANGUAGES = re.compile("\\[[^]]*\\]\\([a-z_]+(?:\\.zh)?\\.md\\)\n")
"""The line of a page that leads to its twin: the product has a switch for that."""


@dataclass(frozen=True)
class Heading:
    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Written:
    title: str
    html: str
    language: str
    contents: tuple[Heading, ...]
    """The headings of a long page, down to the third level; none of a short one."""


def page(name: str, language: str) -> Written:
    """The page in this language. Raises KeyError for one that is not served."""
    found = _file(name, language)
    return _rendered(found, found.stat().st_mtime_ns)


def _file(name: str, language: str) -> Path:
    """NAME.zh.md is Chinese, NAME.md English."""
    return DOCS / PAGES[name] / (f"{name}.zh.md" if language == "zh" else f"{name}.md")


@lru_cache(maxsize=2 * len(PAGES))
def _rendered(file: Path, _changed: int) -> Written:
    text = _LANGUAGES.sub("", file.read_text(encoding="utf-8"), count=1)
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(text)
    title = next(_titles(tokens))
    for token in _every(tokens):
        _place(token)
    headings = tuple(_anchored(tokens))
    _head_cells(tokens)
    html = markdown.renderer.render(tokens[3:], markdown.options, {})  # without the title, which heads the page
    html = html.replace("<table>", '<div class="scroll"><table>').replace("</table>", "</table></div>")
    contents = tuple(one for one in headings if one.level in (2, 3))
    return Written(
        title, html, "zh-CN" if file.name.endswith(".zh.md") else "en", contents if len(contents) > LONG else ()
    )


def _titles(tokens: list[Token]) -> Iterator[str]:
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            yield inside.content


def _every(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _every(token.children or [])


def _place(token: Token) -> None:
    """Links and pictures lead to where the page and the picture are served; links to what is not served lead nowhere."""
    if token.type == "link_open":
        address, mark, anchor = str(token.attrGet("href") or "").partition("#")
        if "pictures/" in address:
            token.attrs = {"href": _picture(address)}
            return
        name = PurePosixPath(address).name.removesuffix(".md").removesuffix(".zh")
        if address and "://" not in address:
            known = name in PAGES
            token.attrs = {"href": f"/help/{name}{mark}{anchor}"} if known else {}
    elif token.type == "image":
        token.attrSet("src", _picture(str(token.attrGet("src") or "")))
        token.attrSet("loading", "lazy")


def _picture(address: str) -> str:
    return f"/help/pictures/{address.partition('pictures/')[2]}"


def _anchored(tokens: list[Token]) -> Iterator[Heading]:
    """Every heading; each has the anchor by which links of the pages know it."""
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            anchor = re.sub(r"[^\w -]", "", inside.content.lower()).replace(" ", "-")
            token.attrSet("id", anchor)
            yield Heading(int(token.tag[1:]), anchor, inside.content)


def _head_cells(tokens: list[Token]) -> None:
    """Every cell of a wide table but the first of its row knows the head of its column."""
    heads: list[str] = []
    column = 0
    for token, inside in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(inside.content)
        elif token.type == "td_open":
            if column and len(heads) > WIDE and inside.content:
                token.attrSet("data-head", heads[column])
            column += 1

"""The messages that templates and Python ask for, and the catalogues that hold them.

`python -m tests.house.words` brings both catalogues up to the code: what is new is added with an empty translation, which
a test refuses until it is filled in; what nobody asks for any more is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

PAGES = Path(__file__).resolve().parents[2] / "tasks_ui"
LANGUAGES = ("zh", "en")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "marked": ((1, "c"), 2),
}
TRANSIENT = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Generated-By")


@dataclass(frozen=True, order=True)
class Asked:
    """A message that a file asks for; `many` is empty for one without a plural."""

    path: str
    context: str
    one: str
    many: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.one


def asked() -> list[Asked]:
    """Every message that templates and Python ask for."""
    return sorted(set(_asked()))


def _asked() -> Iterator[Asked]:
    for path in sorted([*PAGES.rglob("*.html"), *PAGES.rglob("*.py")]):
        method = babel_extract if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for _line, message, _comments, context in extract(method, file, keywords=KEYWORDS):
                one, many = message if isinstance(message, tuple) else (message, "")
                yield Asked(path.relative_to(PAGES).as_posix(), context or "", one, many)


def file_of(language: str) -> Path:
    return PAGES / "locale" / language / "LC_MESSAGES" / "messages.po"


def catalogue(language: str) -> Catalog:
    with file_of(language).open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """The file holds what is asked for and nothing else; translations that are there stay."""
    before, after = catalogue(language), Catalog(locale=language, project="Lianban", fuzzy=False)
    after.header_comment = before.header_comment
    for found in asked():
        kept = before.get(found.one, context=found.context or None)
        after.add(
            (found.one, found.many) if found.many else found.one,
            kept.string if kept else "",
            locations=[(found.path, 0)],
            context=found.context or None,
        )
    written = BytesIO()
    write_po(written, after, width=120, include_lineno=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    file_of(language).write_text(
        "".join(line for line in lines if not re.match(rf'"({"|".join(TRANSIENT)}):', line)), encoding="utf-8"
    )


if __name__ == "__main__":
    for name in LANGUAGES:
        update(name)

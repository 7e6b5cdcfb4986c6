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

ROOT = Path(__file__).resolve().parents[2]
PAGES, ENGINE = ROOT / "tasks_ui", ROOT / "engine"
PARTS = (PAGES, ENGINE)
"""Each has catalogues of its own."""
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


def asked(part: Path) -> list[Asked]:
    """Every message that templates and Python of the part ask for."""
    return sorted(set(_asked(part)))


def _asked(part: Path) -> Iterator[Asked]:
    for path in sorted([*part.rglob("*.html"), *part.rglob("*.py")]):
        method = babel_extract if path.suffix == ".html" else "python"
        with path.open("rb") as file:
            for _line, message, _comments, context in extract(method, file, keywords=KEYWORDS):
                one, many = message if isinstance(message, tuple) else (message, "")
                yield Asked(path.relative_to(part).as_posix(), context or "", one, many)


def file_of(part: Path, language: str) -> Path:
    return part / "locale" / language / "LC_MESSAGES" / "messages.po"


def catalogue(part: Path, language: str) -> Catalog:
    with file_of(part, language).open("rb") as file:
        return read_po(file, locale=language)


def update(part: Path, language: str) -> None:
    """The file holds what is asked for and nothing else; translations that are there stay. English says the message itself."""
    before, after = catalogue(part, language), Catalog(locale=language, project="Lianban", fuzzy=False)
    after.header_comment = before.header_comment
    for found in asked(part):
        kept = before.get(found.one, context=found.context or None)
        after.add(
            (found.one, found.many) if found.many else found.one,
            kept.string if kept else _own(found) if language == "en" else "",
            locations=[(found.path, 0)],
            context=found.context or None,
        )
    written = BytesIO()
    write_po(written, after, width=120, include_lineno=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    file_of(part, language).write_text(
        "".join(line for line in lines if not re.match(rf'"({"|".join(TRANSIENT)}):', line)), encoding="utf-8"
    )


def _own(found: Asked) -> str | tuple[str, str]:
    """The English of a message is the message."""
    return (found.one, found.many) if found.many else found.one.strip()


if __name__ == "__main__":
    for each in PARTS:
        for name in LANGUAGES:
            update(each, name)

"""The letters of an installation as they were deployed: the latest of each name is in force, every earlier one is kept.

What is issued remembers its version, so that it can be made again, byte for byte, after a letter has been replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from engine.db import fetch, stamp
from engine.db.rows import LetterVersionRow
from engine.db.tables import letter_version
from engine.db.unit import unit_of
from engine.documents import typesetting
from engine.documents.fonts import Fonts
from engine.documents.letters import Letter, LetterRefused, Source, read_letter
from engine.errors import NotFound
from engine.ids import new_id
from engine.messages import Text, sentences
from engine.messages import gettext as _


@dataclass(frozen=True)
class LetterVersion:
    id: str
    name: str
    letter: Letter
    layout: Mapping[str, str]


def read_files(folder: Path, paths: Iterable[Path]) -> tuple[dict[Path, Source], dict[Path, Text]]:
    """Each of these letters of the folder, which has the `layouts/`, and what is wrong with those that cannot be read."""
    layouts = read_layouts(folder)
    found: dict[Path, Source] = {}
    broken: dict[Path, Text] = {}
    for path in paths:
        try:
            found[path] = source(path.stem, _text(path), layouts)
        except LetterRefused as refused:
            broken[path] = refused.sentence
    return found, broken


def read_layouts(folder: Path) -> dict[str, str]:
    """The text of each layout in the folder's `layouts/`, by the name of its file. Raises LetterRefused."""
    return {path.name: _text(path) for path in sorted((folder / "layouts").glob("*.typ"))}


def source(name: str, wording: str, layouts: Mapping[str, str]) -> Source:
    """The letter with its layout, of these. Raises LetterRefused."""
    main = f"{read_letter(name, wording).layout}.typ"
    if main not in layouts:
        raise LetterRefused(
            _(
                "The layout layouts/%(layout)s that %(file)s uses is missing. Add it, or change layout.",
                file=name + ".toml",
                layout=main,
            )
        )
    names = [main, *([typesetting.COMMON] if typesetting.COMMON in layouts else [])]
    return Source(name, wording, {layout: layouts[layout] for layout in names})


def keep(tx: Connection, source: Source, fonts: Fonts, by: str, now: datetime) -> LetterVersion:
    """The letter is in force; one that has not changed stays at its version. Raises LetterRefused for a broken layout."""
    row = _latest_row(tx, source.name)
    if row is not None and row.sha256 == source.sha256:
        return _version(row)
    try_layout(source, fonts)
    version_id = new_id()
    tx.execute(
        insert(letter_version).values(
            id=version_id,
            name=source.name,
            version=row.version + 1 if row is not None else 1,
            sha256=source.sha256,
            wording=source.wording,
            layout=dict(source.layout),
            deployed_at=now,
            deployed_by=by,
        )
    )
    return find(tx, version_id)


def latest(tx: Connection, name: str) -> LetterVersion:
    """The version in force. Raises NotFound."""
    version_id = stamp.content(tx, "letters", _read_latest).get(name)
    if version_id is None:
        raise NotFound(_("No letter template called %(name)s is deployed.", name=name))
    return find(tx, version_id)


def _read_latest(tx: Connection) -> Mapping[str, str]:
    rows = tx.execute(select(letter_version.c.name, letter_version.c.id).order_by(letter_version.c.version))
    return {row.name: row.id for row in rows}


def codes(tx: Connection) -> dict[str, str]:
    """The code of each letter in force, by name."""
    rows = tx.execute(select(letter_version).order_by(letter_version.c.version))
    return {row.name: read_letter(row.name, row.wording).code for row in rows}


def find(tx: Connection, version_id: str) -> LetterVersion:
    """The version, read once per process: a stored version never changes."""
    own = select(letter_version).where(letter_version.c.id == version_id)
    found = unit_of(tx).memory.once("letter", version_id, lambda: _version(fetch.one(tx, LetterVersionRow, own)))
    assert found is not None
    return found


def in_force(tx: Connection) -> dict[str, Source]:
    """The letters in force by name, as they were deployed."""
    rows = tx.execute(select(letter_version).order_by(letter_version.c.version))
    return {row.name: Source(row.name, row.wording, row.layout) for row in rows}


class Deployed(NamedTuple):
    """A version of a letter, without its words."""

    version: int
    sha256: str
    deployed_at: datetime
    deployed_by: str


def deployed(tx: Connection, name: str) -> list[Deployed]:
    """Every version of the letter, the newest first."""
    own = select(*(letter_version.c[column] for column in Deployed._fields)).where(letter_version.c.name == name)
    return fetch.every(tx, Deployed, own.order_by(letter_version.c.version.desc()))


def try_layout(source: Source, fonts: Fonts) -> None:
    """The layout sets a paper that says nothing and one that says everything badly. Raises LetterRefused."""
    key = (tuple(sorted(source.layout.items())), fonts.folders)
    if key in _tried:
        return
    for words in (empty_words(), _full_words()):
        try:
            typesetting.pdf(source.layout, words, date(2026, 1, 1), fonts)
        except typesetting.NotTypeset as error:
            raise LetterRefused(
                sentences(_("The layout of %(name)s.toml did not pass the check.", name=source.name), error.sentence)
            ) from error
    _tried.add(key)


_tried: set[object] = set()
"""Layouts that have passed in this process: a layout never becomes worse by itself."""


def empty_words() -> dict[str, Any]:
    """A paper that says nothing: every part that a layout may ask for, empty."""
    return {
        "letterhead": "", "name": "", "number": "", "signer": "", "title": "", "title_parts": [], "addressee": "",
        "body": [], "rows": [], "attachments": [], "signatures": [], "sealed": True, "date": "", "contact": "",
        "cc": "", "issued_by": "", "mark": "", "draft": False, "annexes": [],
    }  # fmt: skip


def _full_words() -> dict[str, Any]:
    nasty = '甲&乙<丙> *粗* _斜_ #eval("1") $x^2$ @引 \\n ` " [方] (圆) {花} // /* <标签> '
    long = nasty + "很长的一句话没有一个标点" * 40
    body = [{"text": text, "style": style} for text in (nasty, long, "A" * 300) for style in ("text", "heading")]
    annex = {
        "order": 1, "title": nasty, "title_parts": [{"text": nasty, "keep": True}], "note": nasty, "text": body[:2],
        "columns": ["序号", "材料名称", "份数", "页数"],
        "rows": [["1", long, "1", nasty]] * 60, "total": ["", "合计", "60", "600"], "foot": [nasty, nasty],
    }  # fmt: skip
    return {
        **empty_words(),
        "letterhead": "某某市某某局", "name": nasty, "number": "某字〔2026〕12345号", "signer": nasty, "title": long[:200],
        "title_parts": [{"text": nasty, "keep": True}, {"text": long[:100], "keep": False}], "addressee": nasty,
        "body": body * 3, "rows": [{"label": nasty, "text": long}, {"label": "甲", "text": ""}] * 5,
        "attachments": [nasty, long], "signatures": ["某某市某某局", nasty], "date": "2026年1月1日", "contact": long,
        "cc": nasty, "issued_by": nasty, "mark": nasty, "draft": True, "annexes": [annex],
    }  # fmt: skip


def _latest_row(tx: Connection, name: str) -> LetterVersionRow | None:
    own = select(letter_version).where(letter_version.c.name == name)
    return fetch.first(tx, LetterVersionRow, own.order_by(letter_version.c.version.desc()).limit(1))


def _version(row: LetterVersionRow) -> LetterVersion:
    return LetterVersion(row.id, row.name, read_letter(row.name, row.wording), row.layout)


def decoded(name: str, content: bytes) -> str:
    """The text of a file of this name. Raises LetterRefused."""
    try:
        return content.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise LetterRefused(_("%(file)s is not encoded as UTF-8. Save it as UTF-8.", file=name)) from error


def _text(path: Path) -> str:
    try:
        return decoded(path.name, path.read_bytes())
    except OSError as error:
        raise LetterRefused(_("%(file)s cannot be read: %(reason)s.", file=path.name, reason=error.strerror)) from error

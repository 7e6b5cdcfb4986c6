"""The shipped files against what is in force: what an upgrade of the product has brought, and nobody has deployed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.db.english import english_of
from engine.deployments import definitions, versions
from engine.deployments.shipped import Beside, File
from engine.documents import letter_versions
from engine.english import English
from engine.errors import DiagramRefused
from engine.messages import Name, Text
from engine.messages import gettext as _

REFUSED = "refused"
FOUND_BY = "随程序提供"
"""Who has deployed what an empty installation was founded with, as it is kept; `who` tells it."""


@dataclass(frozen=True)
class Compared:
    """A shipped procedure or letter against what is in force: new, same, changed, waits or refused."""

    kind: str
    key: str
    name: Text
    standing: str
    differs: list[Text]
    version: int = 0
    deployed_at: datetime | None = None
    deployed_by: Text = ""


def who(deployed_by: str) -> Text:
    """Who has deployed a version, for whoever reads it."""
    return _("the system, as shipped") if deployed_by == FOUND_BY else deployed_by


def called(file: File, english: English) -> Name:
    """What the procedure is called that the file draws."""
    return english.element(file.diagram.key, "", file.diagram.name)


def compared(tx: Connection, file: File) -> Compared:
    key, name = file.diagram.key, called(file, english_of(tx))
    try:
        file.require_in_place()
    except DiagramRefused as refused:
        return Compared("procedure", key, name, REFUSED, [str(problem) for problem in refused.problems])
    if not definitions.has_version(tx, key):
        return Compared("procedure", key, name, "new", [])
    row = versions.every_version(tx, key)[0]
    content, forms = definitions.contents(tx, row.id)
    differs: list[Text] = [] if content == file.content else [_("diagram")]
    differs += _differences(file.form_texts, forms)
    standing = "changed" if differs else "same"
    return Compared("procedure", key, name, standing, differs, row.version, row.deployed_at, who(row.deployed_by))


def _differences(files: Mapping[str, str], forms: Mapping[str, str]) -> list[Text]:
    names = sorted(files.keys() | forms.keys())
    return [_("form %(name)s", name=name) for name in names if files.get(name) != forms.get(name)]


def compared_letter(tx: Connection, beside: Beside, name: str) -> Compared:
    if name in beside.broken_letters or name not in beside.letters:
        missing = _("There is no %(name)s.toml.", name=name)
        wrong: Text = beside.broken_letters.get(name) or missing
        return Compared("letter", name, name, REFUSED, [wrong])
    rows = letter_versions.deployed(tx, name)
    if not rows:
        return Compared("letter", name, name, "new", [])
    newest = rows[0]
    standing = "same" if newest.sha256 == beside.letters[name].sha256 else "changed"
    return Compared("letter", name, name, standing, [], newest.version, newest.deployed_at, who(newest.deployed_by))

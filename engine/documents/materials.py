"""Material that goes with a case: a typed list. Its files lie in the store (`documents.files`)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.db.case import case_of
from engine.db.tables import material
from engine.documents.files import StoredFile
from engine.errors import InvalidValues, NotFound
from engine.forms.validate import plain_text
from engine.ids import new_id
from engine.messages import Message, Text, in_chinese, pgettext
from engine.messages import gettext as _

KINDS: dict[str, Message] = {
    "facts_statement": pgettext("kind of material", "Statement of facts"),
    "site_inspection_record": pgettext("kind of material", "Site inspection record"),
    "site_photos": pgettext("kind of material", "Site photographs"),
    "complaint_material": pgettext("kind of material", "Complaint material"),
    "interview_record": pgettext("kind of material", "Interview record"),
    "other_source": pgettext("kind of material", "Other source materials"),
    "goods_list": pgettext("kind of material", "List of goods"),
    "ruling_document": pgettext("kind of material", "Ruling"),
    "appraisal_report": pgettext("kind of material", "Appraisal report"),
    "other": pgettext("kind of material", "Other"),
}
KEPT = ("kind", "title", "copies", "pages", "original", "file_name", "media_type", "size", "sha256")
"""What stays of a material when it goes on the list of another instance."""
NUMBER_LIMIT = 10_000
TITLE_LIMIT = 100
_DEVICE_NAMES = re.compile(
    "微信|QQ|企业|钉钉|图片|截图|屏幕|快照|照片|相机|扫描|全能王|文件|文档|未命名|新建|副本|年|月|日"
)
"""What telephones, scanners and messengers call a file: it says nothing of what is on it."""
_WORDS = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2}")


@dataclass(frozen=True)
class Material:
    """One row of the list; without a file it is on paper and handed over with the letter."""

    id: str
    instance_id: str
    task_id: str | None
    unit_code: str
    kind: str
    title: str
    copies: int
    pages: int
    original: bool
    file_name: str | None
    media_type: str | None
    size: int | None
    sha256: str | None
    added_at: datetime
    added_by: str
    removed_at: datetime | None

    @property
    def kind_name(self) -> Text:
        return kind_name(self.kind)

    @property
    def is_called_by_kind(self) -> bool:
        """Whether its title says no more than its kind."""
        return self.title == _called_by(self.kind)


def kind_name(kind: str) -> Text:
    return KINDS.get(kind, kind)


def _called_by(kind: str) -> str:
    """What a material is called on the list when nobody has named it: its kind, in Chinese as letters list it."""
    return in_chinese(KINDS.get(kind, ""))


def add(
    tx: Connection,
    *,
    instance_id: str,
    task_id: str,
    unit_code: str,
    person_id: str,
    kind: str,
    title: str,
    copies: str,
    pages: str,
    original: bool,
    stored: StoredFile | None,
    now: datetime,
) -> str:
    """The material is on the list. Pages that are not given are counted in the file. Raises InvalidValues per field."""
    problems: dict[str, Text] = {}
    if kind not in KINDS:
        problems["kind"] = _("Choose what kind of material it is.")
    try:
        title = " ".join(plain_text(title).split()) or _called_by(kind)
    except ValueError as wrong:
        problems["title"] = str(wrong)
    if too_long := _too_long(title):
        problems["title"] = too_long
    if not pages.strip() and stored is not None and stored.pages is not None:
        pages = str(min(stored.pages, NUMBER_LIMIT))
    numbers = {"copies": _number(copies), "pages": _number(pages)}
    whole = _("Give a whole number from 1 to %(most)s.", most=NUMBER_LIMIT)
    problems |= {name: whole for name, number in numbers.items() if number is None}
    if not pages.strip():
        problems["pages"] = _(
            "Give the number of pages for paper materials, and for files whose pages cannot be counted."
        )
    if problems:
        raise InvalidValues(problems)
    return _list(
        tx,
        instance_id=instance_id,
        task_id=task_id,
        unit_code=unit_code,
        kind=kind,
        title=title,
        original=original,
        file_name=stored.name if stored else None,
        media_type=stored.media_type if stored else None,
        size=stored.size if stored else None,
        sha256=stored.sha256 if stored else None,
        added_at=now,
        added_by=person_id,
        **numbers,
    )


def take_over(
    tx: Connection, source: Material, *, instance_id: str, task_id: str, unit_code: str, person_id: str, now: datetime
) -> str:
    """The same material is on another instance's list too: the same file, as it is called and counted there."""
    own = {
        "instance_id": instance_id,
        "task_id": task_id,
        "unit_code": unit_code,
        "added_at": now,
        "added_by": person_id,
    }
    return _list(tx, **own, **{name: getattr(source, name) for name in KEPT})


def _list(tx: Connection, **values: Any) -> str:
    material_id = new_id()
    tx.execute(insert(material).values(id=material_id, **values))
    return material_id


def names_for(kind: str, title: str, files: list[str], listed: Collection[str]) -> list[str]:
    """What the files of one adding are called on the list: as the person says, as their own names say, or by their kind.

    Of several, and beside what is listed already, those that would be called the same are numbered. A name that somebody
    has typed for a single file stays as it is typed.
    """
    title = " ".join(title.split())
    if len(files) < 2 and title:
        return [title]
    bases = [title or (_speaking(name) if len(files) > 1 else "") or _called_by(kind) for name in files or [""]]
    taken, names = set(listed), []
    for base in bases:
        name, numbers = base, count(2 if base in taken else 1)
        while name in taken or (name == base and bases.count(base) > 1):
            name = f"{base}（{next(numbers)}）"
        taken.add(name)
        names.append(name)
    return names


def _speaking(file_name: str) -> str:
    """The name of the file when it says what the file is; empty for one that a device has given."""
    stem = PurePath(file_name).stem
    return stem[:TITLE_LIMIT] if _WORDS.search(_DEVICE_NAMES.sub(" ", stem)) else ""


def rename(tx: Connection, material_id: str, title: str) -> None:
    """The list calls it that from now on; a letter that was sent keeps the name it was sent with."""
    title = " ".join(title.split())
    if not title or (too_long := _too_long(title)):
        raise InvalidValues({"rename": too_long if title else _("Give the name of the material.")})
    tx.execute(update(material).where(material.c.id == material_id).values(title=title))


def _too_long(title: str) -> Text:
    if len(title) <= TITLE_LIMIT:
        return ""
    return _("The name has %(count)s characters, and at most %(most)s are allowed.", count=len(title), most=TITLE_LIMIT)


def remove(tx: Connection, material_id: str, now: datetime) -> None:
    """The material is off the list; what was sent with an earlier letter stays as it was sent."""
    tx.execute(update(material).where(material.c.id == material_id).values(removed_at=now))


def find(tx: Connection, material_id: str) -> Material:
    row = tx.execute(select(material).where(material.c.id == material_id)).first()
    if row is None:
        raise NotFound(_("There is no such material."))
    return Material(**row._mapping)


def of_instance(tx: Connection, instance_id: str) -> list[Material]:
    """The list as it stands, in the order it was made."""
    rows = case_of(tx, instance_id).rows(material)
    return [Material(**row._asdict()) for row in rows if row.removed_at is None]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= NUMBER_LIMIT else None

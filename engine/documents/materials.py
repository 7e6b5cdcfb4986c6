"""Material that goes with a case: a typed list, and files named by their content, so that none is stored twice or changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import IO

from sqlalchemy import Connection, insert, select, update

from engine.db.tables import material
from engine.errors import InvalidValues, NotFound
from engine.ids import new_id

KINDS = {
    "facts_statement": "基本违法事实书面材料",
    "site_inspection_record": "现场检查记录",
    "site_photos": "现场照片",
    "complaint_material": "举报投诉材料",
    "interview_record": "询问笔录",
    "other_source": "其他案源材料",
    "goods_list": "涉案物品清单",
    "ruling_document": "裁决决定",
    "other": "其他",
}
SIZE_LIMIT = 50 * 1024 * 1024
NUMBER_LIMIT = 10_000
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".mp4": "video/mp4",
}
"""What may be uploaded, by the ending of its name."""
_BEGINNINGS = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n\x1a\n",
               ".docx": b"PK\x03\x04", ".xlsx": b"PK\x03\x04"}  # fmt: skip


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
    def kind_name(self) -> str:
        return KINDS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Upload:
    """A file that a browser sent."""

    name: str
    content: IO[bytes]


class FileStore:
    """Files under their SHA-256; a file is complete before it has its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def put(self, upload: Upload) -> tuple[str, int]:
        """The file is stored. Returns its SHA-256 and size; raises InvalidValues when it is no file we take."""
        suffix = PurePath(upload.name).suffix.lower()
        if suffix not in MEDIA_TYPES:
            raise InvalidValues(
                {"file": "只收 PDF、图片（JPG、PNG）、Word（docx）、Excel（xlsx）和 MP4，请换一个文件。"}
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f"unfinished-{new_id()}"
        try:
            sha256, size, beginning = self._write(unfinished, upload.content)
            if not beginning.startswith(_BEGINNINGS.get(suffix, b"")):
                raise InvalidValues(
                    {"file": f"文件内容不是 {suffix[1:].upper()}，可能改过后缀名或已损坏，请检查后重新上传。"}
                )
            path = self.path(sha256)
            path.parent.mkdir(exist_ok=True)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return sha256, size

    def _write(self, path: Path, content: IO[bytes]) -> tuple[str, int, bytes]:
        digest, size, beginning = hashlib.sha256(), 0, b""
        with path.open("wb") as file:
            for chunk in _chunks(content):
                beginning = beginning or chunk[:16]
                size += len(chunk)
                if size > SIZE_LIMIT:
                    raise InvalidValues({"file": f"文件超过 {SIZE_LIMIT // 1024 // 1024} MB，请压缩或分成几个。"})
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise InvalidValues({"file": "文件是空的，请检查后重新上传。"})
        return digest.hexdigest(), size, beginning


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
    stored: tuple[str, str, int] | None,
    now: datetime,
) -> str:
    """The material is on the list. `stored` is a file's name, SHA-256 and size. Raises InvalidValues per field."""
    problems = {}
    if kind not in KINDS:
        problems["kind"] = "请选择材料的种类。"
    title = " ".join(title.split()) or KINDS.get(kind, "")
    if len(title) > 100:
        problems["title"] = f"名称已写 {len(title)} 字，最多 100 字。"
    numbers = {"copies": _number(copies), "pages": _number(pages)}
    problems |= {name: "请填写 1 到 10000 的整数。" for name, number in numbers.items() if number is None}
    if problems:
        raise InvalidValues(problems)
    name, sha256, size = stored or (None, None, None)
    material_id = new_id()
    tx.execute(
        insert(material).values(
            id=material_id,
            instance_id=instance_id,
            task_id=task_id,
            unit_code=unit_code,
            kind=kind,
            title=title,
            original=original,
            file_name=PurePath(name.replace("\\", "/")).name[-120:] if name else None,
            media_type=MEDIA_TYPES[PurePath(name).suffix.lower()] if name else None,
            size=size,
            sha256=sha256,
            added_at=now,
            added_by=person_id,
            **numbers,
        )
    )
    return material_id


def remove(tx: Connection, material_id: str, now: datetime) -> None:
    """The material is off the list; what was sent with an earlier letter stays as it was sent."""
    tx.execute(update(material).where(material.c.id == material_id).values(removed_at=now))


def find(tx: Connection, material_id: str) -> Material:
    row = tx.execute(select(material).where(material.c.id == material_id)).first()
    if row is None:
        raise NotFound("没有这份材料。")
    return Material(**row._mapping)


def of_instance(tx: Connection, instance_id: str) -> list[Material]:
    """The list as it stands, in the order it was made."""
    statement = select(material).where(material.c.instance_id == instance_id, material.c.removed_at.is_(None))
    return [Material(**row._mapping) for row in tx.execute(statement.order_by(material.c.added_at, material.c.id))]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= NUMBER_LIMIT else None


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(1 << 20):
        yield chunk

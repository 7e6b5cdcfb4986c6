"""Files that people send: looked into before they are taken, and kept under the hash of their content."""

from __future__ import annotations

import hashlib
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from engine.documents import whole_files
from engine.errors import InvalidValues, StoreFull
from engine.messages import Text
from engine.messages import gettext as _

SIZE_LIMIT = 50 * 1024 * 1024
UNPACKED_LIMIT = 300 * 1024 * 1024
"""Bytes that a Word or Excel file may hold when it is unpacked: a small file may hide a very large one."""
PARTS_LIMIT = 5_000
"""Parts that a Word or Excel file may list: each takes its time, also when it is empty."""
PIXEL_LIMIT = 120_000_000
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

_LISTED = b"PK\x01\x02"

log = logging.getLogger("lianban.files")


@dataclass(frozen=True)
class Upload:
    """A file that a browser sent."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True)
class StoredFile:
    """A file in the store. `pages` is None where the file does not say."""

    name: str
    media_type: str
    size: int
    sha256: str
    pages: int | None


class FileStore:
    """Files under their SHA-256; a file is complete before it has its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def put(self, upload: Upload) -> StoredFile:
        """The file is stored. Raises InvalidValues when it is no file we take, StoreFull when it cannot be written."""
        shown = "".join(sign for sign in upload.name if sign.isprintable())  # no sign that hides how a name ends
        name = PurePath(shown.replace("\\", "/")).name[-120:]
        suffix = PurePath(name).suffix.lower()
        if suffix not in MEDIA_TYPES:
            raise _refused(
                _(
                    "Accepted files are PDF, pictures (JPG, PNG), Word (docx), Excel (xlsx) and MP4. Choose another "
                    "file."
                )
            )
        unfinished = whole_files.unfinished_in(self.folder)
        try:
            with _on_our_disk():
                self.folder.mkdir(parents=True, exist_ok=True)
                sha256, size = _write(unfinished, upload.content)
            pages = _look_into(unfinished, suffix)
            with _on_our_disk():
                whole_files.name(unfinished, self.path(sha256))
        finally:
            _drop(unfinished)
        return StoredFile(name, MEDIA_TYPES[suffix], size, sha256, pages)


@contextmanager
def _on_our_disk() -> Iterator[None]:
    """An error of the system within is the disk's, not the file's. Raises StoreFull."""
    try:
        yield
    except OSError as error:
        log.exception("a file could not be stored")
        raise StoreFull from error


def _write(path: Path, content: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for chunk in _chunks(content):
            size += len(chunk)
            if size > SIZE_LIMIT:
                raise _refused(
                    _("The file is over %(size)s MB. Compress it or split it.", size=SIZE_LIMIT // 1024 // 1024)
                )
            digest.update(chunk)
            file.write(chunk)
    if size == 0:
        raise _refused(_("The file is empty. Check it and upload it again."))
    return digest.hexdigest(), size


def _look_into(path: Path, suffix: str) -> int | None:
    """How many pages the file has, where it says so. Raises InvalidValues when it is not what its name says."""
    match suffix:
        case ".pdf":
            return _look_into_pdf(path)
        case ".jpg" | ".jpeg" | ".png":
            _look_into_picture(path, "PNG" if suffix == ".png" else "JPEG")
            return 1
        case ".docx" | ".xlsx":
            _look_into_package(path, suffix)
        case ".mp4":
            with path.open("rb") as file:
                if file.read(12)[4:8] != b"ftyp":
                    raise _not_what_it_says(suffix)
    return None


def _look_into_pdf(path: Path) -> int:
    with path.open("rb") as file:
        if file.read(5) != b"%PDF-":
            raise _not_what_it_says(".pdf")
        try:
            reader = PdfReader(file)
            if reader.is_encrypted:
                raise _refused(
                    _(
                        "This PDF has a password or restrictions, so the other side may not be able to open it. "
                        "Remove them and upload it again."
                    )
                )
            pages = len(reader.pages)
        except (PyPdfError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _not_what_it_says(".pdf") from error
    if pages == 0:
        raise _not_what_it_says(".pdf")
    return pages


def _look_into_picture(path: Path, format_name: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            with Image.open(path, formats=[format_name]) as picture:
                if picture.width * picture.height > PIXEL_LIMIT:
                    raise _refused(_("The picture has too many pixels. Make it smaller and upload it again."))
                picture.verify()
    except Image.DecompressionBombError as error:
        raise _refused(_("The picture has too many pixels. Make it smaller and upload it again.")) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise _not_what_it_says(".jpg" if format_name == "JPEG" else ".png") from error


def _look_into_package(path: Path, suffix: str) -> None:
    """A Word or Excel file is a zip archive; what it says of its own size is not believed."""
    if _parts_at_most(path) > PARTS_LIMIT:
        raise _refused(
            _(
                "The file has too many parts (over %(most)s) and cannot be uploaded. Check whether it is a normal "
                "file.",
                most=PARTS_LIMIT,
            )
        )
    unpacked = 0
    try:
        with ZipFile(path) as package:
            names = set(package.namelist())
            main = "word/document.xml" if suffix == ".docx" else "xl/workbook.xml"
            if main not in names:
                raise _not_what_it_says(suffix)
            if any(name.endswith("vbaProject.bin") for name in names):
                raise _refused(_("The file contains macros and cannot be uploaded. Save it without macros."))
            if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in package.infolist()):
                raise _not_what_it_says(suffix)  # no office program packs otherwise
            for packed in package.infolist():
                with package.open(packed) as part:
                    for chunk in _chunks(part):
                        unpacked += len(chunk)
                        if unpacked > UNPACKED_LIMIT:
                            raise _refused(
                                _(
                                    "Unpacked, the file is too large and cannot be uploaded. Check whether it is a "
                                    "normal file."
                                )
                            )
    except (
        BadZipFile,
        zlib.error,
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
        struct.error,
    ) as error:
        raise _not_what_it_says(suffix) from error


def _parts_at_most(path: Path) -> int:
    """No more parts than this are listed: every entry of the list begins with these signs.

    What the end of the file says of their number is not believed, and the list is not read to count them.
    """
    found, kept = 0, b""
    with path.open("rb") as file:
        for chunk in _chunks(file):
            found += (kept + chunk).count(_LISTED)
            kept = chunk[1 - len(_LISTED) :]
    return found


def _not_what_it_says(suffix: str) -> InvalidValues:
    return _refused(
        _(
            "The content is not %(kind)s. The file may have been renamed, or it is damaged. Check it and upload it "
            "again.",
            kind=suffix[1:].upper(),
        )
    )


def _refused(sentence: Text) -> InvalidValues:
    return InvalidValues({"file": sentence})


def _drop(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        log.exception("an unfinished file was left behind: %s", path.name)


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    while chunk := content.read(1 << 20):
        yield chunk

"""Files in one: a zip of a diagram with what lies beside it, unpacked in memory and within limits.

Of an archive only the names and contents of its files are read: folders, links, rights and comments count for nothing, and
nothing is ever written to a disk by the name that it has there.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from engine.errors import Refused
from engine.messages import gettext as _

PACKAGE = ".zip"
FILES_AT_MOST = 300
BYTES_AT_MOST = 8 * 1024 * 1024
"""Of all files together when they are unpacked."""
LEFT_BY_SYSTEMS = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What operating systems put into an archive by themselves."""
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same files are the same package, whenever it was made."""


@dataclass(frozen=True)
class Sent:
    """A file by its name, as it came."""

    name: str
    content: bytes

    @property
    def base(self) -> str:
        """Its name without folders, of whatever system."""
        return PurePosixPath(self.name.replace("\\", "/")).name


def unpacked(files: Sequence[Sent]) -> list[Sent]:
    """The files, and in the place of each archive what is in it. Raises Refused for what is no archive, or too large."""
    found = [one for file in files for one in (_within(file) if file.name.lower().endswith(PACKAGE) else [file])]
    if len(found) > FILES_AT_MOST:
        raise Refused(_("There are more than %(most)s files. Send one procedure at a time.", most=FILES_AT_MOST))
    if sum(len(file.content) for file in found) > BYTES_AT_MOST:
        raise _too_large()
    return found


def packed(files: Iterable[Sent]) -> bytes:
    """A zip of the files, byte for byte the same for the same files."""
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for file in files:
            package.writestr(zipfile.ZipInfo(file.name, LONG_AGO), file.content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def digest(files: Iterable[Sent]) -> str:
    """SHA-256 of names and contents, in whatever order the files came."""
    told = hashlib.sha256()
    for file in sorted(files, key=lambda one: one.name):
        told.update(f"{len(file.name)}:{file.name}:{len(file.content)}:".encode())
        told.update(file.content)
    return told.hexdigest()


def _within(package: Sent) -> list[Sent]:
    try:
        with zipfile.ZipFile(BytesIO(package.content)) as opened:
            return list(_read(opened))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Refused(
            _(
                "%(file)s cannot be unpacked. Pack the files into a plain zip without a password. Nothing has changed.",
                file=package.name,
            )
        ) from None


def _read(opened: zipfile.ZipFile) -> Iterator[Sent]:
    left = BYTES_AT_MOST
    wanted = [one for one in opened.infolist() if not one.is_dir() and not _is_left_by_a_system(one.filename)]
    if len(wanted) > FILES_AT_MOST:
        raise Refused(_("There are more than %(most)s files. Send one procedure at a time.", most=FILES_AT_MOST))
    for one in wanted:
        with opened.open(one) as stream:
            content = stream.read(left + 1)  # what the archive says of its sizes is not believed
        left -= len(content)
        if left < 0:
            raise _too_large()
        yield Sent(one.filename, content)


def _is_left_by_a_system(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part in LEFT_BY_SYSTEMS or part.startswith("._") for part in parts) or parts[-1] == ".DS_Store"


def _too_large() -> Refused:
    return Refused(_("Unpacked, the files are larger than %(most)s MB.", most=BYTES_AT_MOST // 1024**2))

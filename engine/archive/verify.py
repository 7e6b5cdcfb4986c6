"""Checking a package away from the system that made it: only the file is needed.

Nothing in it is believed: not the manifest either, which somebody may have written. What the manifest alone says, whose
volume this is, when it was made and what it follows, the next volume of the unit proves, which holds this one's hash.
"""

from __future__ import annotations

import errno
import hashlib
import json
import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from engine.archive.contents import FORMAT, UNSIGNED
from engine.archive.package import CHUNK, MANIFEST, SEAL, SIGNATURE, sha256_of
from engine.errors import ArchiveUnreadable
from engine.messages import Text
from engine.messages import gettext as _
from engine.runtime.step.audit import GENESIS, hash_entry

MANIFEST_LIMIT = 16 * 1024 * 1024
SEAL_LIMIT = 4096
_TORN = (
    BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, NotImplementedError, RuntimeError, EOFError,
    ValueError,
)  # fmt: skip
"""What reading a damaged package raises."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Checked:
    """`broken` holds a sentence for everything that does not fit; the package is whole when there is none."""

    number: str
    title: str
    unit_name: str
    sequence: int
    sha256: str
    files: int
    entries: int
    broken: tuple[Text, ...]
    signed_by: str = ""
    """The public key whose signature it bears, in hexadecimal digits; empty when it is of the form before signatures."""


def verify(path: Path, previous: Path | None = None, key: str | None = None) -> Checked:
    """The package is looked through, and with `previous` also whether it follows that one.

    Only `key`, the installation's public key, proves who made it: without the key anybody can make a package whose parts
    agree with each other, and sign it with a key of his own. Raises ArchiveUnreadable when the file is no package of ours at all.
    """
    try:
        with ZipFile(path) as package:
            manifest = _manifest(package)
            broken: list[Text] = [*_files(package, manifest)]
            signed_by = _signer(package, manifest, key, broken)
            history = _history(package, broken)
            broken += [*_chain(history), *_papers(manifest, history), *_same_case(package, manifest, history)]
    except _TORN as error:
        raise _unreadable(path, error) from error
    if previous is not None:
        broken += _follows(manifest, previous)
    return Checked(
        number=manifest["number"],
        title=manifest["title"],
        unit_name=manifest["unit_name"],
        sequence=manifest["sequence"],
        sha256=sha256_of(path),
        files=len(manifest["files"]),
        entries=len(history),
        broken=tuple(broken),
        signed_by=signed_by,
    )


def _signer(package: ZipFile, manifest: dict[str, Any], key: str | None, broken: list[Text]) -> str:
    """The public key that signed the manifest; what is wrong with the signature is added to `broken`."""
    if SEAL not in package.namelist():
        if manifest["format"] != UNSIGNED:
            broken.append(_("The signature (%(file)s) is missing.", file=SEAL))
        elif key is not None:
            broken.append(
                _("This is the old format, from before there were signatures. It does not prove who made the package.")
            )
        return ""
    try:
        if package.getinfo(SEAL).file_size > SEAL_LIMIT:
            raise ValueError(SEAL)
        seal = dict(json.loads(package.read(SEAL)))
        if (seal["version"], seal["algorithm"]) != (1, SIGNATURE):
            raise ValueError(SEAL)
        public_key, signature = bytes.fromhex(seal["public_key"]), bytes.fromhex(seal["signature"])
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, package.read(MANIFEST))
    except (InvalidSignature, KeyError, TypeError, RecursionError, *_TORN):
        broken.append(_("The signature (%(file)s) does not match the list: one of them was changed.", file=SEAL))
        return ""
    if key is not None and key.strip().lower() != public_key.hex():
        broken.append(_("The signature was not made with the key given: another system made this package."))
    return public_key.hex()


def _papers(manifest: dict[str, Any], history: list[dict[str, Any]]) -> Iterator[Text]:
    """Every PDF of a document is the one that the record saw made."""
    contents = [entry.get("content") for entry in history if entry.get("kind") == "paper_made"]
    made = {content.get("sha256") for content in contents if isinstance(content, dict)}
    for listed in manifest["files"]:
        path = listed["path"]
        if path.startswith("documents/") and path.endswith(".pdf") and listed["sha256"] not in made:
            yield _(
                "%(path)s (%(title)s) is not the one that the audit log recorded: it was replaced.",
                path=path,
                title=listed.get("title", ""),
            )


def _manifest(package: ZipFile) -> dict[str, Any]:
    try:
        if package.getinfo(MANIFEST).file_size > MANIFEST_LIMIT:
            raise ArchiveUnreadable(_("The list of the package is unusually large, so it cannot be right."))
        manifest = json.loads(package.read(MANIFEST))
        if manifest["format"] not in (FORMAT, UNSIGNED):
            raise ArchiveUnreadable(
                _(
                    "The package has format %(found)s. This program knows only %(known)s.",
                    found=str(manifest["format"]),
                    known=FORMAT,
                )
            )
        _require_sound(manifest)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ArchiveUnreadable(
            _("There is no usable list (manifest.json). This is not an archive package of Lianban, or it is damaged.")
        ) from error
    return dict(manifest)


def _require_sound(manifest: Any) -> None:
    """Everything that is read of it is there and of its kind. Raises KeyError, TypeError, ValueError."""
    for name in ("number", "title", "unit", "unit_name"):
        _text(manifest[name])
    _whole(manifest["sequence"], 1)
    datetime.fromisoformat(_text(manifest["made_at"]))
    first = manifest["sequence"] == 1
    if first != (manifest["previous_sha256"] is None) or not (first or _is_hash(manifest["previous_sha256"])):
        raise ValueError("previous_sha256")
    for listed in manifest["files"]:
        (_text(listed["path"]), _text(listed.get("title", "")), _whole(listed["size"], 0))
        if not _is_hash(listed["sha256"]):
            raise ValueError("sha256")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half of a character, which no terminal shows
    return value


def _whole(value: Any, least: int) -> int:
    if type(value) is not int or value < least:
        raise TypeError(value)
    return value


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _files(package: ZipFile, manifest: dict[str, Any]) -> Iterator[Text]:
    """Every listed file is there as it was listed, and nothing else is."""
    present = package.namelist()
    for name in sorted({name for name in present if present.count(name) > 1}):
        yield _("%(name)s is in the package more than once.", name=name)
    listed = {found["path"]: found for found in manifest["files"]}
    for name in sorted(set(present) - listed.keys() - {MANIFEST, SEAL}):
        yield _("%(name)s is not on the list: it was added later.", name=name)
    for name, found in listed.items():
        if name not in present:
            yield _("%(name)s (%(title)s) is missing.", name=name, title=found.get("title", ""))
            continue
        digest, size = hashlib.sha256(), 0
        try:
            with package.open(name) as file:
                while size <= found["size"] and (chunk := file.read(CHUNK)):
                    digest.update(chunk)
                    size += len(chunk)
        except (BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError):
            size = -1
        if size != found["size"] or digest.hexdigest() != found["sha256"]:
            yield _(
                "%(name)s (%(title)s) does not match the list: its content was changed.",
                name=name,
                title=found.get("title", ""),
            )


def _history(package: ZipFile, broken: list[Text]) -> list[dict[str, Any]]:
    try:
        history = [dict(entry) for entry in json.loads(package.read("history.json"))]
        if not history:
            raise ValueError("no entry")
        return history
    except (KeyError, TypeError, *_TORN):
        broken.append(_("The audit log (history.json) cannot be read."))
        return []


def _chain(history: list[dict[str, Any]]) -> Iterator[Text]:
    """The entries of the record hang together from the first to the last."""
    previous = GENESIS
    for expected, entry in enumerate(history, 1):
        try:
            fits = entry["sequence"] == expected and entry["previous_hash"] == previous
            # What another unit said among its own people was kept back with nothing of it in version 1.
            if not (entry.get("redacted") and entry.get("version", 1) == 1):
                fits = fits and not (entry.get("redacted") and entry["content"] is not None)
                fits = fits and hash_entry({**entry, "at": datetime.fromisoformat(entry["at"])}) == entry["hash"]
            previous = entry["hash"]
        except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
            fits = False
        if not fits:
            yield _(
                "Entry %(number)s of the audit log does not fit the entries around it. Entries may have been changed, "
                "replaced or removed.",
                number=expected,
            )
            return


def _same_case(package: ZipFile, manifest: dict[str, Any], history: list[dict[str, Any]]) -> Iterator[Text]:
    """Manifest, case and record speak of one case."""
    try:
        case = dict(json.loads(package.read("case.json")))
        number, title, case_id = case["number"], case["title"], case["id"]
    except (KeyError, TypeError, *_TORN):
        yield _("The outline of the case (case.json) cannot be read.")
        return
    if manifest["number"] != number:
        yield _("The number on the list differs from that in the outline (case.json): the list was changed.")
    if manifest["title"] != title:
        yield _("The title on the list differs from that in the outline (case.json): the list was changed.")
    if any(entry.get("instance_id") != case_id for entry in history):
        yield _("The audit log (history.json) does not belong to the case in the outline (case.json).")


def _follows(manifest: dict[str, Any], previous: Path) -> Iterator[Text]:
    try:
        with ZipFile(previous) as package:
            before = _manifest(package)
    except _TORN as error:
        raise _unreadable(previous, error) from error
    if (manifest["unit"], manifest["sequence"]) != (before["unit"], before["sequence"] + 1):
        yield _(
            "%(file)s is package %(before)s of %(before_unit)s, not the one before package %(this)s of %(unit)s.",
            file=previous.name,
            before=before["sequence"],
            before_unit=before["unit_name"],
            this=manifest["sequence"],
            unit=manifest["unit_name"],
        )
    elif sha256_of(previous) != manifest["previous_sha256"]:
        yield _(
            "The previous package, %(file)s, is not as it was when it was archived: it was changed or replaced.",
            file=previous.name,
        )


def _unreadable(path: Path, error: Exception) -> ArchiveUnreadable:
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # those two are the content's
        return ArchiveUnreadable(
            _("%(file)s cannot be opened. Check its permissions and the disk, then try again.", file=path.name)
        )
    return ArchiveUnreadable(
        _(
            "%(file)s cannot be read: it is not a complete archive package. The download may have broken off, or the "
            "file is damaged. Get it again, then check it.",
            file=path.name,
        )
    )

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
    broken: tuple[str, ...]
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
            broken = [*_files(package, manifest)]
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


def _signer(package: ZipFile, manifest: dict[str, Any], key: str | None, broken: list[str]) -> str:
    """The public key that signed the manifest; what is wrong with the signature is added to `broken`."""
    if SEAL not in package.namelist():
        if manifest["format"] != UNSIGNED:
            broken.append(f"签名（{SEAL}）不见了。")
        elif key is not None:
            broken.append("这是签名之前的旧格式，没有签名，证明不了是谁整理的。")
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
        broken.append(f"签名（{SEAL}）与清单不符：清单或签名被改过。")
        return ""
    if key is not None and key.strip().lower() != public_key.hex():
        broken.append("签名不是用给出的公钥对应的密钥签的：这个包不是那个系统整理的。")
    return public_key.hex()


def _papers(manifest: dict[str, Any], history: list[dict[str, Any]]) -> Iterator[str]:
    """Every PDF of a document is the one that the record saw made."""
    contents = [entry.get("content") for entry in history if entry.get("kind") == "paper_made"]
    made = {content.get("sha256") for content in contents if isinstance(content, dict)}
    for listed in manifest["files"]:
        path = listed["path"]
        if path.startswith("documents/") and path.endswith(".pdf") and listed["sha256"] not in made:
            yield f"{path}（{listed.get('title', '')}）不是审计记录里制作的那一份，被换过。"


def _manifest(package: ZipFile) -> dict[str, Any]:
    try:
        if package.getinfo(MANIFEST).file_size > MANIFEST_LIMIT:
            raise ArchiveUnreadable("归档包的清单大得不正常。")
        manifest = json.loads(package.read(MANIFEST))
        if manifest["format"] not in (FORMAT, UNSIGNED):
            raise ArchiveUnreadable(f"归档包的格式是 {manifest['format']}，本程序只认 {FORMAT}。")
        _require_sound(manifest)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ArchiveUnreadable("归档包里没有可用的清单（manifest.json），不是联办的归档包，或者已经损坏。") from error
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
    value.encode()  # half of a sign, which no terminal shows
    return value


def _whole(value: Any, least: int) -> int:
    if type(value) is not int or value < least:
        raise TypeError(value)
    return value


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _files(package: ZipFile, manifest: dict[str, Any]) -> Iterator[str]:
    """Every listed file is there as it was listed, and nothing else is."""
    present = package.namelist()
    for name in sorted({name for name in present if present.count(name) > 1}):
        yield f"{name} 在包里出现了不止一次。"
    listed = {found["path"]: found for found in manifest["files"]}
    for name in sorted(set(present) - listed.keys() - {MANIFEST, SEAL}):
        yield f"{name} 不在清单上，是后来放进去的。"
    for name, found in listed.items():
        if name not in present:
            yield f"{name}（{found.get('title', '')}）不见了。"
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
            yield f"{name}（{found.get('title', '')}）与清单不一致，内容被改过。"


def _history(package: ZipFile, broken: list[str]) -> list[dict[str, Any]]:
    try:
        history = [dict(entry) for entry in json.loads(package.read("history.json"))]
        if not history:
            raise ValueError("no entry")
        return history
    except (KeyError, TypeError, *_TORN):
        broken.append("审计记录（history.json）读不出来。")
        return []


def _chain(history: list[dict[str, Any]]) -> Iterator[str]:
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
            yield f"审计记录第 {expected} 条与前后接不上，可能有记录被改、被换或被删。"
            return


def _same_case(package: ZipFile, manifest: dict[str, Any], history: list[dict[str, Any]]) -> Iterator[str]:
    """Manifest, case and record speak of one case."""
    try:
        case = dict(json.loads(package.read("case.json")))
        told, case_id = {"编号": case["number"], "标题": case["title"]}, case["id"]
    except (KeyError, TypeError, *_TORN):
        yield "办件概况（case.json）读不出来。"
        return
    for name, key in (("编号", "number"), ("标题", "title")):
        if manifest[key] != told[name]:
            yield f"清单上的{name}与办件概况（case.json）不一致，清单被改过。"
    if any(entry.get("instance_id") != case_id for entry in history):
        yield "审计记录（history.json）不是办件概况（case.json）里的那件办件的。"


def _follows(manifest: dict[str, Any], previous: Path) -> Iterator[str]:
    try:
        with ZipFile(previous) as package:
            before = _manifest(package)
    except _TORN as error:
        raise _unreadable(previous, error) from error
    if (manifest["unit"], manifest["sequence"]) != (before["unit"], before["sequence"] + 1):
        yield (
            f"{previous.name} 是{before['unit_name']}的第 {before['sequence']} 卷，"
            f"不是{manifest['unit_name']}第 {manifest['sequence']} 卷的前一卷。"
        )
    elif sha256_of(previous) != manifest["previous_sha256"]:
        yield f"前一卷 {previous.name} 与归档时不一致，被改过或换过。"


def _unreadable(path: Path, error: Exception) -> ArchiveUnreadable:
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):  # those two are the content's
        return ArchiveUnreadable(f"{path.name} 打不开，请检查读取权限和磁盘，再核对一次。")
    return ArchiveUnreadable(
        f"{path.name} 读不出来，不是完整的归档包：可能没有下载完，或者已经损坏，请重新取得后再核对。"
    )

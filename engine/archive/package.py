"""A package: one zip file with a manifest that names every part by its SHA-256. The same parts give the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from engine.archive.contents import FORMAT, Part
from engine.clock import local
from engine.keys import Keys

MANIFEST = "manifest.json"
SEAL = "seal.json"
SIGNATURE = "ed25519"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Heading:
    """What the package says of itself. `previous_sha256` is of the unit's package before it; None for its first."""

    number: str
    title: str
    unit_code: str
    unit_name: str
    sequence: int
    previous_sha256: str | None
    made_at: datetime


def write(path: Path, heading: Heading, parts: Iterable[Part], keys: Keys) -> dict[str, str]:
    """The package is complete at `path`, and signed. Returns the hash of each file in it.

    Raises OSError when it cannot be written or a part cannot be read.
    """
    stamp = local(heading.made_at).timetuple()[:6]
    listed: list[dict[str, Any]] = []
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for part in parts:
            digest, size = hashlib.sha256(), 0
            with package.open(_entry(part.path, stamp), "w") as file:
                for chunk in _chunks(part.content):
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
            listed.append({"path": part.path, "title": part.title, "size": size, "sha256": digest.hexdigest()})
        manifest = {
            "format": FORMAT,
            "number": heading.number,
            "title": heading.title,
            "unit": heading.unit_code,
            "unit_name": heading.unit_name,
            "sequence": heading.sequence,
            "previous_sha256": heading.previous_sha256,
            "made_at": heading.made_at.isoformat(),
            "files": listed,
        }
        content = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
        package.writestr(_entry(MANIFEST, stamp), content)
        package.writestr(_entry(SEAL, stamp), _seal(content, keys))
    return {found["path"]: found["sha256"] for found in listed}


def _seal(manifest: bytes, keys: Keys) -> bytes:
    """The signature over the manifest, which names every other file by its hash. The same manifest gives the same one."""
    seal = {
        "version": 1,
        "algorithm": SIGNATURE,
        "public_key": keys.public_key,
        "signature": keys.signing_key().sign(manifest).hex(),
    }
    return (json.dumps(seal, indent=1) + "\n").encode()


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _entry(path: str, stamp: tuple[int, ...]) -> ZipInfo:
    entry = ZipInfo(path, stamp)  # type: ignore[arg-type]
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk

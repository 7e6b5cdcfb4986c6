"""Made papers, named by their content: none is stored twice, and none that is stored ever changes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.documents import whole_files


class PaperStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.pdf"

    def put(self, content: bytes) -> str:
        """The paper is stored, complete before it has its name. Returns its SHA-256; raises OSError for a full disk."""
        sha256 = hashlib.sha256(content).hexdigest()
        unfinished = whole_files.unfinished_in(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(content)
            whole_files.name(unfinished, self.path(sha256))
        finally:
            unfinished.unlink(missing_ok=True)
        return sha256

    def intact(self, sha256: str) -> bool:
        """Whether the paper is there, byte for byte as it was made."""
        try:
            return hashlib.sha256(self.path(sha256).read_bytes()).hexdigest() == sha256
        except OSError:
            return False

"""The pages of papers as pictures, so that a page that shows them sets nothing. They can always be made again.

One file for each paper. Those that nobody has looked at for a month are removed; whoever opens such a paper waits a moment
until the worker has drawn it anew.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from engine.documents import whole_files

KEPT = 30 * 24 * 60 * 60
"""Seconds since somebody has looked, by the clock of the disk."""
A_DAY = 24 * 60 * 60

log = logging.getLogger("lianban.files")


class PageStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, document_id: str, pages: Sequence[bytes]) -> None:
        """The pages are stored, whole before they have their name. Raises OSError."""
        unfinished = whole_files.unfinished_in(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with ZipFile(unfinished, "w") as file:
                for number, page in enumerate(pages, 1):
                    file.writestr(f"{number}.png", page)
            whole_files.name(unfinished, self._path(document_id))
        finally:
            unfinished.unlink(missing_ok=True)

    def pages(self, document_id: str) -> list[bytes]:
        """Every page as PNG, in order; none when they are not there, or not whole."""
        path = self._path(document_id)
        try:
            with ZipFile(path) as file:
                found = [file.read(f"{number}.png") for number in range(1, len(file.namelist()) + 1)]
            self._looked_at(path)
        except (OSError, BadZipFile, KeyError):
            return []
        return found

    def sweep(self) -> int:
        """Pages that nobody has looked at for long are gone. Returns of how many papers; never raises."""
        swept = 0
        try:
            found = sorted(self.folder.glob("*/*.zip"))
            now = whole_files.time_of(self.folder) if found else 0.0
            for path in found:
                if now - path.stat().st_mtime > KEPT:
                    path.unlink(missing_ok=True)
                    swept += 1
        except OSError:
            log.exception("old pages could not be removed from %s", self.folder)
        return swept

    def _looked_at(self, path: Path) -> None:
        """Noted once a day: the file is as new as its last reader."""
        now = whole_files.time_of(self.folder)
        if now - path.stat().st_mtime > A_DAY:
            os.utime(path, (now, now))

    def _path(self, document_id: str) -> Path:
        return self.folder / document_id[:2] / f"{document_id}.zip"

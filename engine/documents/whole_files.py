"""A file is whole before it has its name, and then keeps both: also when the power fails in the next moment."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

from engine.ids import new_id

FOLDERS = 3
"""The file's own folder, the store's, and the one that the store lies in: each may be new."""
LEFT_AFTER = 24 * 60 * 60
"""Seconds without a write after which an unfinished file has nobody left who writes it."""

UNFINISHED = " （断电，未写完）"
"""Behind a line that a power cut has left unfinished, so that it is told from one that was cut later."""

log = logging.getLogger("lianban.files")


def unfinished_in(folder: Path) -> Path:
    """A name in this folder for a file that is not whole yet."""
    return folder / f"unfinished-{new_id()}"


def name(unfinished: Path, path: Path) -> None:
    """The file has its name for good: a database that commits after this never speaks of what a power cut has taken.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _settle(unfinished)
    unfinished.replace(path)
    for folder in path.parents[:FOLDERS]:
        _settle(folder)


def add_lines(path: Path, lines: Iterable[str]) -> None:
    """The lines stand at the end of the file, those that it has already only once; for good when this returns.

    A line that a power cut has left unfinished is marked and ended first, so that it spoils none of these. Raises
    OSError, and UnicodeDecodeError for a file that is no text.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    known = set(text.splitlines())
    added = "".join(f"{line}\n" for line in lines if line not in known)
    if not added:
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{UNFINISHED}\n{added}" if text and not text.endswith("\n") else added)
        file.flush()
        os.fsync(file.fileno())


def sweep(folders: Iterable[Path]) -> int:
    """What killed processes were writing is gone after a day. Returns how many files that were; never raises."""
    return sum(_sweep(folder) for folder in folders)


def _sweep(folder: Path) -> int:
    """A file's age is told by the clock of its own disk: ours may stand on another day."""
    swept = 0
    try:
        left = [path for path in folder.glob("unfinished-*") if path.is_file() and not path.is_symlink()]
        now = time_of(folder) if left else 0.0
        for path in left:
            if now - path.stat().st_mtime > LEFT_AFTER:
                path.unlink()
                swept += 1
                log.warning("an unfinished file that a process had left behind was removed: %s", path)
    except FileNotFoundError:
        return swept  # finished or swept by another process meanwhile; the next round looks again
    except OSError:
        log.exception("unfinished files could not be removed from %s", folder)
    return swept


def time_of(folder: Path) -> float:
    """What the clock of the folder's disk shows, in seconds. Raises OSError."""
    marker = unfinished_in(folder)
    try:
        marker.touch()
        return marker.stat().st_mtime
    finally:
        marker.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """What the system holds of the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

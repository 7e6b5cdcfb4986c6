"""A file is whole before it has its name, and then keeps both: also when the power fails in the next moment."""

from __future__ import annotations

import os
from pathlib import Path

FOLDERS = 3
"""The file's own folder, the store's, and the one that the store lies in: each may be new."""


def name(unfinished: Path, path: Path) -> None:
    """The file has its name for good: a database that commits after this never speaks of what a power cut has taken.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _settle(unfinished)
    unfinished.replace(path)
    for folder in path.parents[:FOLDERS]:
        _settle(folder)


def _settle(path: Path) -> None:
    """What the system holds of the file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

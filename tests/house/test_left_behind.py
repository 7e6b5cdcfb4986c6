"""What tests leave on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folders() -> Iterator[list[Path]]:
    """Is asked for before the folder of the test, so it looks after that has been tidied."""
    seen: list[Path] = []
    yield seen
    assert [list(folder.iterdir()) for folder in seen] == [[]]


def test_a_test_that_passes_leaves_its_folder_empty(folders: list[Path], tmp_path: Path) -> None:
    folders.append(tmp_path)
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "lianban.db").write_bytes(b"of three megabytes")
    (tmp_path / "elsewhere").symlink_to(tmp_path.parent)

"""A file of the record is on the disk before its name is, and its name before the database says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.documents import whole_files


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What was settled on the disk and what was renamed, in order; everything is done for real."""
    happened: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def settled(descriptor: int) -> None:
        happened.append(("settled", Path(os.readlink(f"/proc/self/fd/{descriptor}")).name))
        fsync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        happened.append(("renamed", target.name))
        replace(self, target)
        return target

    monkeypatch.setattr(os, "fsync", settled)
    monkeypatch.setattr(Path, "replace", renamed)
    return happened


def test_a_file_is_settled_then_named_then_its_new_folders_are_settled(
    tmp_path: Path, happened: list[tuple[str, str]]
) -> None:
    unfinished, path = tmp_path / "unfinished-1", tmp_path / "papers" / "ab" / "abc.pdf"
    unfinished.write_bytes(b"words")

    whole_files.name(unfinished, path)

    assert happened == [
        ("settled", "unfinished-1"),
        ("renamed", "abc.pdf"),
        ("settled", "ab"),
        ("settled", "papers"),
        ("settled", tmp_path.name),
    ]
    assert path.read_bytes() == b"words"


def test_a_file_that_could_not_be_settled_gets_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_disk(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken_disk)
    unfinished, path = tmp_path / "unfinished-1", tmp_path / "papers" / "abc.pdf"
    unfinished.write_bytes(b"words")

    with pytest.raises(OSError, match="Input/output"):
        whole_files.name(unfinished, path)

    assert not path.exists()

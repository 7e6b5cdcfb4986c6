"""A file of the record is on the disk before its name is, and its name before the database says so."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.app import Engine
from engine.clock import FixedClock
from engine.documents import whole_files
from engine.settings import Settings


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


# --- what a killed process leaves behind ---


def left_behind(path: Path, hours: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a f")
    then = path.stat().st_mtime - hours * 3600
    os.utime(path, (then, then))
    return path


def test_what_has_lain_unfinished_for_a_day_is_removed_and_nothing_else(tmp_path: Path) -> None:
    old = left_behind(tmp_path / "papers" / "unfinished-1", 25)
    being_written = left_behind(tmp_path / "papers" / "unfinished-2", 23)
    whole = left_behind(tmp_path / "papers" / "ab" / "abc.pdf", 1000)
    elsewhere = left_behind(tmp_path / "kept.pdf", 1000)
    pointing = tmp_path / "papers" / "unfinished-3"
    pointing.symlink_to(elsewhere)

    assert whole_files.sweep([tmp_path / "papers", tmp_path / "not there"]) == 1

    assert not old.exists()
    assert sorted(path.name for path in being_written.parent.iterdir()) == ["ab", "unfinished-2", "unfinished-3"]
    assert whole.exists()
    assert elsewhere.exists()


def test_a_disk_that_refuses_does_not_stop_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_behind(tmp_path / "unfinished-1", 25)

    def read_only(self: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "touch", read_only)

    assert whole_files.sweep([tmp_path]) == 0


def test_the_worker_sweeps_by_the_clock_of_the_disk(tmp_path: Path) -> None:
    """The demonstration's clock may stand months ahead: what is being written now is not old for that."""
    ahead = FixedClock(datetime(2099, 1, 1, tzinfo=UTC))
    engine = Engine(Settings(data_dir=tmp_path), ahead)
    engine.prepare()
    folders = [tmp_path / name for name in ("materials", "papers", "archives")]
    old = [left_behind(folder / "unfinished-old", 25) for folder in folders]
    new = [left_behind(folder / "unfinished-new", 0) for folder in folders]

    for chore in engine.worker.chores:
        chore()
    engine.close()

    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in new)

"""What tests share is prepared once a run, whoever asks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest

from tests.once import prepared_once


class Factory:
    """As much of pytest's factory as is needed: the folder of one worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def getbasetemp(self) -> Path:
        self.folder.mkdir(exist_ok=True)
        return self.folder


def test_several_workers_prepare_a_thing_once_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    calls: list[Path] = []

    def prepare(folder: Path) -> list[int]:
        calls.append(folder)
        sleep(0.05)
        (folder / "it").write_text("prepared", encoding="utf-8")
        return [len(calls)]

    def ask(worker: int) -> tuple[Path, list[int]]:
        return prepared_once(Factory(tmp_path / f"gw{worker}"), "thing", prepare)  # type: ignore[arg-type]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(4)))

    assert len(calls) == 1
    assert answers == [(calls[0], [1])] * 4
    assert (calls[0] / "it").read_text(encoding="utf-8") == "prepared"


def test_a_preparation_that_failed_is_tried_anew_from_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no room")

    for _ in range(2):
        with pytest.raises(OSError, match="no room"):
            prepared_once(Factory(tmp_path), "thing", fail)  # type: ignore[arg-type]

    folder, _ = prepared_once(Factory(tmp_path), "thing", lambda folder: None)  # type: ignore[arg-type]
    assert list(folder.iterdir()) == []

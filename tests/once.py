"""What is costly to prepare is prepared once a run, by whichever worker comes first; everybody copies from it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def prepared_once(factory: pytest.TempPathFactory, name: str, prepare: Callable[[Path], Any]) -> tuple[Path, Any]:
    """The folder of this name, and what its preparation said, as JSON gives it back.

    Other workers wait while one prepares. A preparation that fails is tried anew by the next who asks, and fails there.
    """
    place = _shared(factory)
    folder, said = place / name, place / f"{name}.json"
    with _alone(place / f"{name}.lock"):
        if not said.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            answer = json.dumps(prepare(folder), ensure_ascii=False)
            said.write_text(answer, encoding="utf-8")
    return folder, json.loads(said.read_text(encoding="utf-8"))


def _shared(factory: pytest.TempPathFactory) -> Path:
    """A folder of this run that all its workers know: each has its own below the one of the run."""
    own = factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prepared-once"
    place.mkdir(exist_ok=True)
    return place


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

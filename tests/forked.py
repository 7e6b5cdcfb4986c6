"""Processes of their own that know the program already: each is forked from one that has read it and does nothing else.

They are as real as any other: they are killed and told to stop, and what is left of them is in files and databases. What they
need not do is to read the program once more, which takes longer than most of them live.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import TextIO

READ = ["tests.faults.office", "tests.faults.servers", "tests.golden.upgrading"]
"""What the process has read from which the others are forked; it is begun with the first of them."""

_forks = get_context("forkserver")
_forks.set_forkserver_preload(READ)


@dataclass(frozen=True)
class Forked:
    process: ForkServerProcess
    said: TextIO
    """Its standard output; it ends with the process."""

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    def kill(self) -> None:
        self.process.kill()

    def terminate(self) -> None:
        self.process.terminate()

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, or the signal that killed it, negative. Fails when it still runs after so many seconds."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, "it still runs"
        return self.process.exitcode


@contextmanager
def forked(main: Callable[..., None], *given: object) -> Iterator[Forked]:
    """The process does `main` with what is given; it is killed at the end when it still runs."""
    reader, writer = _forks.Pipe(duplex=False)
    process = _forks.Process(target=_speak, args=(writer, main, given))
    process.start()
    writer.close()
    with reader, os.fdopen(os.dup(reader.fileno()), encoding="utf-8") as said:
        try:
            yield Forked(process, said)
        finally:
            process.kill()
            process.join()
            process.close()


def _speak(output: Connection, main: Callable[..., None], given: tuple[object, ...]) -> None:
    """What `main` prints goes there."""
    os.dup2(output.fileno(), 1)
    output.close()
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8", line_buffering=True)
    main(*given)

"""A server of the installation, from its first moment to its last: it begins alone where it has to, and stops whole.

Told to stop (SIGTERM, Ctrl+C), it takes no new request and begins nothing new; the answers, the step, the paper, the case
file and the message that are being made are finished. What takes longer than a few seconds is left: everything that is
half done is found again by whoever comes next, since it is either in a transaction or has a lease.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import click

from engine.app import Engine
from engine.db.only_server import only_server
from engine.db.session import Database
from engine.errors import LianbanError
from tasks_ui import create_app
from tasks_ui.security import body_limit
from tasks_ui.serving import listening, serve_until

PATIENCE = 8.0
"""Seconds that what is being done has until it is finished."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def begun(database: Database) -> Iterator[None]:
    """This process is a server of the database; a signal ends it at any point of its beginning. Raises Refused."""
    with only_server(database):
        for number in SIGNALS:
            signal.signal(number, lambda *_: sys.exit(0))
        yield


def run(
    engine: Engine,
    banner: str = "",
    trusted_hosts: list[str] | None = None,
    shows: bool = True,
    works: bool = True,
) -> None:
    """The pages (`shows`) and the worker (`works`) until the process is told to stop."""
    server = _opened(engine, banner, trusted_hosts) if shows else None
    told = engine.stopping

    def stop(*_: object) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # told once is enough
        told.set()
        if server is not None:
            server.pull_trigger()

    for number in SIGNALS:
        signal.signal(number, stop)
    parts = (engine.worker, engine.delivery) if works else ()
    for part in parts:
        part.start()
    click.echo(_said(engine, server))
    _wait(server, told)
    whole = _all_end([part.stop for part in parts])
    if not whole:
        click.echo("有一件还没有做完，已经放下；下次启动从头再做。", err=True)
        sys.stderr.flush()
        os._exit(0)
    engine.close()


def _opened(engine: Engine, banner: str, trusted_hosts: list[str] | None) -> Any:
    settings = engine.settings
    app = create_app(engine, banner, trusted_hosts)
    try:
        return listening(app, settings, body_limit(engine))
    except OSError as error:
        sentence = f"{settings.host}:{settings.port} 打不开（{error.strerror}）。请停止占用这个端口的程序，或设置 LIANBAN_PORT。"
        raise LianbanError(sentence) from error


def _said(engine: Engine, server: Any) -> str:
    if server is None:
        return "到期处理已启动。（按 Ctrl+C 停止）"
    return f"联办已启动：http://{engine.settings.host}:{server.effective_port}/ （按 Ctrl+C 停止）"


def _wait(server: Any, told: Event) -> None:
    if server is None:
        told.wait()
    else:
        serve_until(server, told)


def _all_end(stops: Sequence[Callable[[], None]]) -> bool:
    """Everything is told to stop at once. Returns whether all have, within the time that they have."""
    threads = [Thread(target=stop, daemon=True) for stop in stops]
    for thread in threads:
        thread.start()
    until = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)

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

from engine.app import Engine
from engine.commands.base import say
from engine.db.only_server import only_server
from engine.db.session import Database
from engine.errors import LianbanError
from engine.messages import Text
from engine.messages import gettext as _
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
    banner: Text = "",
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
    say(_said(engine, server))
    _wait(server, told)
    whole = _all_end([part.stop for part in parts])
    if not whole:
        say(_("One job was not finished. The next start will do it from the beginning."), wrong=True)
        sys.stderr.flush()
        os._exit(0)
    engine.close()


def _opened(engine: Engine, banner: Text, trusted_hosts: list[str] | None) -> Any:
    settings = engine.settings
    app = create_app(engine, banner, trusted_hosts)
    address = f"{settings.host}:{settings.port}"
    try:
        return listening(app, settings, body_limit(engine))
    except OSError as error:
        sentence = _(
            "%(address)s cannot be opened (%(reason)s). Stop the program that is using this port, or set LIANBAN_PORT.",
            address=address,
            reason=error.strerror,
        )
        raise LianbanError(sentence) from error


def _said(engine: Engine, server: Any) -> Text:
    if server is None:
        return _("The worker is running (press Ctrl+C to stop).")
    address = f"http://{engine.settings.host}:{server.effective_port}/"
    return _("Lianban is running: %(address)s (press Ctrl+C to stop)", address=address)


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

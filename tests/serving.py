"""Ending a server of the web that runs in a thread of the test."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel

PATIENCE = 30


def end(server: Any, thread: threading.Thread) -> None:
    """Close the port and every connection, from the server's own thread: closed from outside, its wait would fail on them."""
    with suppress(OSError):  # somebody else has pulled it meanwhile, and all is closed
        server.trigger.pull_trigger(lambda: _close(server))
    thread.join(PATIENCE)
    server.task_dispatcher.shutdown()


def _close(server: Any) -> None:
    """A connection holds the last file that it sent until it ends in its own way; merely closed, it would leave it open."""
    for found in list(server._map.values()):
        if isinstance(found, HTTPChannel):
            found.handle_close()
    wasyncore.close_all(server._map, ignore_all=True)

"""Ending a server of the web that runs in a thread of the test."""

from __future__ import annotations

import threading
from typing import Any

from waitress import wasyncore

PATIENCE = 30


def end(server: Any, thread: threading.Thread) -> None:
    """Close the port and every connection, from the server's own thread: closed from outside, its wait would fail on them."""
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map, ignore_all=True))
    thread.join(PATIENCE)
    server.task_dispatcher.shutdown()

"""Servers of an installation in processes of their own: what `lianban` starts, at a time that stands still."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.app import Engine
from engine.clock import FixedClock
from engine.settings import Settings
from tasks_ui import running
from tests.forked import Forked, forked

PATIENCE = 60


def main(what: str, data_dir: str, database_url: str, now: str) -> None:
    """Serves the pages (web), works (worker), or both (serve)."""
    settings = Settings(data_dir=Path(data_dir), database_url=database_url, port=0, tick_seconds=0.05)
    engine = Engine(settings, FixedClock(now))
    with running.begun(engine.database):
        engine.prepare()
        running.run(engine, shows=what != "worker", works=what != "web")


@dataclass
class Server:
    process: Forked
    port: int

    def asked(self, path: str) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        return answer.status, told

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


@contextmanager
def server(what: str, settings: Settings, now: datetime) -> Iterator[Server]:
    """The server once it says that it has begun; killed at the end when it still runs."""
    with forked(main, what, str(settings.data_dir), settings.url, now.isoformat()) as process:
        first = process.said.readline()
        assert "已启动" in first, first
        port = re.search(r":(\d+)/", first)
        yield Server(process, int(port[1]) if port else 0)

"""Lianban's own servers in processes of their own, and a browser that keeps its connection and does nothing but post.

What a post says waits in a cookie for the page that follows. None follows here, so what posts say is not kept: it would grow
with every one of them, in both directions.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import update

from bench.stores import stat
from engine.app import Engine
from engine.db.tables import person
from engine.settings import PREFIX, Settings
from tests.processes.town import Town
from tests.web.office import PASSWORD, PASSWORD_HASH, Desk

HOST = "127.0.0.1"
PATIENCE = 60
"""Seconds that a server may take to begin."""
SECRET = "nobody needs to guess this one"


def open_doors(town: Town) -> None:
    """Everybody has the one password, whose check costs little: signing in is not what is measured."""
    town.write(lambda tx: tx.execute(update(person).values(password_hash=PASSWORD_HASH)))


def sit(engine: Engine, app: Flask, login: str) -> Desk:
    """A desk within this process at which that person has signed in."""
    desk = Desk(app, HOST)
    desk.client.set_cookie("lianban", engine.accounts.sign_in(login, PASSWORD, HOST).token or "")
    return desk


class Served:
    """A process of `lianban COMMAND` over that installation."""

    def __init__(self, settings: Settings, command: str) -> None:
        self.command, self.port = command, _free_port()
        self._log = (settings.data_dir / f"{command}-{self.port}.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tasks_ui.cli", command],
            env={**os.environ, **_environment(settings, self.port)},
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def cpu(self) -> float:
        """Milliseconds so far."""
        found = stat(self.process.pid)
        return found.own if found else 0

    def memory(self, which: str = "VmRSS") -> float:
        """Megabytes: VmRSS is what it has now, VmHWM the most it had."""
        told = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(rf"{which}:\s+(\d+) kB", told)[0]) / 1024

    def wait(self) -> None:
        """Its first page is there. Raises RuntimeError with what it said when it is not."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < until:
            try:
                if Browser(self.port).get("/login").status == http.client.OK:
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"lianban {self.command}: {Path(self._log.name).read_text(encoding='utf-8')}")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()
        self._log.close()


@contextmanager
def served(settings: Settings, commands: Sequence[str]) -> Iterator[list[Served]]:
    """A process for each command, those with pages ready to answer."""
    with ExitStack() as stack:
        processes = []
        for command in commands:
            processes.append(Served(settings, command))
            stack.callback(processes[-1].end)
        for process in processes:
            if process.command != "worker":
                process.wait()
        yield processes


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.body = response.status, response.read().decode()
        self.location = urlsplit(response.headers.get("Location", "")).path
        cookies = response.headers.get_all("Set-Cookie") or []
        self.cookies = dict(cookie.partition(";")[0].split("=", 1) for cookie in cookies)

    @property
    def token(self) -> str:
        """Against forged forms; good as long as the session."""
        return str(re.findall(r'name="csrf-token" content="([^"]+)"', self.body)[0])


class Browser:
    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
        self._cookies: dict[str, str] = {}
        self._token = ""

    def get(self, path: str) -> Answer:
        answer = self._ask("GET", path)
        self._cookies |= answer.cookies
        return answer

    def post(self, path: str, values: Mapping[str, Sequence[str]]) -> Answer:
        return self._ask("POST", path, urlencode({"csrf_token": self._token, **values}, doseq=True))

    def sign_in(self, login: str) -> None:
        self._token = self.get("/login").token
        self._cookies |= self.post("/login", {"login": [login], "password": [PASSWORD]}).cookies
        self._token = self.get("/inbox").token

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        return Answer(self._connection.getresponse())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _environment(settings: Settings, port: int) -> dict[str, str]:
    told = {
        "data_dir": str(settings.data_dir),
        "database_url": settings.database_url,
        "secret_key": SECRET,
        "host": HOST,
        "port": str(port),
    }
    return {f"{PREFIX}{name.upper()}": value for name, value in told.items() if value}

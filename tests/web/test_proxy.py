"""Who is signing in behind a reverse proxy: its address counts the wrong passwords (a hall full of people is not one person)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from engine.errors import LianbanError
from engine.settings import Settings, read_settings
from tasks_ui.serving import listening
from tests.serving import end


@contextmanager
def server(settings: Settings) -> Iterator[str]:
    """A server that answers with the address that it takes for the asker's."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [environ["REMOTE_ADDR"].encode()]

    made = listening(app, settings)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.effective_port}/"
    finally:
        end(made, thread)


def asker(address: str, **headers: str) -> str:
    with urlopen(Request(address, headers=headers), timeout=5) as answer:
        return answer.read().decode()


FORWARDED = {"X-Forwarded-For": "10.20.30.40"}


def test_the_trusted_proxy_says_who_asks() -> None:
    with server(Settings(port=0, trusted_proxy="127.0.0.1")) as address:
        assert asker(address, **FORWARDED) == "10.20.30.40"
        assert asker(address) == "127.0.0.1"


def test_nobody_else_is_believed() -> None:
    with server(Settings(port=0)) as address:
        assert asker(address, **FORWARDED) == "127.0.0.1"
    with server(Settings(port=0, trusted_proxy="10.0.0.1")) as address:
        assert asker(address, **FORWARDED) == "127.0.0.1"


def test_a_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(LianbanError, match=r"LIANBAN_TRUSTED_PROXY.*应当是一个 IP 地址"):
        read_settings({"LIANBAN_TRUSTED_PROXY": "nginx"})

"""The server on loopback, attacked: whoever works on a page has it within a second all the same."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from engine.app import Engine
from engine.settings import Settings
from tasks_ui import create_app
from tasks_ui.security import FORM_LIMIT, UPLOAD_LIMIT, body_limit
from tasks_ui.serving import ANONYMOUS_LIMIT, Patience, listening
from tests.serving import end

SHORT = Patience(head=1, idle=3, body=1, rate=2048, of_one_address=64)
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
OPENED: list[socket.socket] = []


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    engine = Engine(Settings(data_dir=tmp_path, port=0))
    engine.prepare()
    limit = body_limit(engine)

    def known(
        path: str, cookies: str, authorization: str
    ) -> int:  # a session that is known, without a password to be guessed
        return (
            (UPLOAD_LIMIT if path.endswith("/material") else FORM_LIMIT)
            if "known" in cookies
            else limit(path, cookies, authorization)
        )

    server = listening(create_app(engine), engine.settings, known, SHORT)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.effective_port
    while OPENED:
        OPENED.pop().close()
    end(server, thread)
    engine.close()


def connected(port: int) -> socket.socket:
    OPENED.append(socket.create_connection(("127.0.0.1", port), timeout=10))
    return OPENED[-1]


def page(port: int) -> float:
    """How long somebody waits for the page."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/login")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - begun


def is_closed(held: socket.socket) -> bool:
    held.settimeout(0.5)
    try:
        return held.recv(65536) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def rest_of(held: socket.socket) -> bytes:
    found = b""
    with suppress(OSError):
        while chunk := held.recv(65536):
            found += chunk
    return found


def test_many_idle_connections_keep_nobody_waiting(port: int) -> None:
    page(port)
    held = [connected(port) for _ in range(300)]

    assert page(port) < 1
    time.sleep(3)
    assert all(is_closed(one) for one in held)


@pytest.mark.parametrize("beginning", [b"", HEAD + b"Content-Length: 9000\r\n\r\n"], ids=["head", "body"])
def test_dripping_connections_are_let_go_and_keep_nobody_waiting(port: int, beginning: bytes) -> None:
    page(port)
    held = [connected(port) for _ in range(60)]
    for one in held:
        one.sendall(beginning or b"G")
    for _ in range(4):
        time.sleep(1)
        for one in held:
            with suppress(OSError):
                one.sendall(b"x")
        assert page(port) < 1

    assert all(is_closed(one) for one in held)


@pytest.mark.parametrize("length", [ANONYMOUS_LIMIT + 1, 296 * 1024 * 1024])
def test_the_body_of_nobody_is_refused_before_it_is_sent(port: int, length: int) -> None:
    held = connected(port)
    held.sendall(HEAD + f"Content-Length: {length}\r\n\r\n".encode())

    answer = rest_of(held)

    assert answer.startswith(b"HTTP/1.1 413")
    assert "没有接收" in answer.decode()


def test_a_body_that_does_not_say_its_length_is_cut_at_the_limit(port: int) -> None:
    held = connected(port)
    held.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    sent = 0
    with suppress(OSError):
        for _ in range(1000):
            held.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            sent += 4096
            time.sleep(0.002)

    assert sent < 2 * 1024 * 1024, "the server went on reading"


def test_a_form_of_many_fields_is_refused_at_once(port: int) -> None:
    body = urlencode([(f"f{number}", "") for number in range(150_000)]).encode()
    begun = time.monotonic()
    held = connected(port)
    held.sendall(HEAD + f"Cookie: lianban=known\r\nContent-Length: {len(body)}\r\n\r\n".encode())
    with suppress(OSError):
        held.sendall(body)

    assert b" 413 " in held.recv(4096)
    assert time.monotonic() - begun < 1


def test_an_upload_over_a_slow_line_arrives(port: int) -> None:
    """Slow is not dripping: what comes at the least rate is waited for."""
    size = 40_000
    held = connected(port)
    head = b"POST /tasks/x/material HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
    held.sendall(head + f"Cookie: lianban=known\r\nContent-Length: {size}\r\n\r\n".encode())
    for _ in range(10):
        held.sendall(b"x" * (size // 10))
        time.sleep(0.4)

    assert held.recv(4096).startswith(b"HTTP/1.1 4"), "the application answered"


def test_what_is_allowed_is_measured_by_who_sends_it(tmp_path: Path) -> None:
    engine: Any = Engine(Settings(data_dir=tmp_path))
    engine.prepare()
    try:
        limit = body_limit(engine)
        assert limit("/tasks/x/material", "") == limit("/tasks/x/material", "lianban=made-up") == ANONYMOUS_LIMIT
        engine.accounts.visitor = lambda token: object() if token == "one" else None
        assert limit("/tasks/x/material", "a=b; lianban=one") == UPLOAD_LIMIT
        assert limit("/tasks/x", "lianban=one") == FORM_LIMIT
        assert limit("/tasks/x", "lianban_form=one") == ANONYMOUS_LIMIT
    finally:
        engine.close()

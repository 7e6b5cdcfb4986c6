"""The tests' own server ends tidily: what it leaves open would fail whichever test runs when it is noticed."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from waitress.server import create_server

from tests.serving import end

TOO_MUCH = 32 * 1024 * 1024
"""Bytes that no socket takes in one go while nobody reads."""


def test_a_server_that_ends_closes_the_file_it_is_sending(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.truncate(TOO_MUCH)
    opened = []

    def app(environ, start_response):
        opened.append((tmp_path / "file").open("rb"))
        start_response("200 OK", [("Content-Length", str(TOO_MUCH))])
        return environ["wsgi.file_wrapper"](opened[0])

    server = create_server(app, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    with socket.create_connection(("127.0.0.1", server.effective_port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert connection.recv(8).startswith(b"HTTP")
        (channel,) = server.active_channels.values()
        while channel.requests:  # the file is the connection's once the request is answered
            threading.Event().wait(0.01)

        end(server, thread)
    assert opened[0].closed

"""Talking to the outside without ever waiting long: one POST with a time limit for each answer and one for the whole."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from engine.messages import Text
from engine.messages import gettext as _

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read; the rest is nobody's concern."""
WHOLE = 3
"""An exchange may last so many times as long as one answer."""


class DeliveryError(Exception):
    """The message did not go out; the words say why, to the bureaus of oversight. It is tried again."""

    def __init__(self, words: Text) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


class Unreachable(DeliveryError):
    """Nothing can be sent on this channel now, whatever the message."""


class RefusedForGood(DeliveryError):
    """This message will never be accepted."""


@contextmanager
def cut_after(seconds: float, sock: Callable[[], socket.socket | None]) -> Iterator[None]:
    """The connection is cut after so many seconds, whatever the other side still drips into it."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            open_socket = sock()
            if open_socket is not None:
                open_socket.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, bytes]:
    """Status and the beginning of the answer. Never follows a redirect, never asks a proxy. Raises Unreachable."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with cut_after(timeout * WHOLE, lambda: connection.sock):
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read(ANSWER_LIMIT)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(words_of(error)) from error
    finally:
        connection.close()


def words_of(error: Exception) -> Text:
    """Why a connection failed, for people who look after it."""
    match error:
        case TimeoutError():
            return _("The connection timed out without an answer.")
        case ConnectionRefusedError():
            return _("The connection was refused: no service is running at that address.")
        case socket.gaierror():
            return _("The host name cannot be resolved. Check the address.")
        case ssl.SSLCertVerificationError():
            return _(
                "The certificate of the other side is not trusted, so nothing was sent (%(why)s).",
                why=error.verify_message.rstrip("."),
            )
        case ssl.SSLError():
            return _("No encrypted connection was established. Check the certificate.")
    return _("The connection broke (%(error)s).", error=type(error).__name__)

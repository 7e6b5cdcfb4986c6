"""Talking to the outside without ever waiting long: one POST with a time limit for each answer and one for the whole."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer that are read; the rest is nobody's concern."""
WHOLE = 3
"""An exchange may last so many times as long as one answer."""


class DeliveryError(Exception):
    """The message did not go out; the words say why, to the bureaus of oversight. It is tried again."""


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


def words_of(error: Exception) -> str:
    """Why a connection failed, for people who look after it."""
    match error:
        case TimeoutError():
            return "连接超时，对方没有回应。"
        case ConnectionRefusedError():
            return "连接被拒绝，对方没有开启服务。"
        case socket.gaierror():
            return "域名解析不了，请检查地址。"
        case ssl.SSLCertVerificationError():
            return f"对方的证书不可信，没有发送任何内容（{error.verify_message.rstrip('.')}）。"
        case ssl.SSLError():
            return "加密连接没有建立，请检查证书。"
    return f"连接中断（{type(error).__name__}）。"

"""The server's limits: nobody who sends slowly, much or nothing at all keeps the others from their pages.

Waitress reads requests beside the threads that answer them, so a slow one costs a connection and no thread. What it
leaves open is closed here: how long a head and a body may take, how large a body may be for whom (refused before it is
read), and whose connections go first when there are many.
"""

from __future__ import annotations

import copy
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import RequestEntityTooLarge

from engine.messages import gettext as _
from engine.messages import speaking
from engine.settings import Settings
from tasks_ui import language

ANONYMOUS_LIMIT = 16 * 1024
"""Bytes of a body from somebody who is not signed in: a sign-in form."""
HEADER_LIMIT = 32 * 1024
CONNECTIONS = 500


@dataclass(frozen=True)
class Patience:
    """How long the server waits, in seconds."""

    head: float = 15
    """For the whole head of a request, from its first byte; and for the first byte of a new connection."""
    idle: float = 60
    """Between two requests, and for a client that takes nothing of its answer."""
    body: float = 30
    """A body may take so long however slow it is; after that it must have come at `rate`."""
    rate: float = 2048
    """Bytes a second that the slowest line is worth waiting for."""
    of_one_address: int = 64
    """Connections of one address that wait for their next byte; the oldest go when there are more."""


Limit = Callable[[str, str, str], int]
"""The bytes that a body may have, for a path, the cookies that came with it and the header Authorization."""


def _of_nobody(path: str, cookies: str, authorization: str) -> int:
    return ANONYMOUS_LIMIT


def listening(
    app: WSGIApplication, settings: Settings, limit: Limit = _of_nobody, patience: Patience | None = None
) -> Any:
    """The server, its port open. Only the trusted proxy is believed when it says from where somebody asks. Raises OSError."""
    proxy = {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for"}}
    patience = patience or Patience()
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        ident="",
        clear_untrusted_proxy_headers=True,
        connection_limit=CONNECTIONS + 50,  # never reached: old ones go first
        backlog=1024,
        asyncore_use_poll=True,
        max_request_header_size=HEADER_LIMIT,
        channel_timeout=int(max(patience.idle, 1)),
        cleanup_interval=1,
        **(proxy if settings.trusted_proxy else {}),
    )
    server.adj.limit, server.adj.patience = limit, patience
    for listener in [found for found in server._map.values() if hasattr(found, "channel_class")]:
        listener.channel_class = _Channel
        listener.maintenance = lambda now, listener=listener: _maintain(listener, now)
    return server


def serve_until(server: Any, told: Event, patience: float = 5.0) -> None:
    """Requests are answered until `told` is set. Then no connection is taken any more, and what has been asked is answered,
    within `patience` seconds."""
    turn = {"timeout": 1.0, "use_poll": server.adj.asyncore_use_poll, "map": server._map, "count": 1}
    while not told.is_set():
        server.asyncore.loop(**turn)
    for listener in [found for found in server._map.values() if hasattr(found, "channel_class")]:
        wasyncore.dispatcher.close(listener)
    until = time.monotonic() + patience
    while any(map(_is_asked, server._map.values())) and time.monotonic() < until:
        server.asyncore.loop(**{**turn, "timeout": 0.1})
    server.task_dispatcher.shutdown(timeout=max(0.0, until - time.monotonic()))


def _is_asked(found: Any) -> bool:
    """Whether somebody waits on this connection for an answer, or for the rest of one."""
    return isinstance(found, HTTPChannel) and bool(found.requests or found.total_outbufs_len)


class _TooLarge(RequestEntityTooLarge):  # type: ignore[misc]
    """Said in the language that the browser brings."""

    def __init__(self, limit: int, spoken: str) -> None:
        sentence = _(
            "What was sent is over %(size)s KB and was not accepted. If you are not signed in, sign in first. "
            "Split files that are too large.",
            size=max(limit // 1024, 1),
        )
        with speaking(spoken):
            super().__init__(str(sentence))

    def to_response(self, ident: Any = None) -> tuple[str, list[tuple[str, str]], bytes]:
        body = self.body.encode()
        headers = [("Content-Length", str(len(body))), ("Content-Type", "text/plain; charset=utf-8")]
        return f"{self.code} {self.reason}", headers, body


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Knows, once the head is read, how much may follow; more is refused before it is read."""

    adj: Any
    error: Any

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self.begun = time.monotonic()
        self.body_begun = self.begun

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.body_begun = time.monotonic()
        if self.content_length > ANONYMOUS_LIMIT or self.chunked:
            own = copy.copy(self.adj)
            given = self.headers.get("COOKIE", ""), self.headers.get("AUTHORIZATION", "")
            own.max_request_body_size = self.adj.limit(self.path, *given) + 1
            self.adj = own

    def received(self, data: bytes) -> int:
        count = int(super().received(data))
        if isinstance(self.error, RequestEntityTooLarge) and not isinstance(self.error, _TooLarge):
            spoken = language.of_browser(self.headers.get("COOKIE", ""), self.headers.get("ACCEPT_LANGUAGE", ""))
            self.error = _TooLarge(self.adj.max_request_body_size - 1, spoken)
            self.expect_continue = False
        return count

    def overdue(self, now: float, patience: Patience) -> bool:
        if not self.headers_finished:
            return now - self.begun > patience.head
        taken = now - self.body_begun
        return taken > patience.body and self.body_bytes_received / taken < patience.rate


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser

    def __init__(self, server: Any, *rest: Any, **more: Any) -> None:
        super().__init__(server, *rest, **more)
        self.opened = time.monotonic()
        self.sending_since: float | None = None
        _make_room(server, self)

    @property
    def waits(self) -> bool:
        """Whether nothing is being done for it: it has sent nothing, or not all."""
        return not self.requests and not self.total_outbufs_len

    def overdue(self, now: float) -> bool:
        patience: Patience = self.adj.patience
        if self.total_outbufs_len:
            self.sending_since = self.sending_since or now
            self.left = getattr(self, "left", self.total_outbufs_len)
            taken = now - self.sending_since
            if taken > patience.body:
                slow = (self.left - self.total_outbufs_len) / taken < patience.rate
                self.sending_since, self.left = now, self.total_outbufs_len
                return slow and not self.requests
            return False
        self.sending_since = None
        if self.requests:
            return False
        if self.request is not None:
            return bool(self.request.overdue(now, patience))
        never = self.creation_time == self.last_activity
        return never and now - self.opened > patience.head


def _maintain(listener: Any, now: float) -> None:
    """Whoever is too slow, or has been silent too long, is let go."""
    cutoff, instant = now - listener.adj.patience.idle, time.monotonic()
    for channel in list(listener.active_channels.values()):
        if channel.overdue(instant) or (not channel.requests and channel.last_activity < cutoff):
            channel.will_close = True


def _make_room(server: Any, new: _Channel) -> None:
    """When one address, or everybody together, keeps too many connections waiting, the oldest of those are let go."""
    waiting = [
        found for found in server.active_channels.values() if found is not new and found.waits and not found.will_close
    ]
    counts = Counter(found.addr[0] for found in waiting)
    address = new.addr[0]
    full = len(server.active_channels) >= CONNECTIONS
    if full and counts:
        address = counts.most_common(1)[0][0]
    elif counts[address] < new.adj.patience.of_one_address or address == new.adj.trusted_proxy:
        return
    own = [found for found in waiting if found.addr[0] == address]
    if own:
        min(own, key=lambda found: found.opened).will_close = True


_COOKIE = re.compile(r"(?:^|;\s*)lianban=([^;\s]+)")


def session_in(cookies: str) -> str:
    """The secret of a session that a browser has sent; empty when it sent none."""
    found = _COOKIE.search(cookies)
    return found[1] if found else ""

"""Mail servers that speak TLS on loopback, with certificates of an authority of our own, and servers that do it badly.

The certificates beside this module were made with OpenSSL once and are good until 2120. `trusted` and `misnamed` are signed
by `authority`, `untrusted` by one that nobody has; `misnamed` is another machine's.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.notices.receivers import HOST, Mailbox, free_port

CERTIFICATES = Path(__file__).resolve().parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"


class _Implicit(Controller):
    """Its first act is to call itself, which the library cannot do with a server's own context."""

    def _trigger_server(self) -> None:
        context = ssl.create_default_context(cafile=str(AUTHORITY))
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((HOST, self.port), 5) as plain, context.wrap_socket(plain) as secret:
            secret.recv(64)


@contextmanager
def secret_mail_server(mailbox: Mailbox, certificate: str, implicit: bool, **options: Any) -> Iterator[Mailbox]:
    """A server that encrypts from the first byte (`implicit`), or offers STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    mailbox.port = free_port()
    if implicit:
        controller: Controller = _Implicit(mailbox, HOST, mailbox.port, ssl_context=context, **options)
    else:
        controller = Controller(mailbox, HOST, mailbox.port, tls_context=context, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


class SilentHandshake:
    """Offers STARTTLS, agrees to it, and says nothing any more; keeps everything that it was told."""

    def __init__(self) -> None:
        self.heard, self.asked, self._over = bytearray(), threading.Event(), threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._talking: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._talking = connection
                with suppress(ConnectionError):  # whoever is tired of waiting hangs up
                    self._talk(connection)
                self._talking = None

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(b"220 ready\r\n")
        while heard := connection.recv(4096):
            self.heard += heard
            if heard.upper().startswith(b"EHLO"):
                connection.sendall(b"250-here\r\n250 STARTTLS\r\n")
            elif heard.upper().startswith(b"STARTTLS"):
                connection.sendall(b"220 go ahead\r\n")
                self.asked.set()

    def close(self) -> None:
        """Whoever still waits for an answer is hung up on."""
        if self._over.is_set():
            return
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if (talking := self._talking) is not None:
            with suppress(OSError):  # the other side has hung up meanwhile
                talking.shutdown(socket.SHUT_RDWR)
        self._thread.join()

"""The desktop modeler as it asks: its requests, byte by byte, over a socket."""

from __future__ import annotations

import base64
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import Message
from typing import Any

from tasks_ui.security import body_limit
from tasks_ui.serving import listening
from tests.serving import end
from tests.web.office import PASSWORD, Office

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
LOCAL_FILE = "null"
"""The origin of a page that was opened from the disk."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Modeler:
    def __init__(self, port: int, authorization: str = "", base: str = "/engine-rest") -> None:
        self.port, self.authorization, self.base = port, authorization, base

    def check_connection(self) -> Answer:
        return self.ask("GET", f"{self.base}/deployment?maxResults=0")

    def version(self) -> Answer:
        return self.ask("GET", f"{self.base}/version")

    def deploy(self, file: str, content: bytes, name: str = "", forms: Mapping[str, bytes] | None = None) -> Answer:
        parts = [
            _field("deployment-name", name or file.rpartition(".")[0]),
            _field("deployment-source", "Camunda Modeler"),
            _field("enable-duplicate-filtering", "true"),
            _file(file, "text/xml", content),
            *(_file(form, "application/octet-stream", text) for form, text in (forms or {}).items()),
        ]
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        type_ = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", f"{self.base}/deployment/create", body, {"Content-Type": type_})

    def start(self, definition_id: str, variables: Any = None) -> Answer:
        body = json.dumps({"businessKey": "default", "variables": variables}).encode()
        path = f"{self.base}/process-definition/{definition_id}/start"
        return self.ask("POST", path, body, {"Content-Type": "application/json"})

    def web_apps(self) -> Answer:
        return Modeler(self.port).ask("GET", "/.well-known/camunda-automation-platform/webapps")

    def ask(self, method: str, path: str, body: bytes | None = None, more: Mapping[str, str] | None = None) -> Answer:
        headers = {"Accept": "application/json", "Origin": LOCAL_FILE, "Host": f"localhost:{self.port}", **(more or {})}
        if self.authorization:
            headers["Authorization"] = self.authorization
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()


def basic(login: str, password: str = PASSWORD) -> str:
    """As a browser's btoa writes it."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode("latin-1")).decode()


@contextmanager
def served(office: Office) -> Iterator[int]:
    """The port at which the office is open, with the limits of a real server."""
    settings = replace(office.engine.settings, port=0)
    server = listening(office.app, settings, body_limit(office.engine))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        end(server, thread)


def _field(name: str, text: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()


def _file(name: str, type_: str, content: bytes) -> bytes:
    """The field has the name of the file, too."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\nContent-Type: {type_}\r\n\r\n'
    return head.encode() + content + b"\r\n"

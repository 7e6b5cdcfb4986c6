"""The files of a check, carried by the page itself to the form that deploys them: the server keeps no drafts."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence

from engine.deployments.sent import Sent
from engine.errors import Refused
from tasks_ui.messages import gettext as _

LIMIT = 8 * 1024 * 1024
"""Bytes that what is carried may come to when it is unpacked."""


def packed(files: Sequence[Sent]) -> str:
    told = json.dumps([[file.name, base64.b64encode(file.content).decode()] for file in files])
    return base64.b64encode(zlib.compress(told.encode())).decode()


def unpacked(text: str) -> list[Sent]:
    """Raises Refused for what no page of ours has carried."""
    try:
        unpacking = zlib.decompressobj()
        told = unpacking.decompress(base64.b64decode(text, validate=True), LIMIT)
        if not unpacking.eof:
            raise ValueError
        return [Sent(str(name), base64.b64decode(content, validate=True)) for name, content in json.loads(told)]
    except (ValueError, TypeError, zlib.error, binascii.Error, RecursionError):
        raise Refused(_("The file did not arrive complete. Check it again, then deploy it.")) from None

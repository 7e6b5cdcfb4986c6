"""The only place that makes ids and secrets, so that tests can be repeated."""

from __future__ import annotations

import secrets
from uuid import uuid4

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without the characters that people confuse


def new_id() -> str:
    """A random identifier of 32 hexadecimal digits; it tells nothing of its neighbours."""
    return uuid4().hex


def new_token() -> str:
    """A secret of 256 bits for a session."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """A password of four groups of four characters that can be read aloud; about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))

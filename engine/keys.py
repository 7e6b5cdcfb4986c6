"""The installation's key: what proves that records were written by this installation. It is never in the database.

It is the environment's LIANBAN_RECORD_KEY, or a file that only its owner can read, made once. Every purpose has a key of
its own, derived from it, so that what one seal gives away helps with no other.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.errors import SettingsError
from engine.messages import gettext as _

ALGORITHM = "hmac-sha256"
FILE = "record.key"
SHORTEST = 32
"""Characters that an installation key has at least."""
_in_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Keys:
    """The keys that are derived from one installation key. `id` names it and gives nothing of it away."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._purposes: dict[str, bytes] = {}
        self.id = self._derived("name")[:8].hex()

    def seal(self, purpose: str, content: Any) -> str:
        """The keyed hash of something that can be written as JSON."""
        return hmac.digest(self._derived(purpose), _in_json(content).encode(), "sha256").hex()

    def fits(self, purpose: str, content: Any, seal: object) -> bool:
        return isinstance(seal, str) and hmac.compare_digest(self.seal(purpose, content).encode(), seal.encode())

    def signing_key(self) -> Ed25519PrivateKey:
        """Signs case files; whoever has its public half can check them without this installation."""
        return Ed25519PrivateKey.from_private_bytes(self._derived("archive-signature"))

    @property
    def public_key(self) -> str:
        return self.signing_key().public_key().public_bytes_raw().hex()

    def _derived(self, purpose: str) -> bytes:
        if purpose not in self._purposes:
            self._purposes[purpose] = hmac.digest(self._secret, b"lianban/1/" + purpose.encode(), "sha256")
        return self._purposes[purpose]


def read_keys(folder: Path, given: str = "") -> Keys:
    """The keys of the installation whose data lie in `folder`; one that has none yet gets one.

    Raises OSError, and SettingsError when what is kept there is no key.
    """
    if given:
        return Keys(given.encode())
    path = folder / FILE
    if not path.exists():
        _make(path)
    return Keys(_kept(path))


def _make(path: Path) -> None:
    """There is a whole key at the path; of two processes that make one at once the first one's stays."""
    made = path.with_name(f"{FILE}.{secrets.token_hex(8)}")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink()


def unrelated() -> Keys:
    """Keys that nothing was sealed with and nothing will fit tomorrow: of a database that is opened without an installation."""
    return Keys(secrets.token_bytes(32))


def _kept(path: Path) -> bytes:
    secret = path.read_bytes().strip()
    if len(secret) < SHORTEST:
        raise SettingsError(_("There is no key in %(path)s. Restore the original file from a back-up.", path=str(path)))
    return secret

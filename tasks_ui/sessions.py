"""The session of forms in its signed cookie, as Flask keeps it, without making what signs it anew for every request."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Sessions(SecureCookieSessionInterface):
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return _signing(self, app, app.secret_key)


@lru_cache(maxsize=8)
def _signing(sessions: Sessions, app: Flask, _key: str | bytes | None) -> URLSafeTimedSerializer | None:
    return SecureCookieSessionInterface.get_signing_serializer(sessions, app)

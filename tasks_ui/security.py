"""What guards every page: sessions, forged forms, the content policy, and who is looking.

The session's secret is a cookie that scripts cannot read; the server keeps only its hash. Who a visitor is, is read anew
for every request, so a change of post counts at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ParamSpec, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from engine.app import Engine
from engine.documents.files import SIZE_LIMIT
from engine.errors import NotAllowed, NotSignedIn
from engine.ids import new_id
from engine.organisation.assignment import Actor
from engine.organisation.sign_ins import WHOLE_LIMIT, Visitor
from engine.runtime.step import repeated_forms
from tasks_ui.messages import gettext as _
from tasks_ui.serving import ANONYMOUS_LIMIT, Limit, session_in
from tasks_ui.sessions import Sessions

P = ParamSpec("P")
R = TypeVar("R")
COOKIE = "lianban"
CONFIRMED = "_confirmed"
"""The field that names the warning which whoever sends a form has read; no form of a procedure can have such a key."""
CHECKED, SHOWN = "_checked", "_shown"
"""The papers that are ticked as read, and those that the page shows; they are the reader's own note, no answer."""
WINDOW, WINDOW_SHOWN = "_window", "_window_shown"
"""The window whose form is kept as a draft by a button, and the one that had saved the draft that it showed."""
ONWARD = "_onward"
"""The task to which whoever hands this one in goes on: the id that the button has named, or nothing in particular."""
FORM_LIMIT = 2 * 1024 * 1024
UPLOAD_LIMIT = 4 * SIZE_LIMIT + 1024 * 1024
"""Bytes of a form with files: several at once, each of its own limit."""
UPLOADS = {"inbox.add_material"}
_DEPLOY_PATH = re.compile(r"/(engine-)?rest/deployment/create")
_UPLOAD_PATH = re.compile(r"/tasks/[^/]+/material")
FIELDS = 2000
"""Fields that one form may have: more than any form of a procedure."""
OWN_FIELDS = {"csrf_token", "once"}
"""What every form of the pages holds besides what is asked."""
NO_ANSWERS = {*OWN_FIELDS, CONFIRMED, CHECKED, SHOWN, WINDOW, WINDOW_SHOWN, ONWARD}
DRAFTS = {"inbox.save_draft", "inbox.save_beginning", "inbox.check"}
"""A page saves its draft, and what is ticked, again and again, each time with the id of the form that is not sent yet; the
last one counts."""
NOBODYS = {"static", "probes.health", "probes.ready"}
"""What is the same for everybody: nobody is asked who is looking, so it needs no database."""
PROGRAMS = "modeler"
"""The blueprint of programs, which say with each request who asks; a cookie counts for nothing there."""
OPEN_ENDPOINTS = NOBODYS | {"account.login", "account.sign_in", "account.appearance"}
BEFORE_A_PASSWORD = OPEN_ENDPOINTS | {"account.password", "account.change_password", "account.sign_out"}
"""What is reachable with a password that was given out once, until it is changed."""
KNOWN = "lianban_known_"
KNOWN_FOR = timedelta(days=400)
_FORM_ID = re.compile(r"[0-9a-zA-Z-]{16,64}")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
DRAWING = "; style-src-attr 'unsafe-inline'"
"""The diagram's library sets style attributes; only pages with a diagram allow them."""


def protect(app: Flask, engine: Engine) -> None:
    """Every request of the application is guarded from here on."""
    app.config.update(
        SECRET_KEY=engine.settings.secret_key or _kept_secret(engine.settings.data_dir / "secret"),
        SESSION_COOKIE_NAME=f"{COOKIE}_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=engine.settings.secure_cookies,
        MAX_CONTENT_LENGTH=FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_LIMIT,
        MAX_FORM_PARTS=FIELDS,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session lives: a form filled in slowly must not be lost
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    app.before_request(_allow_uploads)
    app.before_request(_identify)  # first: who is signed out is told so, not that the form is too old
    CSRFProtect(app)
    app.before_request(_note_form)  # last: only what is let in counts as sent
    app.teardown_request(lambda _error: repeated_forms.over())
    app.jinja_env.globals["new_form_id"] = new_id
    app.after_request(_guard)


def engine() -> Engine:
    """The engine of this application."""
    return current_app.extensions["engine"]  # type: ignore[no-any-return]


def visitor() -> Visitor:
    """Who is looking. Raises NotSignedIn."""
    found = g.get("visitor")
    if found is None:
        raise NotSignedIn
    return found  # type: ignore[no-any-return]


def actor() -> Actor:
    """Who is acting, for which unit, and in spite of which warning. Raises NotSignedIn."""
    found, confirmed = visitor().actor, request.form.get(CONFIRMED, "") if request.method == "POST" else ""
    return replace(found, confirmed=confirmed) if confirmed else found


def token() -> str:
    return request.cookies.get(COOKIE, "")


def sent() -> dict[str, list[str]]:
    """The values of the form that was sent, without what is the page's own."""
    return {key: request.form.getlist(key) for key in request.form if key not in NO_ANSWERS}


def let_in(response: AnyResponse, secret: str) -> AnyResponse:
    """The response opens the session: a new cookie, and nothing left of what was before."""
    session.clear()
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(WHOLE_LIMIT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=engine().settings.secure_cookies,
    )
    return response


def known_browsers() -> list[str]:
    """The ids by which this browser is known; what we have not signed is no id."""
    found = []
    for name in [name for name in request.cookies if name.startswith(KNOWN)][:30]:
        try:
            found.append(str(_signer().loads(request.cookies[name])))
        except BadSignature:
            continue
    return found


def remember(response: AnyResponse, person_id: str, browser: str) -> AnyResponse:
    """The browser is known to be this person's from now on: its tries to sign in are counted by themselves."""
    whose = hashlib.sha256(person_id.encode()).hexdigest()[:12]
    response.set_cookie(
        KNOWN + whose,
        _signer().dumps(browser),
        max_age=int(KNOWN_FOR.total_seconds()),
        path="/login",
        httponly=True,
        samesite="Lax",
        secure=engine().settings.secure_cookies,
    )
    return response


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def let_out(response: AnyResponse) -> AnyResponse:
    session.clear()
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=engine().settings.secure_cookies)
    return response


def drawing(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view whose page holds a diagram."""
    view.draws = True  # type: ignore[attr-defined]
    return view


def body_limit(engine: Engine) -> Limit:
    """How many bytes the server takes from whom, before the application sees any of them."""

    def limit(path: str, cookies: str, authorization: str = "") -> int:
        """Whether a password is right is found out slowly, and so not here: a program that names one may send a diagram,
        and is refused, and counted, when it is there."""
        if authorization and _DEPLOY_PATH.fullmatch(path):
            return FORM_LIMIT
        secret = session_in(cookies)
        if not secret or engine.accounts.visitor(secret) is None:
            return ANONYMOUS_LIMIT
        return UPLOAD_LIMIT if _UPLOAD_PATH.fullmatch(path) else FORM_LIMIT

    return limit


def _allow_uploads() -> None:
    """A form with a file may be larger. Before anything reads the form, as the guard against forged forms does."""
    if request.endpoint in UPLOADS:
        request.max_content_length = UPLOAD_LIMIT
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= FIELDS:
        raise RequestEntityTooLarge


def _identify() -> AnyResponse | None:
    if request.endpoint in NOBODYS or request.blueprint == PROGRAMS:
        return None
    secret = token()
    g.visitor = engine().accounts.visitor(secret) if secret else None
    if g.visitor is None and request.endpoint not in OPEN_ENDPOINTS and request.endpoint is not None:
        if request.method == "GET" and request.accept_mimetypes["text/html"]:
            return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
        raise NotSignedIn(_("You have been signed out. Sign in again. Saved drafts are kept."))
    if g.visitor is not None and g.visitor.must_change_password and request.endpoint not in BEFORE_A_PASSWORD:
        if request.method == "GET" and request.accept_mimetypes["text/html"]:
            return redirect(url_for("account.password"))
        raise NotAllowed(_("Change the one-time password first."))
    return None


def _note_form() -> None:
    """The form that was sent does its work once: sent again, it is answered as it was the first time."""
    repeated_forms.over()
    found, form_id = g.get("visitor"), request.form.get("once", "") if request.method == "POST" else ""
    if found is None or _only_keeps() or not _FORM_ID.fullmatch(form_id):
        return
    told = [(key, value) for key, value in request.form.items(multi=True) if key not in OWN_FIELDS]
    told += [(file.filename or "", _digest(file)) for file in request.files.values() if file.filename]
    own_id = repeated_forms.digest([form_id, request.path, found.actor.unit_code])
    repeated_forms.begin(repeated_forms.Sending(found.person.id, own_id, repeated_forms.digest(told)))


def _only_keeps() -> bool:
    """Whether the form is only kept as a draft, also on the way to another one: it is still to be sent."""
    return request.endpoint in DRAFTS or (request.endpoint == "inbox.begin" and bool(request.form.get("instead")))


def _digest(file: FileStorage) -> str:
    digest = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return digest


def _guard(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY + (DRAWING if getattr(view, "draws", False) else ""))
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("X-Frame-Options", "DENY")
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "geolocation=(), microphone=()"
    if request.path.startswith("/static/dist/assets/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def _kept_secret(path: Path) -> str:
    """A secret made once for this installation, in a file that only its owner reads."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")

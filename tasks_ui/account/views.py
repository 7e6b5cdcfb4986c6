"""Signing in and out, and for whom one acts."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tasks_ui.security import engine, let_in, let_out, token, visitor

pages = Blueprint("account", __name__)


@pages.get("/login")
def login() -> ResponseReturnValue:
    if g.visitor is not None:
        return redirect(url_for("inbox.tasks"))
    return render_template("account/login.html", login="", message="", next=_own_path(request.args.get("next", "")))


@pages.post("/login")
def sign_in() -> ResponseReturnValue:
    name, password = request.form.get("login", "").strip(), request.form.get("password", "")
    onward = _own_path(request.form.get("next", ""))
    found = engine().sign_in(name, password, request.remote_addr or "")
    if found.token is None:
        return render_template("account/login.html", login=name, message=found.message, next=onward), 422
    return let_in(redirect(onward or url_for("inbox.tasks")), found.token)


@pages.post("/logout")
def sign_out() -> ResponseReturnValue:
    engine().sign_out(token())
    return let_out(redirect(url_for("account.login")))


@pages.post("/acting")
def act_for() -> ResponseReturnValue:
    """The person acts for another of their units from now on."""
    visitor()
    engine().act_for(token(), request.form.get("unit", ""))
    return redirect(url_for("inbox.tasks"))


@pages.get("/health")
def health() -> ResponseReturnValue:
    """Answers when the process and its database do."""
    engine().next_due()
    return {"status": "ok"}


def _own_path(target: str) -> str:
    """A path on this server, or nothing: nobody is sent elsewhere after signing in."""
    parts = urlsplit(target)
    is_own = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_own and "\n" not in target and "\r" not in target else ""

"""Signing in and out, and for whom one acts."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues
from engine.messages import Text
from engine.uses.library import require
from engine.uses.programs import Token
from tasks_ui.language import LANGUAGES
from tasks_ui.language import remember as keep_choice
from tasks_ui.messages import gettext as _
from tasks_ui.security import engine, known_browsers, let_in, let_out, remember, token, visitor

pages = Blueprint("account", __name__)


@pages.get("/login")
def login() -> ResponseReturnValue:
    if g.visitor is not None:
        return redirect(url_for("inbox.tasks"))
    return _door("", "", _own_path(request.args.get("next", "")))


@pages.post("/login")
def sign_in() -> ResponseReturnValue:
    name, password = request.form.get("login", "").strip(), request.form.get("password", "")
    onward = _own_path(request.form.get("next", ""))
    found = engine().accounts.sign_in(name, password, request.remote_addr or "", known_browsers())
    if found.token is None or found.person_id is None:
        return _door(name, found.message, onward), 422
    response = let_in(redirect(onward or url_for("inbox.tasks")), found.token)
    return remember(response, found.person_id, found.browser) if found.browser else response


@pages.get("/account/password")
def password() -> ResponseReturnValue:
    return render_template("account/password.html", problems={}, first=visitor().must_change_password)


@pages.post("/account/password")
def change_password() -> ResponseReturnValue:
    """The person has a password of the own choice; every other session is over."""
    me = visitor()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        engine().accounts.choose_password(me.person.id, token(), old, new, again)
    except InvalidValues as error:
        shown = render_template("account/password.html", problems=error.problems, first=me.must_change_password)
        return shown, 422
    flash(_("The password is changed. You are signed out everywhere else."), "ok")
    return redirect(url_for("inbox.tasks"))


@pages.get("/account/modeler")
def modeler() -> ResponseReturnValue:
    """What the desktop modeler is told to reach this installation, and where a token is made for it."""
    return _modeler(None)


@pages.post("/account/modeler")
def make_token() -> ResponseReturnValue:
    """A token by which a modeler acts for the person; it stands on this one page and nowhere else."""
    require(visitor().actor, "read_procedures")
    return _modeler(engine().programs.make_token(visitor().person.id))


@pages.post("/logout")
def sign_out() -> ResponseReturnValue:
    engine().accounts.sign_out(token())
    return let_out(redirect(url_for("account.login")))


@pages.post("/acting")
def act_for() -> ResponseReturnValue:
    """The person acts for another of their units from now on."""
    visitor()
    engine().accounts.act_for(token(), request.form.get("unit", ""))
    return redirect(url_for("inbox.tasks"))


@pages.post("/settings/appearance")
def appearance() -> ResponseReturnValue:
    """The pages are in the language, and in the size of type, that the button names; a person's choice is kept."""
    chosen: dict[str, str | bool] = {}
    if request.form.get("language") in LANGUAGES:
        chosen["language"] = request.form["language"]
    if request.form.get("large_type") in ("yes", "no"):
        chosen["large_type"] = request.form["large_type"] == "yes"
    if g.visitor is not None:
        engine().accounts.choose_appearance(g.visitor.person.id, chosen)
    back = redirect(_own_path(request.form.get("next", "")) or url_for("inbox.tasks"))
    return keep_choice(back, chosen, engine().settings.secure_cookies)


def _modeler(token: Token | None) -> str:
    require(visitor().actor, "read_procedures")
    root = engine().settings.base_url or request.host_url.rstrip("/")
    return render_template("account/modeler.html", address=f"{root}/engine-rest", made=token)


def _door(login: str, message: Text, onward: str) -> str:
    founded = engine().accounts.is_founded()
    return render_template("account/login.html", login=login, message=message, next=onward, founded=founded)


def _own_path(target: str) -> str:
    """A path on this server, or nothing: nobody is sent elsewhere after signing in."""
    parts = urlsplit(target)
    is_own = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_own and "\n" not in target and "\r" not in target else ""

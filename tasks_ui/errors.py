"""How an error reaches a reader: one sentence that says what to do, with the status that machines expect."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, SecurityError

from engine.errors import LianbanError, Unsure
from engine.runtime.step.confidentiality import AMEND
from tasks_ui.messages import gettext as _
from tasks_ui.security import CONFIRMED, sent

log = logging.getLogger("lianban.pages")


def register(app: Flask) -> None:
    app.register_error_handler(LianbanError, _ours)
    app.register_error_handler(Unsure, _unsure)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(SecurityError, _elsewhere)
    app.register_error_handler(HTTPException, _web)
    app.register_error_handler(Exception, _unknown)


def wants_json() -> bool:
    """Whether a script of ours is asking, not a reader."""
    return request.headers.get("X-Requested-With") == "fetch" or request.accept_mimetypes.best == "application/json"


def show(message: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(message=message), status
    return render_template("error.html", message=message, status=status, **_nowhere(status)), status


def _nowhere(status: int) -> dict[str, str]:
    """What is not there, or may not be seen, is answered with the same page whatever was asked for: not even the switches
    name its address."""
    return {"come_back": ""} if status == 404 else {}


def _ours(error: LianbanError) -> ResponseReturnValue:
    if error.status >= 500:
        log.error("%s: %s", error.code, error.message)
    return show(error.message, error.status)


def _unsure(unsure: Unsure) -> ResponseReturnValue:
    """What was found, and the form as it was sent: to go on with it, or to have it back and change it."""
    if wants_json():
        return jsonify(message="".join(unsure.problems.values())), unsure.status
    page = render_template(
        "unsure.html", unsure=unsure, sent=sent(), address=request.full_path.rstrip("?"), name=CONFIRMED, amend=AMEND
    )
    return page, unsure.status


def _stale() -> str:
    return _(
        "This page was open too long, or you have signed in again since. Nothing was submitted. "
        "Reload it and submit again."
    )


def _forged(_error: CSRFError) -> ResponseReturnValue:
    """A script of ours is given the token of the present session: whoever has signed in anew in another window goes on
    with the page as it is, when it is the same person's. No other site can read the answer.
    """
    found = g.get("visitor")
    if wants_json() and found is not None:
        return jsonify(message=_stale(), token=generate_csrf(), person=found.person.id), 400
    return show(_stale(), 400)


def _elsewhere(_error: SecurityError) -> ResponseReturnValue:
    """A request for another host: no page, since no address of a page can be made for it."""
    return Response(
        _("This is not the address of Lianban. Open the one your unit gave you."), 400, mimetype="text/plain"
    )


def _web(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    sentences = {
        400: _("What the browser sent was incomplete. Go back and try again."),
        404: _("There is no such page, or your unit is not a party to the case."),
        405: _("This address cannot be opened directly. Use the menu."),
        413: _("Too much was sent. The limits are 2 MB for a form, 50 MB for a file and 200 MB in total."),
        429: _("Too many requests. Try again a little later."),
    }
    return show(sentences.get(status, _("This request could not be completed. Go back and try again.")), status)


def _unknown(_error: Exception) -> ResponseReturnValue:
    log.exception("a page failed")
    return show(
        _("Something went wrong. Nothing has changed. Try again; if it fails again, contact the system administrator."),
        500,
    )

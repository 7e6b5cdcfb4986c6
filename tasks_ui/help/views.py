"""The pages of help, in the reader's language as far as they are written in it."""

from __future__ import annotations

from flask import Blueprint, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from engine.errors import NotFound
from tasks_ui.help import written
from tasks_ui.help.written import PAGES, PICTURES
from tasks_ui.language import language
from tasks_ui.messages import gettext as _
from tasks_ui.security import visitor

pages = Blueprint("help", __name__)


@pages.get("/help")
def listed() -> ResponseReturnValue:
    visitor()
    return render_template("help/listed.html", found={name: written.page(name, language()) for name in PAGES})


@pages.get("/help/<name>")
def page(name: str) -> ResponseReturnValue:
    visitor()
    if name not in PAGES:
        raise NotFound(_("There is no such help page."))
    return render_template("help/page.html", found=written.page(name, language()))


@pages.get("/help/pictures/<path:file>")
def picture(file: str) -> ResponseReturnValue:
    visitor()
    return send_from_directory(PICTURES, file)

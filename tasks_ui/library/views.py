"""The pages of the library of procedures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.deployments.differences import ADDED, REMOVED
from engine.deployments.sent import Sent
from engine.errors import DiagramRefused, InvalidValues, NotFound, Refused
from engine.organisation.assignment import may
from engine.problems import Problem
from engine.uses.library import Checked, deployer, require, required
from tasks_ui.library.carried import packed, unpacked
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, drawing, engine

pages = Blueprint("library", __name__)
pages.add_app_template_filter(deployer, "deployer")
TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "templates" / "lianban.json"
FILES = "files"
"""The field of the files that are sent."""


@pages.get("/procedures")
def listed() -> ResponseReturnValue:
    found = engine().library.listed(actor())
    return render_template("library/procedures.html", found=found, rights=_rights())


@pages.get("/procedures/check")
def ask() -> ResponseReturnValue:
    """Where a file is chosen, or dropped."""
    require(actor(), "draw_procedure")
    return render_template("library/check.html", checked=None, rights=_rights())


@pages.post("/procedures/check")
@drawing
def check() -> ResponseReturnValue:
    """What was found in the file, on its diagram and as a list."""
    require(actor(), "draw_procedure")
    sent = [Sent(file.filename, file.read()) for file in request.files.getlist(FILES) if file.filename]
    try:
        checked = engine().library.check(actor(), sent)
    except Refused as refused:
        shown = render_template("library/check.html", checked=None, rights=_rights(), refused=refused.message)
        return shown, 422
    return _checked(checked, sent), 200 if checked.is_clean else 422


@pages.post("/procedures/deploy")
@drawing
def deploy() -> ResponseReturnValue:
    """What was checked is in force; what has come to stand in its way meanwhile is shown as at the check."""
    require(actor(), "deploy_procedure")
    sent = unpacked(request.form.get("carried", ""))
    try:
        reason = required(request.form.get("reason", ""))
        found = engine().library.deploy(actor(), sent, reason).definition
    except InvalidValues as invalid:
        return _checked(engine().library.check(actor(), sent), sent, invalid.problems), 422
    except DiagramRefused:
        return _checked(engine().library.check(actor(), sent), sent), 422
    flash(
        _(
            "Version %(version)s of %(name)s is in force. Cases that are open stay with theirs.",
            version=found.version,
            name=found.called,
        ),
        "ok",
    )
    return redirect(url_for("library.version", key=found.key, number=found.version))


@pages.get("/procedures/<key>")
@drawing
def in_force(key: str) -> ResponseReturnValue:
    return _version(key, None)


@pages.get("/procedures/<key>/<int:number>")
@drawing
def version(key: str, number: int) -> ResponseReturnValue:
    return _version(key, number)


@pages.get("/procedures/<key>/<int:number>/diagram.bpmn")
def diagram(key: str, number: int) -> ResponseReturnValue:
    """The analyst's file, byte for byte."""
    return _file(engine().library.diagram(actor(), key, number), "application/xml", f"{key}.bpmn")


@pages.get("/procedures/<key>/<int:number>/forms/<form_id>")
def form(key: str, number: int, form_id: str) -> ResponseReturnValue:
    return _file(engine().library.form(actor(), key, number, form_id), "application/json", f"{form_id}.form")


@pages.get("/procedures/<key>/compare")
def compare(key: str) -> ResponseReturnValue:
    """What differs between two versions that the address names."""
    before, after = (request.args.get(name, 0, type=int) for name in ("before", "after"))
    found = engine().library.compared(actor(), key, before, after)
    return render_template("library/compare.html", found=found)


@pages.post("/procedures/<key>/<int:number>/restore")
@drawing
def restore(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> tuple[int, str]:
        new = engine().library.restore(actor(), key, number, reason)
        return new, _("What version %(old)s was is in force as version %(new)s.", old=number, new=new)

    return _changed(key, number, work)


@pages.post("/procedures/<key>/<int:number>/retire")
@drawing
def retire(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> tuple[int, str]:
        engine().library.retire(actor(), key, reason)
        return number, _("The procedure is retired. Nobody can start it; its open cases go on.")

    return _changed(key, number, work)


@pages.post("/procedures/<key>/<int:number>/revive")
@drawing
def revive(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> tuple[int, str]:
        engine().library.revive(actor(), key, reason)
        return number, _("The procedure can be started again.")

    return _changed(key, number, work)


@pages.get("/procedures/templates.json")
def templates() -> ResponseReturnValue:
    """The element templates for the desktop modeler."""
    require(actor(), "read_procedures")
    return _file(TEMPLATES.read_bytes(), "application/json", TEMPLATES.name)


@pages.get("/from-modeler/repository")
def deployed() -> ResponseReturnValue:
    """Where the modeler leads from a deployment: to the page of its version."""
    try:
        wanted = json.loads(request.args.get("deploymentsQuery", "[]"))
        definition_id = str(wanted[0]["value"])
    except (ValueError, LookupError, TypeError, RecursionError):
        raise NotFound from None
    key, number = engine().library.place_of(actor(), definition_id)
    return redirect(url_for("library.version", key=key, number=number))


@pages.get("/from-modeler/process-instance/<number>")
def begun(number: str) -> ResponseReturnValue:
    """Where the modeler leads from a case that it has started."""
    return redirect(url_for("instances.instance", number=number))


def _changed(key: str, number: int, work: Callable[[str], tuple[int, str]]) -> ResponseReturnValue:
    try:
        shown, sentence = work(request.form.get("reason", ""))
    except InvalidValues as invalid:
        return _version(key, number, request.endpoint or "", invalid.problems), 422
    except DiagramRefused as refused:
        return _version(key, number, request.endpoint or "", {"reason": str(refused.whole)}), 422
    flash(sentence, "ok")
    return redirect(url_for("library.version", key=key, number=shown))


def _version(key: str, number: int | None, refused: str = "", problems: Mapping[str, str] | None = None) -> str:
    """`refused` is the endpoint of the form that did not do."""
    found = engine().library.version(actor(), key, number)
    return render_template(
        "library/version.html",
        found=found,
        rights=_rights(),
        refused=refused,
        problems=problems or {},
    )


def _checked(checked: Checked, sent: Sequence[Sent], wrong: Mapping[str, str] | None = None) -> str:
    return render_template(
        "library/check.html",
        checked=checked,
        found=_numbered(checked),
        marks={"xml": _text(checked.content), "found": _marks(checked)},
        carried=packed(sent),
        wrong=wrong or {},
        rights=_rights(),
    )


def _numbered(checked: Checked) -> list[tuple[str, Problem]]:
    """Errors by numbers, warnings by letters: what stands in the list and on the diagram."""
    errors = [(str(number), problem) for number, problem in enumerate(checked.findings.errors, 1)]
    return errors + [(_letter(place), problem) for place, problem in enumerate(checked.warnings)]


def _letter(place: int) -> str:
    """A, B, … Z, A1, B1, …"""
    turn, letter = divmod(place, len(ascii_uppercase))
    return ascii_uppercase[letter] + (str(turn) if turn else "")


def _marks(checked: Checked) -> list[dict[str, object]]:
    """What is drawn on the diagram: what the problems are numbered with at their elements, or what has changed."""
    signs: dict[str, list[str]] = {}
    wrong: set[str] = set()
    for sign, problem in _numbered(checked):
        if place := checked.places.get(problem.element_id):
            signs.setdefault(place, []).append(sign)
            wrong |= {place} if problem in checked.findings.errors else set()
    found: list[dict[str, object]] = [
        {"element": place, "text": " ".join(told), "state": "over" if place in wrong else "near"}
        for place, told in signs.items()
    ]
    changed = [change for change in checked.changes if change.kind != REMOVED] if checked.is_clean else []
    return found + [
        {"element": change.element_id, "text": "+" if change.kind == ADDED else "≠", "state": "near"}
        for change in changed
        if change.element_id not in signs
    ]


def _text(content: bytes) -> str:
    """The diagram for the viewer; what cannot be read is not drawn."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _rights() -> dict[str, bool]:
    verbs = ("draw_procedure", "deploy_procedure", "retire_procedure")
    return {verb: may(actor(), verb, None).allowed for verb in verbs}


def _file(content: bytes, media_type: str, name: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response

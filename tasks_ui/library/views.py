"""The pages of the library of procedures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.deployments.differences import ADDED, REMOVED
from engine.deployments.sent import Sent
from engine.errors import DiagramRefused, InvalidValues, NotFound, Refused
from engine.trial import sent as trying
from engine.trial.course import TestsFailed
from engine.uses.deploying import Deployed, Waiting
from engine.uses.library import deployer, require, required
from tasks_ui import sending_words
from tasks_ui.library.carried import packed, unpacked
from tasks_ui.library.shown import downloaded, mark_of, marks_of, names_of, numbered, rights, text_of, tried
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
    kept = engine().kept_files.listed(actor())
    return render_template("library/procedures.html", found=found, kept=kept, rights=rights())


@pages.get("/procedures/check")
def ask() -> ResponseReturnValue:
    """Where a file is chosen, or dropped."""
    require(actor(), "draw_procedure")
    return render_template("library/check.html", checked=None, rights=rights())


@pages.post("/procedures/check")
@drawing
def check() -> ResponseReturnValue:
    """What was found in the file, on its diagram and as a list; and what became of its tests."""
    require(actor(), "draw_procedure")
    sent = [Sent(file.filename, file.read()) for file in request.files.getlist(FILES) if file.filename]
    try:
        return _checked(sent)
    except Refused as refused:
        shown = render_template("library/check.html", checked=None, rights=rights(), refused=refused.message)
        return shown, 422


@pages.post("/procedures/deploy")
@drawing
def deploy() -> ResponseReturnValue:
    """What was checked is in force, or waits for a second person; what stands in its way by now is shown as at the check."""
    require(actor(), "deploy_procedure")
    sent = unpacked(request.form.get("carried", ""))
    try:
        reason = required(request.form.get("reason", ""))
        done, outdated = trying.deploy(engine(), actor(), sent, reason, request.form.get("meant") == "yes")
    except InvalidValues as invalid:
        return _checked(sent, invalid.problems)[0], 422
    except TestsFailed:
        return _checked(sent, {"meant": _("Look at what the tests found. Then tick this, or correct the diagram.")})[
            0
        ], 422
    except DiagramRefused:
        return _checked(sent)[0], 422
    return settled(done, outdated)


def flash_outdated(names: Sequence[str]) -> None:
    if names:
        flash(
            _("These tests no longer match. They were kept as they are: %(names)s", names=sending_words.listed(names)),
            "ok",
        )


def settled(done: Deployed | Waiting, outdated: Sequence[str] = ()) -> ResponseReturnValue:
    """On to the version that is in force, or to what waits; `outdated` are tests that do not hold any more."""
    if isinstance(done, Waiting):
        flash(_("Not in force yet: a second person has to confirm it first."), "ok")
        return redirect(url_for("kept.view", kept_id=done.kept.id))
    found = done.definition
    said = _(
        "Version %(version)s of %(name)s is now in force. Open cases stay with their versions.",
        version=found.version,
        name=found.called,
    )
    flash(said, "ok")
    flash_outdated(outdated)
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
    return downloaded(engine().library.diagram(actor(), key, number), "application/xml", f"{key}.bpmn")


@pages.get("/procedures/<key>/<int:number>/forms/<form_id>")
def form(key: str, number: int, form_id: str) -> ResponseReturnValue:
    return downloaded(engine().library.form(actor(), key, number, form_id), "application/json", f"{form_id}.form")


@pages.get("/procedures/<key>/<int:number>/tests.yaml")
def tests(key: str, number: int) -> ResponseReturnValue:
    return downloaded(engine().library.tests(actor(), key, number), "application/yaml", f"{key}.tests.yaml")


@pages.get("/procedures/<key>/compare")
@drawing
def compare(key: str) -> ResponseReturnValue:
    """What differs between two versions that the address names, side by side on their diagrams and as a list."""
    before, after = (request.args.get(name, 0, type=int) for name in ("before", "after"))
    found = engine().library.compared(actor(), key, before, after)
    gone, there = ([mark_of(one) for one in found.changes if one.kind != kind] for kind in (ADDED, REMOVED))
    sides = list(zip((found.before, found.after), found.drawings, ({"found": gone}, {"found": there}), strict=True))
    return render_template("library/compare.html", found=found, sides=sides)


@pages.post("/procedures/<key>/<int:number>/restore")
@drawing
def restore(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> ResponseReturnValue:
        done = engine().library.restore(actor(), key, number, reason)
        if isinstance(done, Waiting):
            return settled(done)
        said = _("The content of version %(old)s is in force again, as version %(new)s.", old=number, new=done.version)
        return _shown(key, done.version, said)

    return _changed(key, number, work)


@pages.post("/procedures/<key>/<int:number>/retire")
@drawing
def retire(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> ResponseReturnValue:
        engine().library.retire(actor(), key, reason)
        return _shown(key, number, _("The procedure is retired. Nobody can start it. Its open cases go on."))

    return _changed(key, number, work)


@pages.post("/procedures/<key>/<int:number>/revive")
@drawing
def revive(key: str, number: int) -> ResponseReturnValue:
    def work(reason: str) -> ResponseReturnValue:
        engine().library.revive(actor(), key, reason)
        return _shown(key, number, _("The procedure can be started again."))

    return _changed(key, number, work)


@pages.get("/procedures/templates.json")
def templates() -> ResponseReturnValue:
    """The element templates for the desktop modeler."""
    require(actor(), "read_procedures")
    return downloaded(TEMPLATES.read_bytes(), "application/json", TEMPLATES.name)


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


def _shown(key: str, number: int, said: str) -> ResponseReturnValue:
    flash(said, "ok")
    return redirect(url_for("library.version", key=key, number=number))


def _changed(key: str, number: int, work: Callable[[str], ResponseReturnValue]) -> ResponseReturnValue:
    try:
        return work(request.form.get("reason", ""))
    except InvalidValues as invalid:
        return _version(key, number, request.endpoint or "", invalid.problems), 422
    except DiagramRefused as refused:
        return _version(key, number, request.endpoint or "", {"reason": str(refused.whole)}), 422


def _version(key: str, number: int | None, refused: str = "", problems: Mapping[str, str] | None = None) -> str:
    """`refused` is the endpoint of the form that did not do."""
    found = engine().library.version(actor(), key, number)
    return render_template(
        "library/version.html",
        found=found,
        kept=[one for one in engine().kept_files.listed(actor()) if one.kept.key == key],
        tests=names_of(found.tests),
        rights=rights(),
        refused=refused,
        problems=problems or {},
    )


def _checked(sent: Sequence[Sent], wrong: Mapping[str, str] | None = None) -> tuple[str, int]:
    """The page of what was found, and whether it stands in the way of a deployment as a status."""
    checked = engine().library.check(actor(), sent)
    tests = tried(checked, lambda: engine().library.file(actor(), sent))
    page = render_template(
        "library/check.html",
        checked=checked,
        found=numbered(checked),
        tests=tests,
        marks={"xml": text_of(checked.content), "found": marks_of(checked)},
        carried=packed(sent),
        wrong=wrong or {},
        reason=request.form.get("reason", ""),
        rights=rights(),
    )
    stops = not checked.tests_carried and any(one.differs for one in tests)
    return page, 200 if checked.is_clean and not stops else 422

"""The pages of what is kept before it is in force: drafts, and deployments that wait for a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import DiagramRefused, InvalidValues
from engine.trial import sent as trying
from engine.trial.course import TestsFailed
from engine.uses.library import require, required
from tasks_ui.library.carried import unpacked
from tasks_ui.library.shown import downloaded, marks_of, numbered, rights, text_of, tried
from tasks_ui.library.views import flash_outdated, settled
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, drawing, engine

pages = Blueprint("kept", __name__)


@pages.post("/procedures/drafts")
def keep() -> ResponseReturnValue:
    """What was checked is a draft: it is there tomorrow, and nobody can start it."""
    require(actor(), "draw_procedure")
    sent = unpacked(request.form.get("carried", ""))
    kept = engine().kept_files.keep_draft(actor(), sent, request.form.get("note", ""))
    flash(_("Kept as a draft. What is in force has not changed."), "ok")
    return redirect(url_for("kept.view", kept_id=kept.id))


@pages.get("/kept-files/<kept_id>")
@drawing
def view(kept_id: str) -> ResponseReturnValue:
    return _page(kept_id)


@pages.get("/kept-files/<kept_id>/diagram.bpmn")
def diagram(kept_id: str) -> ResponseReturnValue:
    """The diagram as it was sent, byte for byte."""
    found = engine().kept_files.diagram(actor(), kept_id)
    return downloaded(found.content, "application/xml", found.base)


@pages.get("/kept-files/<kept_id>/files.zip")
def package(kept_id: str) -> ResponseReturnValue:
    return downloaded(engine().kept_files.package(actor(), kept_id), "application/zip", f"{kept_id[:8]}.zip")


@pages.post("/kept-files/<kept_id>/deploy")
@drawing
def deploy(kept_id: str) -> ResponseReturnValue:
    """What was a draft is in force, or waits for a second person."""

    def work() -> ResponseReturnValue:
        reason = required(request.form.get("reason", ""))
        outdated = _tested(kept_id)
        return settled(engine().kept_files.deploy_draft(actor(), kept_id, reason, outdated), outdated)

    return _done(kept_id, work)


@pages.post("/kept-files/<kept_id>/drop")
def drop(kept_id: str) -> ResponseReturnValue:
    engine().kept_files.drop_draft(actor(), kept_id)
    flash(_("Draft deleted."), "ok")
    return redirect(url_for("library.listed"))


@pages.post("/kept-files/<kept_id>/confirm")
@drawing
def confirm(kept_id: str) -> ResponseReturnValue:
    """What waited is in force: a second person has looked at what differs."""

    def work() -> ResponseReturnValue:
        seen, looked = request.form.get("seen", -1, type=int), request.form.get("looked") == "yes"
        outdated = _tested(kept_id) if looked else ()
        found = engine().kept_files.confirm(actor(), kept_id, seen, looked, outdated)
        flash_outdated(outdated)
        said = _("Version %(version)s of %(name)s is now in force.", version=found.version, name=found.called)
        flash(said, "ok")
        return redirect(url_for("library.version", key=found.key, number=found.version))

    return _done(kept_id, work)


@pages.post("/kept-files/<kept_id>/refuse")
@drawing
def refuse(kept_id: str) -> ResponseReturnValue:
    def work() -> ResponseReturnValue:
        engine().kept_files.refuse(actor(), kept_id, request.form.get("reason", ""))
        flash(_("Refused. The person who sent it can read your reason here."), "ok")
        return redirect(url_for("kept.view", kept_id=kept_id))

    return _done(kept_id, work)


@pages.post("/kept-files/<kept_id>/take-back")
@drawing
def take_back(kept_id: str) -> ResponseReturnValue:
    def work() -> ResponseReturnValue:
        engine().kept_files.take_back(actor(), kept_id, request.form.get("reason", ""))
        flash(_("Taken back. It no longer waits for a second person."), "ok")
        return redirect(url_for("kept.view", kept_id=kept_id))

    return _done(kept_id, work)


def _tested(kept_id: str) -> tuple[str, ...]:
    """What is kept is still in order, and the tests that came with it pass. Returns those of the version in force that do
    not hold any more, which stand on the page. Raises DiagramRefused, TestsFailed."""
    file = engine().kept_files.file(actor(), kept_id)
    trying.in_order(engine(), file)
    return trying.require_passed(engine(), file, is_meant=True)


def _done(kept_id: str, work: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    try:
        return work()
    except InvalidValues as invalid:
        return _page(kept_id, request.endpoint or "", invalid.problems), 422
    except (DiagramRefused, TestsFailed):
        return _page(kept_id), 422


def _page(kept_id: str, refused: str = "", problems: Mapping[str, str] | None = None) -> str:
    """`refused` is the endpoint of the form that did not do."""
    found = engine().kept_files.view(actor(), kept_id)
    return render_template(
        "library/kept.html",
        found=found,
        kept=found.line.kept,
        checked=found.checked,
        found_problems=numbered(found.checked),
        tests=tried(found.checked, lambda: engine().kept_files.file(actor(), kept_id)),
        marks={"xml": text_of(found.checked.content), "found": marks_of(found.checked)},
        rights=rights(),
        refused=refused,
        problems=problems or {},
    )

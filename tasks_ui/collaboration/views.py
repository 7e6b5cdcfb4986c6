"""Comments, copies, corrections, remarks and cancelling: the small forms of an instance's page, and their own pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues
from engine.reports.case.collaboration import Collaboration
from engine.runtime.collaboration.comments import Spoken
from tasks_ui.instances.views import instance_page
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, drawing, engine, sent
from tasks_ui.sending_words import listed

pages = Blueprint("collaboration", __name__)

T = TypeVar("T")
TOP = "main"
"""The id of the part of every page that begins with what there is to be told."""


@pages.app_template_global("talk_of")
def talk_of(number: str) -> Collaboration:
    """What was said beside the tasks of the instance, for the pages of its tasks."""
    return engine().collaboration.of_instance(actor(), number)


@pages.post("/instances/<number>/comments")
@drawing
def comment(number: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(number, "talk", _("Comment posted."), lambda: uses.comment(actor(), number, raw), _unreached)


@pages.post("/instances/<number>/comments/<comment_id>/retract")
def retract_comment(number: str, comment_id: str) -> ResponseReturnValue:
    engine().collaboration.retract_comment(actor(), number, comment_id)
    flash(_("Comment withdrawn."), "ok")
    return _back(number, "talk")


@pages.post("/instances/<number>/copies")
@drawing
def send_copy(number: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(number, "copies", _("Copy sent."), lambda: uses.send_copy(actor(), number, raw))


@pages.post("/instances/<number>/copies/<copy_id>/revoke")
def revoke_copy(number: str, copy_id: str) -> ResponseReturnValue:
    engine().collaboration.revoke_copy(actor(), number, copy_id)
    flash(_("Copy revoked. It can no longer be read."), "ok")
    return _back(number, "copies")


@pages.post("/instances/<number>/remarks")
@drawing
def remark(number: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(
        number,
        "remark",
        _("Your note has been sent to the unit's principal leader."),
        lambda: uses.remark(actor(), number, raw),
    )


@pages.post("/instances/<number>/withdraw")
@drawing
def withdraw(number: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(number, "main", _("Case cancelled."), lambda: uses.withdraw(actor(), number, raw))


@pages.post("/instances/<number>/rounds/<run_id>/add")
@drawing
def add_member(number: str, run_id: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(number, members_place(run_id), _("Unit added."), lambda: uses.add_member(actor(), number, run_id, raw))


@pages.post("/instances/<number>/rounds/<run_id>/take-off")
@drawing
def take_off_member(number: str, run_id: str) -> ResponseReturnValue:
    uses, raw = engine().collaboration, sent()
    return _done(
        number,
        members_place(run_id),
        _("Unit removed."),
        lambda: uses.take_off_member(actor(), number, run_id, raw),
    )


@pages.app_template_global("members_place")
def members_place(run_id: str) -> str:
    """Where on the page of an instance the members of this run are changed."""
    return f"members-{run_id}"


# --- corrections ---


@pages.get("/instances/<number>/correct/<item>")
def correct(number: str, item: str) -> ResponseReturnValue:
    proposal = engine().collaboration.proposal(actor(), number, item)
    return render_template("collaboration/correct.html", proposal=proposal, problems={})


@pages.post("/instances/<number>/correct/<item>")
def propose_correction(number: str, item: str) -> ResponseReturnValue:
    raw = sent()
    try:
        engine().collaboration.propose_correction(actor(), number, item, raw)
    except InvalidValues as invalid:
        proposal = engine().collaboration.proposal(actor(), number, item, raw)
        page = render_template("collaboration/correct.html", proposal=proposal, problems=invalid.problems)
        return page, invalid.status
    flash(_("Correction proposed. A leader of your unit decides on it."), "ok")
    return _back(number, "corrections")


@pages.get("/corrections/<correction_id>")
def correction(correction_id: str) -> ResponseReturnValue:
    found = engine().collaboration.correction(actor(), correction_id)
    return render_template("collaboration/correction.html", found=found, problems={}, sent={})


@pages.post("/corrections/<correction_id>")
def decide_correction(correction_id: str) -> ResponseReturnValue:
    raw = sent()
    try:
        approved = engine().collaboration.decide_correction(actor(), correction_id, raw)
    except InvalidValues as invalid:
        found = engine().collaboration.correction(actor(), correction_id)
        values = {key: values[0] for key, values in raw.items() if values}
        page = render_template("collaboration/correction.html", found=found, problems=invalid.problems, sent=values)
        return page, invalid.status
    flash(
        _("Correction approved. Periods that use it are recounted.") if approved else _("Correction sent back."), "ok"
    )
    return redirect(url_for("inbox.tasks"))


@pages.post("/corrections/<correction_id>/take-back")
def take_back_correction(correction_id: str) -> ResponseReturnValue:
    found = engine().collaboration.correction(actor(), correction_id)
    engine().collaboration.take_back_correction(actor(), correction_id)
    flash(_("Correction withdrawn."), "ok")
    return _back(found.number, "corrections")


# --- within ---


def _unreached(spoken: Spoken) -> str:
    """The sentence about every @ that reaches nobody; empty when each has reached its person."""
    if not spoken.unreached:
        return ""
    calls = listed(_("'@%(name)s'", name=words) for words in spoken.unreached)
    return _(
        "%(calls)s: nobody was notified. Either nobody of that name can see this comment, or more than one "
        "person can. Post another comment and choose from the list.",
        calls=calls,
    )


def _done(
    number: str, place: str, said: str, use: Callable[[], T], warning: Callable[[T], str] = lambda _: ""
) -> ResponseReturnValue:
    """The use is done and said; when something is wrong with what was typed, it stands there again with the sentence.

    A warning about what came of it stands above everything else: the page is then opened at its top, or nobody would see
    it. The top has to be named, since a browser takes the place over from the address that the form was sent to.
    """
    try:
        came_of_it = use()
    except InvalidValues as invalid:
        values = {key: values[0] for key, values in sent().items() if values}
        return instance_page(number, {place: invalid.problems}, {place: values}), invalid.status
    flash(said, "ok")
    if sentence := warning(came_of_it):
        flash(sentence, "warn")
        place = TOP
    return _back(number, place)


def _back(number: str, place: str) -> ResponseReturnValue:
    """Where the form was sent from: the page of a task, or that of the instance."""
    task_id = request.form.get("task", "")
    if task_id:
        return redirect(url_for("inbox.task", task_id=task_id, _anchor=place))
    return redirect(url_for("instances.instance", number=number, _anchor=place))

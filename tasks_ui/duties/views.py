"""The 职责边界清单: read by everybody; the justice bureau's leaders adopt or reject what disputes have settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, engine

pages = Blueprint("duties", __name__)


@pages.get("/duties")
def listed() -> ResponseReturnValue:
    return _page("", {}), 200


@pages.post("/duties/<proposal_id>/adopt")
def adopt(proposal_id: str) -> ResponseReturnValue:
    day, reason = request.form.get("valid_from", ""), request.form.get("reason", "")
    return _decided(
        proposal_id,
        _("Adopted into the list of duties. Earlier entries stay."),
        lambda: engine().duties.adopt(actor(), proposal_id, day, reason),
    )


@pages.post("/duties/<proposal_id>/reject")
def reject(proposal_id: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    return _decided(
        proposal_id,
        _("Proposal rejected. The list stays as it is."),
        lambda: engine().duties.reject(actor(), proposal_id, reason),
    )


def _decided(proposal_id: str, sentence: str, decide: Callable[[], None]) -> ResponseReturnValue:
    try:
        decide()
    except InvalidValues as invalid:
        return _page(proposal_id, invalid.problems), invalid.status
    flash(sentence, "ok")
    return redirect(url_for("duties.listed"))


def _page(proposal_id: str, problems: Mapping[str, str]) -> str:
    """The page; what was refused stands in the form again."""
    return render_template(
        "duties/duties.html",
        found=engine().duties.listed(actor()),
        refused=proposal_id,
        problems=problems,
        sent=request.form,
    )

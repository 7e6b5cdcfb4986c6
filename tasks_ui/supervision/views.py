"""Oversight: every instance of the city, and each procedure's diagram with counts."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from tasks_ui.instances.views import kept, read_filters
from tasks_ui.security import actor, drawing, engine
from tasks_ui.widgets import page_number

pages = Blueprint("supervision", __name__)


@pages.get("/supervision")
@drawing
def overview() -> ResponseReturnValue:
    filters = read_filters("running")
    found = engine().supervision(actor(), filters, page_number())
    keys = [key for key, _ in found.listing.procedures]
    shown = request.args.get("diagram", "")
    key = shown if shown in keys else keys[0] if keys else ""
    counts = engine().procedure_counts(actor(), key) if key else None
    return render_template(
        "supervision/supervision.html", found=found, filters=filters, kept=kept(filters), counts=counts
    )


@pages.get("/supervision/<key>/diagram.bpmn")
def diagram(key: str) -> ResponseReturnValue:
    return Response(engine().latest_diagram(actor(), key), mimetype="application/xml")

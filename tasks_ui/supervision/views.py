"""Oversight: every instance of the city, and each procedure's diagram with counts."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from engine.reports.oversight.by_unit import UnitsWanted
from tasks_ui.instances.views import kept, read_filters
from tasks_ui.security import actor, drawing, engine
from tasks_ui.widgets import page_place, page_row

pages = Blueprint("supervision", __name__)


@pages.get("/supervision")
@drawing
def overview() -> ResponseReturnValue:
    filters = read_filters("running")
    shown, items = request.args.get("diagram", ""), page_place("items_")
    units = UnitsWanted(request.args.get("group", ""), page_row("units_"))
    found = engine().oversight.supervision(actor(), filters, page_place(), shown, items, units)
    return render_template("supervision/supervision.html", found=found, filters=filters, kept=kept(filters))


@pages.get("/supervision/<key>/diagram.bpmn")
def diagram(key: str) -> ResponseReturnValue:
    return Response(engine().oversight.latest_diagram(actor(), key), mimetype="application/xml")

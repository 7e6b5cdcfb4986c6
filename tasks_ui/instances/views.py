"""Where an instance stands, its documents and its material."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.reports.parts.filters import Filters
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, drawing, engine, sent
from tasks_ui.widgets import page_place

pages = Blueprint("instances", __name__)
HELD_APART = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'self'; sandbox"
"""What a file that somebody sent may do in a browser: be looked at."""
SHOWN_INLINE = {"application/pdf", "image/jpeg", "image/png", "video/mp4"}


@pages.get("/instances")
def listing() -> ResponseReturnValue:
    filters = read_filters("")
    found = engine().instances.listed(actor(), filters, page_place())
    return render_template("instances/listing.html", listing=found, filters=filters, kept=kept(filters))


@pages.get("/instances/<number>")
@drawing
def instance(number: str) -> ResponseReturnValue:
    engine().collaboration.note_reading(actor(), number)
    return instance_page(number)


@pages.get("/instances/<number>/diagram.bpmn")
def diagram(number: str) -> ResponseReturnValue:
    return Response(engine().instances.diagram_of(actor(), number), mimetype="application/xml")


@pages.get("/instances/<number>/archive.zip")
def archive(number: str) -> ResponseReturnValue:
    """The package of the ended case, for the unit that keeps it."""
    path = engine().archives.package(actor(), number)
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=path.name)


@pages.post("/instances/<number>/press/<element_id>")
def press(number: str, element_id: str) -> ResponseReturnValue:
    sent()
    task_id = engine().instances.press(actor(), number, element_id)
    if task_id:
        return redirect(url_for("inbox.task", task_id=task_id))
    flash(_("Started."), "ok")
    return redirect(url_for("instances.instance", number=number))


@pages.get("/documents/<document_id>")
def document(document_id: str) -> ResponseReturnValue:
    view = engine().papers.document(actor(), document_id)
    return render_template("instances/document.html", document=view, shown=engine().papers.shown(view))


@pages.get("/materials/<material_id>/preview")
def preview(material_id: str) -> ResponseReturnValue:
    """A picture, a PDF or a film on a page of ours, with the neighbours on the list."""
    return render_template("instances/material.html", view=engine().materials.view(actor(), material_id))


@pages.get("/materials/<material_id>")
def material(material_id: str) -> ResponseReturnValue:
    """The file: shown when a browser can show it safely, else handed over under its name."""
    found, path = engine().materials.file(actor(), material_id)
    inline = found.media_type in SHOWN_INLINE
    response = send_file(
        path, mimetype=found.media_type, as_attachment=not inline, download_name=found.file_name, conditional=True
    )
    response.headers["Content-Security-Policy"] = HELD_APART
    response.headers["X-Frame-Options"] = "SAMEORIGIN"  # the page of the preview frames it
    return response


def instance_page(
    number: str,
    problems: Mapping[str, Mapping[str, str]] | None = None,
    typed: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """The page of the instance; `problems` and `typed` are of its small forms, each by the form's place on the page."""
    return render_template(
        "instances/instance.html",
        instance=engine().instances.instance(actor(), number),
        talk=engine().collaboration.of_instance(actor(), number),
        talk_wrong=problems or {},
        talk_typed=typed or {},
    )


def read_filters(state: str) -> Filters:
    """The filters that the address names; `state` is meant when it names none."""
    return Filters(
        key=request.args.get("key", ""),
        state=request.args.get("state", state),
        unit_code=request.args.get("unit", ""),
        text=request.args.get("q", "").strip(),
    )


def kept(filters: Filters) -> dict[str, str]:
    """The filters as they stand in an address."""
    named = {"key": filters.key, "state": filters.state, "unit": filters.unit_code, "q": filters.text}
    return {name: value for name, value in named.items() if value}

"""Papers: drafts looked at and edited, issued papers shown as pages and as PDF, signed for and voided."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues, LianbanError, NotAllowed, NotFound
from engine.runtime.documents.wording import Texts
from tasks_ui.messages import gettext as _
from tasks_ui.security import actor, engine, sent

pages = Blueprint("papers", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


# --- drafts ---


@pages.get("/tasks/<task_id>/papers/<issuing_id>")
def draft(task_id: str, issuing_id: str) -> ResponseReturnValue:
    """Every page of a draft."""
    view = engine().paper_drafts.draft(actor(), task_id, issuing_id)
    count, failure = 0, view.unprintable
    try:
        count = len(engine().paper_drafts.pictures(actor(), task_id, issuing_id))
    except LianbanError as error:
        failure = error.message
    return render_template("papers/draft.html", paper=view, task_id=task_id, count=count, failure=failure)


@pages.get("/tasks/<task_id>/papers/<issuing_id>/pages/<int:number>.png")
def draft_page(task_id: str, issuing_id: str, number: int) -> ResponseReturnValue:
    return _picture(engine().paper_drafts.pictures(actor(), task_id, issuing_id), number)


@pages.get("/tasks/<task_id>/papers/<issuing_id>/draft.docx")
def draft_file(task_id: str, issuing_id: str) -> ResponseReturnValue:
    name, content = engine().paper_drafts.word_file(actor(), task_id, issuing_id)
    return send_file(BytesIO(content), mimetype=WORD, as_attachment=True, download_name=name)


@pages.get("/tasks/<task_id>/papers/<issuing_id>/edit")
def edit(task_id: str, issuing_id: str) -> ResponseReturnValue:
    view = engine().paper_drafts.draft(actor(), task_id, issuing_id)
    if not view.may_edit:
        raise NotAllowed(_("Only the person handling this step can edit the document."))
    return render_template("papers/edit.html", paper=view, task_id=task_id, texts=view.texts, problems={})


@pages.post("/tasks/<task_id>/papers/<issuing_id>/edit")
def save(task_id: str, issuing_id: str) -> ResponseReturnValue:
    values = {key: found[0] for key, found in sent().items() if found}
    texts = Texts(
        title=" ".join(values.get("title", "").split()),
        paragraphs=_lines(values.get("paragraphs", "")),
        attachments=_lines(values.get("attachments", "")),
        contact=" ".join(values.get("contact", "").split()),
    )
    try:
        engine().paper_drafts.save(actor(), task_id, issuing_id, texts)
    except LianbanError as error:
        problems = error.problems if isinstance(error, InvalidValues) else {"": error.message}
        if error.status not in (409, 422):
            raise
        view = engine().paper_drafts.draft(actor(), task_id, issuing_id)
        page = render_template("papers/edit.html", paper=view, task_id=task_id, texts=texts, problems=problems)
        return page, error.status
    flash(_("Document saved. It will be signed off as edited."), "ok")
    return redirect(url_for("papers.draft", task_id=task_id, issuing_id=issuing_id))


@pages.post("/tasks/<task_id>/papers/<issuing_id>/reset")
def reset(task_id: str, issuing_id: str) -> ResponseReturnValue:
    sent()
    engine().paper_drafts.drop(actor(), task_id, issuing_id)
    flash(_("The generated text has been restored."), "ok")
    return redirect(url_for("papers.draft", task_id=task_id, issuing_id=issuing_id))


# --- issued papers ---


@pages.get("/documents/<document_id>/pages/<int:number>.png")
def issued_page(document_id: str, number: int) -> ResponseReturnValue:
    return _picture(engine().papers.pictures(actor(), document_id), number)


@pages.get("/documents/<document_id>/paper.pdf")
def pdf(document_id: str) -> ResponseReturnValue:
    """The record itself: shown by the browser, which also prints it, or saved with `?save=1`."""
    made = engine().papers.pdf(actor(), document_id)
    saved = bool(request.args.get("save"))
    response = send_file(made.path, mimetype="application/pdf", as_attachment=saved, download_name=made.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
    return response


@pages.post("/documents/<document_id>/sign-for")
def sign_for(document_id: str) -> ResponseReturnValue:
    sent()
    engine().papers.sign_for(actor(), document_id)
    flash(_("Signed for."), "ok")
    return redirect(url_for("instances.document", document_id=document_id))


@pages.post("/documents/<document_id>/void")
def void(document_id: str) -> ResponseReturnValue:
    try:
        engine().papers.void(actor(), document_id, request.form.get("reason", ""))
    except InvalidValues as invalid:
        flash(invalid.problems["reason"], "warn")
    else:
        flash(
            _("The document is void. Its number is kept and not reused. The unit that received it has been notified."),
            "ok",
        )
    return redirect(url_for("instances.document", document_id=document_id))


def _picture(drawn: list[bytes], number: int) -> Response:
    if not 1 <= number <= len(drawn):
        raise NotFound(_("There is no such page."))
    return Response(drawn[number - 1], mimetype="image/png")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in (" ".join(part.split()) for part in text.splitlines()) if line)

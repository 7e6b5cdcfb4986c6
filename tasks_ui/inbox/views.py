"""The inbox, one task, and starting a procedure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.documents.files import SIZE_LIMIT, Upload
from engine.documents.materials import KINDS
from engine.errors import InvalidValues, LianbanError, Refused, Unsure
from engine.reports.desk.inbox import TABS
from engine.reports.parts.answers import Look
from engine.reports.parts.filters import Filters
from engine.runtime.tasks.drafts import Window
from tasks_ui.dates import weekday
from tasks_ui.inbox.handling import with_its_name
from tasks_ui.inbox.task_page import say_done, task_page
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext
from tasks_ui.names import named
from tasks_ui.security import CHECKED, ONWARD, SHOWN, WINDOW, WINDOW_SHOWN, actor, engine, sent
from tasks_ui.widgets import clock, now, page_place

pages = Blueprint("inbox", __name__)


@pages.context_processor
def _choices() -> dict[str, object]:
    return {"kinds": KINDS, "size_limit": SIZE_LIMIT}


@pages.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("inbox.tasks"))


@pages.get("/inbox")
def tasks() -> ResponseReturnValue:
    tab = request.args.get("tab", "todo")
    tab = tab if tab in TABS else "todo"
    filters = Filters(
        key=request.args.get("key", ""),
        state=request.args.get("state", ""),
        unit_code=request.args.get("unit", ""),
        text=request.args.get("q", "").strip(),
    )
    found = engine().tasks.inbox(actor(), tab, filters, page_place())
    kept = {"tab": tab, "key": filters.key, "state": filters.state, "unit": filters.unit_code, "q": filters.text}
    return render_template("inbox/inbox.html", inbox=found, filters=filters, kept={k: v for k, v in kept.items() if v})


@pages.post("/tasks/claim")
def claim() -> ResponseReturnValue:
    """One task or several are claimed; those that somebody else was faster with are named, the others are claimed."""
    claimed = 0
    for task_id in request.form.getlist("task"):
        try:
            engine().tasks.claim(actor(), task_id)
            claimed += 1
        except LianbanError as error:
            flash(with_its_name(task_id, error.message), "warn")
    if claimed:
        flash(ngettext("%(num)d task claimed.", "%(num)d tasks claimed.", claimed), "ok")
    onward = request.form.get("onward", "")
    if onward == "task" and len(request.form.getlist("task")) == 1:
        return redirect(url_for("inbox.task", task_id=request.form["task"]))
    return redirect(url_for("inbox.tasks", tab=request.form.get("tab", "todo")))


@pages.get("/tasks/<task_id>")
def task(task_id: str) -> ResponseReturnValue:
    """The page of a task; `kind` in the address is of the material added last, for the next one of its kind."""
    return task_page(engine().tasks.task(actor(), task_id), material={"kind": request.args.get("kind")})


def _window() -> Window | None:
    """The window that saves a draft, as its script says; None when a draft is saved by something else."""
    name = request.headers.get("X-Draft-Window", request.form.get(WINDOW, ""))
    shown = request.headers.get("X-Draft-Shown", request.form.get(WINDOW_SHOWN, ""))
    return Window(name, shown) if name else None


@pages.post("/tasks/<task_id>/release")
def release(task_id: str) -> ResponseReturnValue:
    engine().tasks.release(actor(), task_id)
    flash(_("Released. Anybody in this post can claim it."), "ok")
    return redirect(url_for("inbox.tasks"))


@pages.post("/tasks/<task_id>/draft")
def save_draft(task_id: str) -> ResponseReturnValue:
    engine().tasks.save_draft(actor(), task_id, sent(), _window())
    return jsonify(time=clock(now()))


@pages.post("/tasks/<task_id>/draft/other")
def change_draft(task_id: str) -> ResponseReturnValue:
    engine().tasks.change_draft(actor(), task_id)
    flash(_("You now see the other draft. The first one is kept, and you can switch back."), "ok")
    return redirect(url_for("inbox.task", task_id=task_id))


@pages.get("/tasks/<task_id>/checked")
def checked(task_id: str) -> ResponseReturnValue:
    """What this person has ticked as read, for another window of the same page."""
    return jsonify(checked=sorted(engine().checking.of_task(actor(), task_id)))


@pages.post("/tasks/<task_id>/checked")
def check(task_id: str) -> ResponseReturnValue:
    """One paper is ticked, by the script; or all that the page without scripts shows, and what was typed stays as a draft."""
    if "paper" in request.form:
        engine().checking.check(actor(), task_id, request.form["paper"], request.form.get("checked") == "true")
        return jsonify(checked=sorted(engine().checking.of_task(actor(), task_id)))
    engine().checking.keep(actor(), task_id, request.form.getlist(SHOWN), request.form.getlist(CHECKED))
    engine().tasks.save_draft(actor(), task_id, sent())
    flash(_("Ticks saved. What you filled in is kept as a draft."), "ok")
    return redirect(url_for("inbox.task", task_id=task_id))


@pages.post("/tasks/<task_id>/look")
def look(task_id: str) -> ResponseReturnValue:
    """What the form asks and warns of, for the values so far."""
    seen = engine().tasks.look_at_answers(actor(), task_id, sent())
    return jsonify(**_as_json(seen), papers=sorted(seen.papers), fragments=_advice(seen))


def _as_json(seen: Look) -> dict[str, object]:
    """What a form asks, warns of and takes over, as its script reads it."""
    return {
        "shown": sorted(seen.shown),
        "warnings": {key: str(sentence) for key, sentence in seen.warnings.items()},
        "follows": dict(seen.follows),
        "tags": {key: str(tag) for key, tag in seen.tags.items()},
        "remedies": {key: {"value": remedy.value, "label": str(remedy.label)} for key, remedy in seen.remedies.items()},
        "lastDays": {key: f"{day} {weekday(day)}" for key, day in seen.last_days.items()},
    }


def _advice(seen: Look) -> dict[str, str]:
    """What the list says of each matter, as it stands on the page."""
    advice = current_app.jinja_env.get_template("inbox/_form.html").make_module({}).advice  # type: ignore[attr-defined]
    return {f"advice-{key}": str(advice(found)) for key, found in seen.advice.items()}


def _by_list(raw: dict[str, list[str]], asked: str, follows: Mapping[str, str]) -> dict[str, list[str]]:
    """What was typed, with what the list gives: `asked` is one field and its value, or a matter that fills empty ones."""
    key, given, value = asked.partition("=")
    if given:
        return {**raw, key: [value]}
    empty = {key for key in follows if not any(text.strip() for text in raw.get(key, []))}
    return raw | {key: [follows[key]] for key in empty if follows[key]}


@pages.post("/tasks/<task_id>")
def complete(task_id: str) -> ResponseReturnValue:
    raw = sent()
    without_opinions = raw.pop("without_opinions", []) == ["true"]
    if asked := "".join(raw.pop("by_list", [])):
        raw = _by_list(raw, asked, engine().tasks.look_at_answers(actor(), task_id, raw).follows)
        return task_page(engine().tasks.task(actor(), task_id, raw))
    try:
        done, held = engine().tasks.complete_and_look(actor(), task_id, raw, without_opinions)
    except (InvalidValues, Unsure) as wrong:
        view, confirm = engine().tasks.task(actor(), task_id, raw), wrong.token if isinstance(wrong, Unsure) else ""
        return task_page(view, wrong.problems, confirm=confirm), wrong.status
    say_done(done, held, elsewhere=ONWARD in request.form)
    if ONWARD in request.form:
        return _to_next(task_id, request.form[ONWARD])
    if done.next_task_id:
        return redirect(url_for("inbox.task", task_id=done.next_task_id))
    flash("", "next")  # the page that comes offers the most urgent task of one's own under one key
    return redirect(url_for("instances.instance", number=done.number))


def _to_next(task_id: str, wanted: str) -> ResponseReturnValue:
    """On to the next task of the person's inbox; to the inbox, which says so, when none is left."""
    following = engine().tasks.next_task(actor(), task_id, wanted)
    if following is not None:
        return redirect(url_for("inbox.task", task_id=following.task_id))
    flash(_("You have no other tasks."), "ok")
    return redirect(url_for("inbox.tasks"))


@pages.post("/tasks/<task_id>/material")
def add_material(task_id: str) -> ResponseReturnValue:
    values = {key: found[0] for key, found in sent().items() if found}
    files = request.files.getlist("file")
    uploads = [Upload(file.filename, file.stream) for file in files if file.filename]
    try:
        added = engine().materials.add(actor(), task_id, values, uploads)
    except InvalidValues as invalid:
        view = engine().tasks.task(actor(), task_id)
        problems = {f"material-{key}": sentence for key, sentence in invalid.problems.items()}
        return task_page(view, problems, values), invalid.status
    if doubt := engine().materials.doubt(actor(), task_id, [values.get("title", ""), *(up.name for up in uploads)]):
        flash(str(doubt), "warn")
    flash(_added(added), "ok")
    return redirect(url_for("inbox.task", task_id=task_id, kind=values.get("kind"), _anchor="materials"))


@pages.post("/tasks/<task_id>/material/take-over")
def take_over_material(task_id: str) -> ResponseReturnValue:
    try:
        added = engine().materials.take_over(actor(), task_id, request.form.getlist("chosen"))
    except InvalidValues as invalid:
        view = engine().tasks.task(actor(), task_id)
        return task_page(view, {"material-chosen": invalid.problems["chosen"]}), invalid.status
    flash(_added(added), "ok")
    return redirect(url_for("inbox.task", task_id=task_id, _anchor="materials"))


@pages.post("/tasks/<task_id>/material/<material_id>/rename")
def rename_material(task_id: str, material_id: str) -> ResponseReturnValue:
    try:
        engine().materials.rename(actor(), task_id, material_id, request.form.get("title", ""))
    except InvalidValues as invalid:
        flash(invalid.problems["rename"], "warn")
    else:
        flash(_("Material renamed."), "ok")
        if doubt := engine().materials.doubt(actor(), task_id, [request.form.get("title", "")]):
            flash(str(doubt), "warn")
    return redirect(url_for("inbox.task", task_id=task_id, _anchor="materials"))


@pages.post("/tasks/<task_id>/material/<material_id>/remove")
def remove_material(task_id: str, material_id: str) -> ResponseReturnValue:
    engine().materials.remove(actor(), task_id, material_id)
    flash(_("Material removed from the list."), "ok")
    return redirect(url_for("inbox.task", task_id=task_id, _anchor="materials"))


@pages.get("/start")
def procedures() -> ResponseReturnValue:
    found = engine().instances.procedures(actor())
    if len(found) == 1:
        return redirect(url_for("inbox.start", key=found[0].key))
    return render_template("inbox/procedures.html", procedures=found)


@pages.get("/start/<key>")
def start(key: str) -> ResponseReturnValue:
    procedures = engine().instances.procedures(actor())
    beginning = engine().instances.beginning(actor(), key)
    return render_template("inbox/start.html", procedures=procedures, beginning=beginning, problems={})


@pages.post("/start/<key>")
def begin(key: str) -> ResponseReturnValue:
    raw = sent()
    if other := "".join(raw.pop("instead", [])):
        return _begin_instead(key, other, raw)
    if asked := "".join(raw.pop("by_list", [])):
        raw = _by_list(raw, asked, engine().instances.look_at_beginning(actor(), key, raw).follows)
        return render_template(
            "inbox/start.html",
            procedures=engine().instances.procedures(actor()),
            beginning=engine().instances.beginning(actor(), key, raw),
            problems={},
        )
    try:
        started = engine().instances.begin(actor(), key, raw)
    except (InvalidValues, Unsure) as wrong:
        procedures, beginning = engine().instances.procedures(actor()), engine().instances.beginning(actor(), key, raw)
        page = render_template(
            "inbox/start.html",
            procedures=procedures,
            beginning=beginning,
            problems=wrong.problems,
            confirm=wrong.token if isinstance(wrong, Unsure) else "",
        )
        return page, wrong.status
    flash(_("Started. The case number is %(number)s.", number=started.number), "ok")
    if started.next_task_id:
        return redirect(url_for("inbox.task", task_id=started.next_task_id))
    return redirect(url_for("instances.instance", number=started.number))


def _begin_instead(key: str, other: str, raw: dict[str, list[str]]) -> ResponseReturnValue:
    """On to the form of the other procedure; when this one's draft cannot be kept for another window's, it stays on the page."""
    procedures, window, status = engine().instances.procedures(actor()), _window(), 200
    try:
        beginning = engine().instances.beginning_instead(actor(), key, other, raw, window)
        flash(
            _(
                "You are now in '%(procedure)s'. What you filled in has been carried over. Check it, then start.",
                procedure=named(beginning.procedure.name),
            ),
            "ok",
        )
    except Refused as refused:
        beginning, status = engine().instances.beginning(actor(), key, raw), refused.status
        # The other window's draft is still not what is shown here.
        beginning = replace(beginning, draft_window=window.shown if window else "")
        name = beginning.procedure.name
        flash(
            _(
                "Another window has saved a draft of '%(name)s'. That draft was not overwritten, and this page is "
                "not saved yet. To use this page, start it here. To use the other draft, open '%(name)s' below.",
                name=named(name),
            ),
            "warn",
        )
    page = render_template("inbox/start.html", procedures=procedures, beginning=beginning, problems={}, unsaved=True)
    return page, status


@pages.post("/start/<key>/draft")
def save_beginning(key: str) -> ResponseReturnValue:
    engine().instances.save_beginning(actor(), key, sent(), _window())
    return jsonify(time=clock(now()))


@pages.post("/start/<key>/look")
def look_at_beginning(key: str) -> ResponseReturnValue:
    seen = engine().instances.look_at_beginning(actor(), key, sent())
    preview = render_template("inbox/_preview.html", preview=seen.preview)
    return jsonify(**_as_json(seen), fragments={"preview": preview, **_advice(seen)})


def _added(count: int) -> str:
    return ngettext("Material added to the list.", "%(num)d materials added to the list.", count)

"""What is done with a task besides completing it: pages that ask whom and why, and the buttons that need no page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import InvalidValues, LianbanError, NotAllowed, NotFound, Refused
from engine.reports.desk.tasks import TaskView
from engine.reports.parts.handling import Choices
from tasks_ui.inbox.task_page import task_page
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext
from tasks_ui.names import named
from tasks_ui.security import actor, engine, sent

pages = Blueprint("handling", __name__)


def _done(verb: str, step: str) -> str:
    """The sentence that says what was done with the step."""
    said = {
        "transfer": _("'%(step)s' has been reassigned.", step=step),
        "return": _("'%(step)s' has been returned. You no longer handle it.", step=step),
        "delegate": _("'%(step)s' has been delegated. You complete it after it is handed in.", step=step),
        "consult": _("Opinions on '%(step)s' have been requested. Replies appear on the task page.", step=step),
        "urge": _("You have chased '%(step)s'.", step=step),
    }
    return said[verb]


@pages.get("/tasks/<task_id>/handle/<verb>")
def ask(task_id: str, verb: str) -> ResponseReturnValue:
    """The page that asks whom and why. Raises NotAllowed, and Refused when it is not the time."""
    return _page(task_id, verb, {})


@pages.post("/tasks/<task_id>/handle/<verb>")
def act(task_id: str, verb: str) -> ResponseReturnValue:
    found = engine().handling
    to, reason = request.form.get("to", ""), request.form.get("reason", "")
    uses: dict[str, Callable[[], str]] = {
        "transfer": lambda: found.transfer(actor(), task_id, to, reason),
        "return": lambda: found.give_back(actor(), task_id, reason),
        "delegate": lambda: found.delegate(actor(), task_id, to, reason),
        "consult": lambda: found.consult(actor(), task_id, request.form.getlist("to"), reason),
        "send_back": lambda: found.send_back(actor(), task_id, to, reason),
        "urge": lambda: found.urge(actor(), task_id, reason),
    }
    if verb not in uses:
        raise NotFound
    try:
        result = uses[verb]()
    except InvalidValues as invalid:
        return _page(task_id, verb, invalid.problems), invalid.status
    if verb == "send_back":
        opened = engine().tasks.task(actor(), result)
        flash(_("Sent back to '%(step)s'. Periods go on.", step=named(opened.name)), "ok")
        return redirect(url_for("instances.instance", number=opened.number))
    flash(_done(verb, named(result)), "ok")
    if verb in ("transfer", "return"):
        return redirect(url_for("inbox.tasks"))
    return redirect(url_for("inbox.task", task_id=task_id))


@pages.post("/tasks/<task_id>/recall")
def recall(task_id: str) -> ResponseReturnValue:
    name = engine().handling.recall(actor(), task_id)
    flash(_("'%(step)s' has been recalled. What your colleague filled in is in the form.", step=named(name)), "ok")
    return redirect(url_for("inbox.task", task_id=task_id))


@pages.post("/tasks/<task_id>/hand-in")
def hand_in(task_id: str) -> ResponseReturnValue:
    raw = sent()
    opinion = "".join(raw.pop("handling_opinion", []))
    try:
        name = engine().handling.hand_in(actor(), task_id, raw, opinion)
    except InvalidValues as invalid:
        view = engine().tasks.task(actor(), task_id, raw)
        return _around(view, invalid), invalid.status
    flash(_("'%(step)s' has been handed in.", step=named(name)), "ok")
    return redirect(url_for("inbox.tasks"))


@pages.post("/tasks/<task_id>/answer")
def answer(task_id: str) -> ResponseReturnValue:
    none = request.form.get("none") == "true"
    try:
        name = engine().handling.answer(actor(), task_id, request.form.get("opinion", ""), none)
    except InvalidValues as invalid:
        view = engine().tasks.task(actor(), task_id)
        return _around(view, invalid), invalid.status
    flash(_("Your opinion on '%(step)s' has been sent.", step=named(name)), "ok")
    return redirect(url_for("inbox.tasks"))


@pages.post("/tasks/<task_id>/request/<request_id>/withdraw")
def withdraw_request(task_id: str, request_id: str) -> ResponseReturnValue:
    engine().handling.withdraw_request(actor(), task_id, request_id)
    flash(_("Request cancelled. You no longer need to wait for this colleague."), "ok")
    return redirect(url_for("inbox.task", task_id=task_id))


@pages.post("/tasks/<task_id>/take-back")
def take_back(task_id: str) -> ResponseReturnValue:
    opened = engine().handling.take_back(actor(), task_id)
    flash(_("Undone. The task is yours again, and what you filled in is in the form."), "ok")
    return redirect(url_for("inbox.task", task_id=opened))


@pages.post("/tasks/<task_id>/drop")
def drop(task_id: str) -> ResponseReturnValue:
    number = engine().handling.drop(actor(), task_id)
    flash(_("Dropped. You can start it again when it is needed."), "ok")
    return redirect(url_for("instances.instance", number=number))


# --- several at once ---


@pages.post("/tasks/release")
def release() -> ResponseReturnValue:
    """Several tasks are given back; those that cannot be are named, the others are."""
    released = _each(lambda task_id: engine().tasks.release(actor(), task_id))
    if released:
        flash(
            ngettext(
                "%(num)d task released. Anybody in this post can claim it.",
                "%(num)d tasks released. Anybody in this post can claim them.",
                released,
            ),
            "ok",
        )
    return redirect(url_for("inbox.tasks", tab=request.form.get("tab", "todo")))


@pages.post("/tasks/transfer")
def transfer() -> ResponseReturnValue:
    """Several tasks are handed to one colleague who may do them all; without a colleague the page asks for one."""
    ids, reason = request.form.getlist("task"), request.form.get("reason", "")
    to = "".join(request.form.getlist("to")[-1:])
    if not to:
        found = [engine().handling.choices(actor(), task_id) for task_id in ids]
        allowed = [choices for choices in found if "transfer" in choices.may]
        for choices in found:
            if choices not in allowed:
                flash(
                    _(
                        "'%(step)s' (%(number)s) has to be claimed before it can be reassigned.",
                        step=named(choices.name),
                        number=choices.number,
                    ),
                    "warn",
                )
        if not allowed:
            return redirect(url_for("inbox.tasks"))
        shared = set.intersection(*({person.id for person in choices.holders} for choices in allowed))
        people = [person for person in allowed[0].holders if person.id in shared]
        problem = _("Choose who to reassign it to.") if "to" in request.form else ""
        return render_template(
            "inbox/transfer_several.html", tasks=allowed, people=people, problem=problem, reason=reason
        )
    moved = _each(lambda task_id: engine().handling.transfer(actor(), task_id, to, reason))
    if moved:
        flash(ngettext("%(num)d task reassigned.", "%(num)d tasks reassigned.", moved), "ok")
    return redirect(url_for("inbox.tasks"))


# --- within ---


def _each(do: Callable[[str], object]) -> int:
    """How many of the ticked tasks it was done with; what is refused is said."""
    done = 0
    for task_id in request.form.getlist("task"):
        try:
            do(task_id)
            done += 1
        except InvalidValues as invalid:
            flash(with_its_name(task_id, "".join(invalid.problems.values())), "warn")
        except LianbanError as error:
            flash(with_its_name(task_id, error.message), "warn")
    return done


def with_its_name(task_id: str, sentence: str) -> str:
    """What is said of one task of several, with its name: the reader has ticked more than one."""
    if len(request.form.getlist("task")) < 2:
        return sentence
    try:
        found = engine().handling.choices(actor(), task_id)
    except LianbanError:
        return sentence
    return _(
        "'%(step)s' (%(number)s %(title)s): %(sentence)s",
        step=named(found.name),
        number=found.number,
        title=found.title,
        sentence=sentence,
    )


def _page(task_id: str, verb: str, problems: dict[str, str]) -> str:
    choices: Choices = engine().handling.choices(actor(), task_id)
    if verb not in ("transfer", "return", "delegate", "consult", "send_back", "urge"):
        raise NotFound
    if verb not in choices.may:
        engine().handling.require(actor(), task_id, verb)  # says why, as on a page that was opened before
        raise NotAllowed
    if choices.may[verb]:
        raise Refused(choices.may[verb])
    chosen = request.form.getlist("to")
    return render_template("inbox/handling.html", choices=choices, verb=verb, problems=problems, chosen=chosen,
                           reason=request.form.get("reason", ""))  # fmt: skip


def _around(view: TaskView, invalid: InvalidValues) -> str:
    """The page of a task when an opinion was refused."""
    return task_page(view, {f"handling-{key}": sentence for key, sentence in invalid.problems.items()})

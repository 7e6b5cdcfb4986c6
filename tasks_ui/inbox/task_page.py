"""The page of one task, whichever form of it was sent: what stands on it, and what is said when the task is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import flash, render_template, request

from engine.documents.files import SIZE_LIMIT
from engine.documents.materials import KINDS
from engine.errors import NotFound
from engine.messages import Text
from engine.reports.case.holders import Holder, Holders
from engine.reports.desk.tasks import TaskView
from engine.runtime.tasks.tasks import Completed
from engine.uses.paper_drafts import DraftView
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext, pgettext
from tasks_ui.names import named
from tasks_ui.security import CHECKED, SHOWN, actor, engine
from tasks_ui.sending_words import beside, listed
from tasks_ui.widgets import by_when

NAMED = 3
"""Tasks that are named when one is done; the rest are counted. What is flashed travels in a cookie."""


@dataclass(frozen=True)
class Paper:
    """What is read before the task is decided. `key` is that of its tick; `kind` is document, material or draft."""

    key: str
    kind: str
    id: str
    title: Text
    number: str
    delivered_at: datetime | None
    sheets: str
    """Original, 3 pages, on paper; Draft, changed in 2 places; empty for a letter that was issued."""
    voided: bool
    copy: bool
    readable: bool
    """Whether there is something to look at: a file, or the pages of a letter."""
    checked: bool


def task_page(
    view: TaskView,
    problems: Mapping[str, str] | None = None,
    material: Mapping[str, str | None] | None = None,
    confirm: str = "",
) -> str:
    """The page of a task, with the papers that it drafts or signs; `confirm` is the warning that may be gone past."""
    drafts = engine().paper_drafts.of_task(actor(), view.task_id)
    papers = to_read(view, drafts, _checked(view.task_id))
    return render_template(
        "inbox/task.html",
        task=view,
        problems=problems or {},
        confirm=confirm,
        material=material or {},
        kinds=KINDS,
        size_limit=SIZE_LIMIT,
        papers=drafts,
        to_read=papers,
        opens_with=opens_with(papers, view),
        following=engine().tasks.next_task(actor(), view.task_id) if view.form else None,
    )


def to_read(view: TaskView, drafts: list[DraftView], checked: frozenset[str]) -> list[Paper]:
    """The papers that others have drafted and this task signs, the letters, the material; a list that the task itself
    makes is not read but made."""
    made_here = view.form is not None and view.form.takes_material
    found = [
        Paper(f"draft/{draft.element_id}/{draft.wording}", "draft", draft.element_id, draft.name, "", None,
              _draft_words(draft), False, False, True, False)
        for draft in drafts
        if draft.written_before
    ]  # fmt: skip
    for line in view.documents:
        found.append(
            Paper(f"document/{line.id}", "document", line.id, line.title, line.number, line.delivered_at, "",
                  line.voided, line.copy, True, False)
        )  # fmt: skip
    for item in [] if made_here else view.materials:
        pages = ngettext("%(num)d page", "%(num)d pages", item.pages)
        sheets = _("Original, %(pages)s", pages=pages) if item.original else _("Photocopy, %(pages)s", pages=pages)
        sheets = sheets if item.sha256 else _("%(sheets)s, on paper", sheets=sheets)
        found.append(
            Paper(f"material/{item.id}", "material", item.id, item.title, "", None, sheets, False, False,
                  item.sha256 is not None, False)
        )  # fmt: skip
    return [Paper(**{**vars(paper), "checked": paper.key in checked}) for paper in found]


def opens_with(papers: list[Paper], view: TaskView) -> str:
    """The key of the paper that lies open: what is to be signed, else the latest letter from another unit, else the first."""
    came = {
        f"document/{line.id}"
        for line in view.documents
        if not line.filed and not line.voided and line.from_unit != view.unit and line.to_unit == view.unit
    }
    letters = [paper.key for paper in papers if paper.key in came]
    signed = [paper.key for paper in papers if paper.kind == "draft"]
    return next(iter([*signed, *reversed(letters), *(paper.key for paper in papers if paper.readable)]), "")


def _draft_words(draft: DraftView) -> str:
    if not draft.edited:
        return _("Draft, numbered when signed off")
    return ngettext("Draft, changed in %(num)d place", "Draft, changed in %(num)d places", len(draft.changes))


def _checked(task_id: str) -> frozenset[str]:
    """What is ticked: as it was sent, when the page without scripts comes back with a problem, else as it is kept."""
    if request.method == "POST" and SHOWN in request.form:
        return frozenset(request.form.getlist(CHECKED))
    return engine().checking.of_task(actor(), task_id)


# --- what is said when a task is done ---


def say_done(done: Completed, held: Holders | None, elsewhere: bool = False) -> None:
    """The page that comes says what was done, who has it now, and by when; `elsewhere`: it is the page of another case.

    `held` is with whom the case lies, when that is known already.
    """
    view = _holders(done) if held is None and (elsewhere or not done.ended) else held
    step, outcome = named(done.task_name), named(done.outcome_name)
    said = (
        _("'%(step)s' is complete: %(outcome)s.", step=step, outcome=outcome)
        if outcome
        else _("'%(step)s' is complete.", step=step)
    )
    if elsewhere and view:
        said = _("%(title)s (%(number)s): %(said)s", title=view.title, number=view.number, said=said)
    onward = _("The case has ended.") if done.ended else who_has_it(view) if view else ""
    flash(_("%(said)s %(onward)s", said=said, onward=onward) if onward else said, "ok")


def _holders(done: Completed) -> Holders | None:
    """None for a form that was sent again by somebody who has left the unit since: it is done all the same."""
    try:
        return engine().instances.holders(actor(), done.number)
    except NotFound:
        return None


def who_has_it(view: Holders) -> str:
    """Who does what by when: each open task, the most urgent first, and what is waited for."""
    shown = [_holder(found) for found in view.tasks[:NAMED]]
    if len(view.tasks) > NAMED:
        shown.append(_("%(count)s more", count=len(view.tasks) - NAMED))
    if shown:
        return _("Now: %(tasks)s.", tasks=pgettext("between sentences", "; ").join(shown))
    return _("Now waiting for the result of %(calls)s.", calls=listed(view.called)) if view.called else ""


def _holder(found: Holder) -> str:
    unit = found.unit.name if found.unit else ""
    when = by_when(found.period) if found.period else ""
    said = _("'%(step)s' with %(unit)s %(who)s", unit=unit, who=found.who, step=named(found.step)).strip()
    return beside((said, when))

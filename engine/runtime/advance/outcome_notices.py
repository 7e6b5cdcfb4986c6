"""Whoever asked by a button is told what was decided; whoever had a task open when its case ended is told that too."""

from __future__ import annotations

from sqlalchemy import select

from engine.db.rows import TaskRow
from engine.db.tables import notice, task
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.runtime.advance.closing import lapsed_text
from engine.runtime.notify.in_step import notify
from engine.runtime.step.events import Notified
from engine.runtime.step.step import Step
from engine.states import NoticeKind


def notify_asker(step: Step, task_id: str) -> None:
    """The task that has just been answered may decide on what somebody asked for with a button: that person is told."""
    done, asked = _row(step, task_id), _asked(step, task_id)
    decided_by = step.actor.person_id if step.actor else None
    if asked is None or not done.outcome_name or asked[1].ended_by in (None, decided_by):
        return
    button, asking = asked
    outcome = step.definition.outcome_name(done.element_id, done.outcome, done.outcome_name)
    text = _("The answer to '%(button)s': %(outcome)s.", button=Name(button), outcome=outcome)
    notify(step, NoticeKind.NOTIFICATION, asking.unit_code, [], text, person_id=asking.ended_by, about=done.name)


def notify_of_end(step: Step, lapsed: TaskRow, result: Text) -> None:
    """The case has ended while the task was open: who was to do it need not look for it, unless the diagram says so."""
    if _notified_already(step, lapsed):
        return
    text = lapsed_text(lapsed.name, result)
    roles = [] if lapsed.assignee_id else sorted(lapsed.roles)
    but_not = step.actor.person_id if step.actor else None
    notify(
        step,
        NoticeKind.NOTIFICATION,
        lapsed.unit_code,
        roles,
        text,
        person_id=lapsed.assignee_id,
        about=lapsed.name,
        but_not=but_not,
    )


def _notified_already(step: Step, lapsed: TaskRow) -> bool:
    ids = [event.id for event in step.events if isinstance(event, Notified) and event.kind == NoticeKind.NOTIFICATION]
    if not ids:
        return False
    mine = select(notice.c.roles).where(notice.c.id.in_(ids), notice.c.unit_code == lapsed.unit_code)
    return any(set(roles) & set(lapsed.roles) for roles in step.tx.scalars(mine))


def _asked(step: Step, task_id: str) -> tuple[str, TaskRow] | None:
    """The button from which the way led here, and the task in which its presser said what is asked.

    One that takes the place of a task asks nobody anything: what is decided later is no answer to it.
    """
    elements = step.definition.diagram.elements
    first = ""
    for found in step.workflow.ancestors(task_id):
        element = elements.get(found.element_id)
        if element is None:
            continue
        if element.kind in ("boundaryEvent", "startEvent"):
            return (
                (element.name, _row(step, first)) if first and element.is_button and not element.interrupting else None
            )
        if element.kind == "userTask":
            first = found.id
    return None


def _row(step: Step, task_id: str) -> TaskRow:
    return step.case.one(task, task_id)

"""Dropping (不再提出): what somebody has opened with a button, by mistake or too soon, is gone before anything was asked.

The button stays where it is and can be pressed again. Later, when the request has gone to whoever answers it, it is taken
back (撤回) or answered.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from engine.db.rows import TaskRow
from engine.db.tables import task
from engine.errors import Refused
from engine.messages import Name
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance.advance import advance
from engine.runtime.step.context import Context
from engine.runtime.step.events import Dropped
from engine.runtime.step.step import Step
from engine.runtime.step.step_kinds import StepKind
from engine.runtime.tasks import tasks
from engine.states import Undone


def can_be_dropped(step: Step, row: TaskRow) -> bool:
    """Whether the open task came straight from a button: nobody has been asked anything yet."""
    before = step.workflow.ancestors(row.id)
    element = step.definition.diagram.elements.get(before[0].element_id) if before else None
    return element is not None and element.is_button and not element.interrupting


def drop(tx: Connection, context: Context, actor: Actor, task_id: str) -> TaskRow:
    """The task is over with nothing said. Returns its row.

    Raises NotFound, NotAllowed, AlreadyDone, and Refused when it was not opened by a button.
    """
    row = tasks.take_hold(tx, actor, "drop", task_id)

    def event(step: Step) -> None:
        tasks.require_waiting(step, row)
        if not can_be_dropped(step, row):
            raise Refused(
                _(
                    "'%(step)s' was not opened with a button, or somebody has already answered it, so it cannot be "
                    "dropped.",
                    step=Name(row.name),
                )
            )
        step.tx.execute(update(task).where(task.c.id == row.id).values(undone=Undone.DROPPED, ended_by=actor.person_id))
        step.record(Dropped(row.id))
        step.workflow.drop(row.id)

    advance(tx, context, row.instance_id, StepKind.DROPPED, event, actor)
    return row

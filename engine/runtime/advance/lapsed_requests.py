"""Colleagues who are asked about a task (委派, 加签), when the task is over before they have answered."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.db.rows import TaskRow
from engine.messages import Message, Name
from engine.messages import gettext as _
from engine.runtime.advance import requests
from engine.runtime.notify.notices import notify_people
from engine.runtime.step.context import Context
from engine.states import HandlingKind, NoticeKind


def notify_not_needed(
    tx: Connection, context: Context, row: TaskRow, completed: bool = False, by: str | None = None
) -> None:
    """Whoever still prepares the task or thinks about an opinion is told that nobody waits for it; `by` knows already.

    It is the unit's own business: the record of the flow, which the other parties read, says nothing of it.
    """
    for asked in requests.requests(tx, row):
        if asked.to_person != by:
            text = _not_needed(asked.kind, completed, row.name)
            notify_people(
                tx,
                context,
                row.instance_id,
                NoticeKind.HANDED,
                row.unit_code,
                [],
                text,
                person_id=asked.to_person,
                about=row.name,
            )


def _not_needed(kind: str, completed: bool, name: str) -> Message:
    step = Name(name)
    if kind == HandlingKind.DELEGATION and completed:
        return _("'%(step)s' is complete. The draft delegated to you no longer has to be handed in.", step=step)
    if kind == HandlingKind.DELEGATION:
        return _(
            "'%(step)s' no longer has to be done. The draft delegated to you no longer has to be handed in.", step=step
        )
    if completed:
        return _("'%(step)s' is complete. Your opinion is no longer needed.", step=step)
    return _("'%(step)s' no longer has to be done. Your opinion is no longer needed.", step=step)

"""Urging (催办): whoever waits for a task tells its holders so, once a working day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.clock import local_date, midnight
from engine.db.rows import TaskRow
from engine.errors import Refused
from engine.messages import Name, When
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.runtime.advance import requests
from engine.runtime.notify.notices import notify_people
from engine.runtime.step.confidentiality import require_unrevealed
from engine.runtime.step.context import Context
from engine.runtime.step.entries import Urged
from engine.runtime.tasks import tasks
from engine.runtime.tasks.transfers import note, words
from engine.states import HandlingKind, NoticeKind


def urge(tx: Connection, context: Context, actor: Actor, task_id: str, sentence: str) -> TaskRow:
    """The task's holders and the leader of its unit are told. Raises NotAllowed, Refused when it is too soon again."""
    row = tasks.take_hold(tx, actor, "urge", task_id)
    sentence = words(sentence, "reason", required=False)
    require_unrevealed(tx, row.instance_id, actor, "reason", sentence)
    again_at = may_urge_again(tx, context, actor, task_id)
    if again_at is not None:
        day = When(local_date(again_at), "said_day")
        raise Refused(
            _("You have already chased this task. You can chase it again from %(day)s, the next working day.", day=day)
        )
    requests.add(tx, row, HandlingKind.URGE, actor, context.now, reason=sentence)
    note(tx, context, actor, row, Urged(row.id, sentence))
    told = {"unit": actor.unit_name, "person": actor.person_name, "step": Name(row.name), "words": sentence}
    text = (
        _("%(person)s, %(unit)s, is waiting for '%(step)s': %(words)s", **told)
        if sentence
        else _("%(person)s, %(unit)s, is waiting for '%(step)s'. Complete it soon.", **told)
    )

    def notify(roles: list[str], person_id: str | None = None) -> None:
        about, instance_id = row.name, row.instance_id
        notify_people(
            tx,
            context,
            instance_id,
            NoticeKind.URGE,
            row.unit_code,
            roles,
            text,
            person_id=person_id,
            task_id=row.id,
            about=about,
        )

    notify([] if row.assignee_id else row.roles, row.assignee_id)
    if row.assignee_id or "principal_leader" not in row.roles:
        notify(["principal_leader"])
    return row


def may_urge_again(tx: Connection, context: Context, actor: Actor, task_id: str) -> datetime | None:
    """From when this person may urge the task again; None when it may be done now."""
    last = requests.last_urged(tx, task_id, actor.person_id)
    if last is None:
        return None
    again_at = midnight(context.calendar.next_working_day(local_date(last)))
    return again_at if context.now < again_at else None

"""Notices that an event of a step makes: whom they reached is an event of that step, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.messages import Text
from engine.runtime.notify.notices import notify_people
from engine.runtime.step.events import Notified
from engine.runtime.step.step import Step
from engine.states import NoticeKind


def notify(
    step: Step,
    kind: NoticeKind,
    unit_code: str | None,
    roles: list[str],
    text: Text,
    deadline_id: str | None = None,
    due_at: datetime | None = None,
    drawn: bool = False,
    **more: Any,
) -> None:
    """The holders of these roles in the unit are told, and the audit says who they were; see `notify_people`.

    `drawn`: the diagram itself says that this unit is to be told.
    """
    if unit_code is None:
        return
    told = notify_people(
        step.tx,
        step.context,
        step.instance_id,
        kind,
        unit_code,
        roles,
        text,
        deadline_id=deadline_id,
        due_at=due_at,
        **more,
    )
    people = tuple(told.people)
    step.record(Notified(id=told.id, kind=kind, unit=unit_code, text=text, people=people, drawn=drawn))

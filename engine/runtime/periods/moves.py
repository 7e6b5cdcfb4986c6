"""A period is due at another instant than it was, or stands still: recorded, and told to both parties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.deadlines import deadlines
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from engine.deadlines.standing import last_moment_of
from engine.messages import Message, Name
from engine.messages import gettext as _
from engine.runtime.notify.in_step import notify
from engine.runtime.step.events import PeriodMoved
from engine.runtime.step.step import Step
from engine.states import MoveReason, NoticeKind


def move_deadline(step: Step, key: str, count: Count, why: str, ground: Mapping[str, str] | None = None) -> None:
    """The open period is due at another instant, and both parties are told."""
    keep_deadline(step, deadlines.move(step.tx, step.deadlines[key], count, why, step.now, ground), why)


def keep_deadline(step: Step, record: Deadline, why: str) -> None:
    """The period has been moved, paused or resumed, and both parties are told; one that is as it was stays untold."""
    before = step.deadlines[record.key]
    if record == before:
        return
    step.deadlines[record.key] = record
    step.record(PeriodMoved(record.key, why, record.due_at.isoformat()))
    if record.of_task:
        return  # it is recommended to whoever has the task, who sees it there
    if why == MoveReason.CORRECTED and record.due_at == before.due_at:
        return  # the correction itself is told; of the day there is nothing new
    for unit_code in sorted(step.parties()):
        notify(step, NoticeKind.MOVED, unit_code, ["case_officer", "liaison"], _moved_text(record, why), record.id)


def _moved_text(record: Deadline, why: str) -> Message:
    period = Name(record.name)
    if why == MoveReason.PAUSED:
        return _("The %(period)s is paused. You will be notified of the new end once it is resumed.", period=period)
    if record.paused:
        return _(
            "The %(period)s has been recounted and is still paused. You will be notified of the new end once it is "
            "resumed.",
            period=period,
        )
    last_moment = last_moment_of(record.due_at, record.last_day is not None, record.provisional)
    if why == MoveReason.CALENDAR:
        before = datetime.fromisoformat(record.moves[-1]["from"])
        old = last_moment_of(before, record.last_day is not None, False)
        told = {"period": period, "old": old, "new": last_moment}
        if record.due_at < before:
            return _(
                "The holiday arrangement has changed. The %(period)s now ends on %(new)s, earlier than %(old)s. "
                "Complete it soon.",
                **told,
            )
        return _("The holiday arrangement has changed. The %(period)s now ends on %(new)s instead of %(old)s.", **told)
    return _("The %(period)s now ends on %(new)s.", period=period, new=last_moment)

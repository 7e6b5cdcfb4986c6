"""A period that has run out: recorded once and for good, and told to those whom it concerns."""

from __future__ import annotations

from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.deadlines.standing import last_moment_of
from engine.messages import Name, Text
from engine.messages import gettext as _
from engine.organisation import people, units
from engine.runtime.notify import notices
from engine.runtime.notify.in_step import notify
from engine.runtime.step.events import PeriodStands
from engine.runtime.step.step import Step
from engine.states import NoticeKind


def run_out(step: Step, key: str) -> None:
    """The period has run out, once and for good; its owner, the unit's leader and the other side are told.

    There the officers who wait are told, of a legal period the liaison as well. A task is not named to them: what a unit
    does within is its own.
    """
    before = step.deadlines[key]
    record = step.deadlines[key] = deadlines.mark_overdue(step.tx, before, step.now)
    if record.status == before.status:
        return
    step.record(PeriodStands(key, record.status, record.due_at.isoformat()))
    told: dict[str, object] = {"period": Name(record.name), "when": last_moment(record)}
    if record.hard:
        _notify(step, record, NoticeKind.OVERDUE, _("The %(period)s ended on %(when)s and has not been met.", **told))
        return
    owner = units.find(step.tx, record.unit_code, step.now) if record.unit_code else None
    told["unit"] = owner.name if owner else _("the other side")
    if record.of_task:
        own = _(
            "The recommended date of %(period)s (%(when)s) has passed and it is not done. Complete it soon.", **told
        )
        beside = _(
            "The recommended date (%(when)s) of the step that %(unit)s is handling has passed and it is not done.",
            **told,
        )
    else:
        own = _("The %(period)s (%(when)s) has passed and it is not done. Complete it soon.", **told)
        beside = _("The %(period)s (%(when)s) of %(unit)s has passed and it is not done.", **told)
    _notify(step, record, NoticeKind.SLOW, own, beside)


def last_moment(record: Deadline) -> Text:
    return last_moment_of(record.due_at, record.last_day is not None, record.provisional)


def _notify(step: Step, record: Deadline, kind: NoticeKind, text: Text, text_beside: Text = "") -> None:
    """The owner and the unit's principal leader; and, in the unit of each other party, those who wait for it."""
    owner = notices.owner_of(step.tx, record)
    roles = sorted(owner.roles | {"principal_leader"})
    notify(step, kind, owner.unit_code, roles, text, record.id, record.due_at, also=owner.people, about=owner.step)
    about = "" if text_beside else owner.step
    for other in sorted(step.parties() - {owner.unit_code}):
        waiting = _who_wait(step, other, record.hard)
        if waiting:
            notify(step, kind, other, waiting, text_beside or text, record.id, record.due_at, about=about)


def _who_wait(step: Step, unit_code: str, hard: bool) -> list[str]:
    """Officers; of a legal period the liaison too, for whom the principal leader stands in (R51).

    Empty where nobody waits for a recommended one: the unit's leader need not know of another unit's recommended time.
    """
    officers = ["case_officer"] if people.holders(step.tx, unit_code, "case_officer", step.now) else []
    if not hard:
        return officers
    liaison = people.holders(step.tx, unit_code, "liaison", step.now)
    return [*officers, "liaison" if liaison else "principal_leader"]

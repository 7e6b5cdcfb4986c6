"""A period that has run out: recorded once and for good, and told to those whom it concerns."""

from __future__ import annotations

from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.notices.message import last_moment_of
from engine.runtime import notices
from engine.runtime.step import Step


def run_out(step: Step, key: str) -> None:
    """The period has run out, once and for good; its owner, the unit's leader and the other side's liaison are told."""
    before = step.deadlines[key]
    record = step.deadlines[key] = deadlines.mark_overdue(step.tx, before, step.now)
    if record.status == before.status:
        return
    step.tell("deadline", key=key, status=record.status, due=record.due_at.isoformat())
    if record.hard:
        text = f"{record.name}已于 {last_moment(record)} 届满，尚未办结。"
        owner = notices.owner_of(step.tx, record)
        roles = sorted(owner.roles | {"principal_leader"})
        step.notify(
            "overdue", owner.unit_code, roles, text, record.id, record.due_at, also=owner.people, about=owner.step
        )
        for other in sorted(step.parties() - {owner.unit_code}):
            step.notify("overdue", other, ["liaison"], text, record.id, record.due_at, about=owner.step)


def last_moment(record: Deadline) -> str:
    return last_moment_of(record.due_at, record.last_day is not None, record.provisional)

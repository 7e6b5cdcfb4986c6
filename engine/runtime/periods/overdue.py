"""A period that has run out: recorded once and for good, and told to those whom it concerns."""

from __future__ import annotations

from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.messages import in_chinese
from engine.notices.message import last_moment_of
from engine.organisation import people, units
from engine.runtime.notify import notices
from engine.runtime.notify.in_step import notify
from engine.runtime.step.events import PeriodStands
from engine.runtime.step.step import Step


def run_out(step: Step, key: str) -> None:
    """The period has run out, once and for good; its owner, the unit's leader and the other side are told.

    Of a legal one the other side's liaison is told, of a recommended one the officers who wait. A task is not named to
    them: what a unit does within is its own.
    """
    before = step.deadlines[key]
    record = step.deadlines[key] = deadlines.mark_overdue(step.tx, before, step.now)
    if record.status == before.status:
        return
    step.record(PeriodStands(key, record.status, record.due_at.isoformat()))
    if record.hard:
        _tell(step, record, "overdue", f"{record.name}已于 {last_moment(record)} 届满，尚未办结。", "liaison")
        return
    passed = f"（{last_moment(record)}）已过，还没有办完"
    owner = units.find(step.tx, record.unit_code, step.now) if record.unit_code else None
    whose = owner.name if owner else "对方"
    waited_for = "正在办的环节的建议时间" if record.of_task else f"的{record.name}"
    _tell(
        step,
        record,
        "slow",
        f"{soft_name(record)}{passed}，请抓紧办理。",
        "case_officer",
        f"{whose}{waited_for}{passed}。",
    )


def soft_name(record: Deadline) -> str:
    """What has passed of a recommended period: never a legal one (2.0.2)."""
    return f"{record.name}的建议时间" if record.of_task else record.name


def last_moment(record: Deadline) -> str:
    return in_chinese(last_moment_of(record.due_at, record.last_day is not None, record.provisional))


def _tell(step: Step, record: Deadline, kind: str, text: str, waits: str, text_beside: str = "") -> None:
    """The owner and the unit's principal leader; and, in the unit of each other party, whoever holds the post `waits`."""
    owner = notices.owner_of(step.tx, record)
    roles = sorted(owner.roles | {"principal_leader"})
    notify(step, kind, owner.unit_code, roles, text, record.id, record.due_at, also=owner.people, about=owner.step)
    about = "" if text_beside else owner.step
    for other in sorted(step.parties() - {owner.unit_code}):
        if not record.hard and not people.holders(step.tx, other, waits, step.now):
            continue  # nobody there waits for it: its leader need not know of another unit's recommended time
        notify(step, kind, other, [waits], text_beside or text, record.id, record.due_at, about=about)

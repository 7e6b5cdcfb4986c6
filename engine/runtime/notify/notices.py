"""The one way in which people are told something: who they are is decided now, within the step that tells them.

Every notice is a row of its instance. Each person it is for has a receipt, which makes the list and the counter in the
pages; whatever goes outside is written to the outbox in the same transaction, and sent after it by the worker.

Whoever takes up a post later finds the notices of what is still open when signing in (`catch_up`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, insert, or_, select, update

from engine.db.case import Case, case_of
from engine.db.rows import UnreadRow, UnsentRow
from engine.db.tables import correction, deadline, notice, notice_receipt, outbox, supervision_item, task
from engine.db.unit import unit_of
from engine.deadlines.deadlines import OPEN, Deadline
from engine.ids import new_id
from engine.messages import Text, in_chinese, listed, to_json
from engine.notices import outbox as sending
from engine.notices import preferences, receipts
from engine.notices.causes import Cause
from engine.notices.kinds import CLEARED_WITH_ITS_CAUSE
from engine.notices.preferences import APP
from engine.notices.routes import MAIL
from engine.organisation import people
from engine.organisation.city_now import organisation
from engine.runtime.step.context import Context
from engine.states import NoticeKind, SendingStatus, TaskStatus


@dataclass(frozen=True)
class MadeNotice:
    """The notice that was made, and the ids of the people who have it."""

    id: str
    people: list[str]


@dataclass(frozen=True)
class Owner:
    """Who is asked to do what a period is about: roles of tasks that nobody has claimed, people of those that somebody has."""

    unit_code: str | None
    roles: frozenset[str]
    people: tuple[str, ...]
    step: str


def notify_people(
    tx: Connection,
    context: Context,
    instance_id: str,
    kind: NoticeKind,
    unit_code: str,
    roles: Collection[str],
    text: Text,
    *,
    deadline_id: str | None = None,
    due_at: datetime | None = None,
    person_id: str | None = None,
    also: Collection[str] = (),
    task_id: str | None = None,
    about: str = "",
    but_not: str | None = None,
) -> MadeNotice:
    """The holders of the roles in the unit, or one person, or both, have the notice; what goes outside is in the outbox.

    `kind` is one of `notices.kinds.KINDS`; `due_at` is the instant the notice was meant for, now when it is left out;
    `also` are people besides the roles' holders. When nobody holds any of the roles, the principal leader is told (R51).
    Everybody reads it in their own language; the Chinese is kept beside the message (`messages.to_json`). `about` is the
    name of the step it speaks of. `but_not` is whoever causes the notice and knows already: it is in this
    person's list and counts nowhere.
    """
    now, notice_id = context.now, new_id()
    row = {
        "id": notice_id,
        "instance_id": instance_id,
        "kind": kind,
        "unit_code": unit_code,
        "roles": list(roles),
        "person_id": person_id,
        "task_id": task_id,
        "step": about or None,
        "text": in_chinese(text),
        "said": to_json(text),
        "deadline_id": deadline_id,
        "due_at": due_at or now,
        "made_at": now,
    }
    if kind == NoticeKind.NOTIFICATION and instance_id is not None:
        case_of(tx, instance_id).add(notice, row)
    else:
        unit_of(tx).changes.add(notice, row)
    cause: Cause = {"kind": kind, "task_id": task_id, "deadline_id": deadline_id}
    recipients = _recipients(tx, unit_code, roles, [*also, *([person_id] if person_id else [])], now)
    if but_not in recipients:
        recipients.remove(but_not)
        receipts.add(tx, notice_id, but_not, instance_id, unit_code, now, counts=False)
    chosen = preferences.of_people(tx, recipients)
    for found in recipients:
        receipts.add(tx, notice_id, found, instance_id, unit_code, now, chosen[found].wants(APP, kind), cause)
    _send_outside(tx, context, notice_id, instance_id, kind, unit_code, bool(roles), chosen, deadline_id, cause)
    return MadeNotice(notice_id, recipients)


def notify_administrators(
    tx: Connection, context: Context, text: Text, step: str = "", since: datetime | None = None
) -> bool:
    """Every system administrator has the notice, in the pages and as each wants it outside. Returns whether there is one.

    It belongs to no instance: technical rights read no case, so the text says nothing that was filled in. Who has had
    the same words since that instant is not told again.
    """
    now, in_words = context.now, in_chinese(text)
    holders = people.holders_anywhere(tx, "system_admin", now)
    had = set[str]()
    if since is not None:
        joined = notice_receipt.join(notice, notice.c.id == notice_receipt.c.notice_id)
        same = and_(notice_receipt.c.instance_id.is_(None), notice.c.text == in_words)
        mine = notice_receipt.c.person_id.in_([holder.id for holder, _ in holders])
        rows = select(notice_receipt.c.person_id).select_from(joined)
        had = set(tx.scalars(rows.where(mine, notice_receipt.c.received_at >= since, same)))
    by_unit: dict[str, list[str]] = {}
    for holder, unit_code in holders:
        if holder.id not in had:
            by_unit.setdefault(unit_code, []).append(holder.id)
    for unit_code, ids in by_unit.items():
        notice_id = new_id()
        tx.execute(
            insert(notice).values(
                id=notice_id,
                instance_id=None,
                kind=NoticeKind.FAULT,
                unit_code=unit_code,
                roles=["system_admin"],
                step=step or None,
                text=in_words,
                said=to_json(text),
                due_at=now,
                made_at=now,
            )
        )
        chosen = preferences.of_people(tx, ids)
        for person_id in ids:
            receipts.add(tx, notice_id, person_id, None, unit_code, now, chosen[person_id].wants(APP, NoticeKind.FAULT))
        _send_outside(tx, context, notice_id, None, NoticeKind.FAULT, unit_code, False, chosen, None)
    return bool(holders)


def owner_of(tx: Connection, record: Deadline) -> Owner:
    """Whoever is asked now to do what the period is about; its unit's case officer while no task is open under it."""
    waiting = [row for row in case_of(tx, record.instance_id).rows(task) if row.status == TaskStatus.OPEN]
    rows = [
        row
        for row in waiting
        if (row.element_id == record.element_id if record.of_task else row.deadline_key == record.key)
    ]
    unit_code = record.unit_code or (rows[0].unit_code if rows else None)
    own = [row for row in rows if row.unit_code == unit_code]
    roles = frozenset(role for row in own if row.assignee_id is None for role in row.roles)
    assignees = tuple(dict.fromkeys(row.assignee_id for row in own if row.assignee_id is not None))
    if not own:
        roles = frozenset({"case_officer"})
    return Owner(unit_code, roles, assignees, in_chinese(listed(dict.fromkeys(row.name for row in own))))


def clear_done(tx: Connection, instance_id: str, now: datetime) -> None:
    """What was asked for and is done, or has fallen away, is no longer unread, no longer mailed, no longer supervised."""
    case = case_of(tx, instance_id)
    for receipt in case.rows(notice_receipt):
        if _is_over(case, receipt):
            case.leave_out(notice_receipt, receipt, cleared_at=now)
    sending.drop(tx, case, [message for message in case.rows(outbox) if _is_over(case, message)])
    for item in case.rows(supervision_item):
        if case.one(deadline, item.deadline_id).status not in OPEN:
            case.leave_out(supervision_item, item, closed_at=now)


def _is_over(case: Case, told: UnreadRow | UnsentRow) -> bool:
    """Whether what the notice is about, a task or else a period, is done or has fallen away."""
    if told.kind not in CLEARED_WITH_ITS_CAUSE:
        return False
    if told.task_id is not None:
        asked = case.get(task, told.task_id)
        return asked is not None and asked.status != TaskStatus.OPEN
    period = case.get(deadline, told.deadline_id)
    return period is not None and period.status not in OPEN


def clear_decided(tx: Connection, correction_id: str, now: datetime) -> None:
    """The approval of a correction that is decided, taken back or lapsed is asked of nobody any more.

    What asked for it was made at the instant of the proposal, and for posts; who proposed is told in person.
    """
    row = tx.execute(select(correction).where(correction.c.id == correction_id)).one()
    asked = select(notice.c.id).where(
        notice.c.instance_id == row.instance_id,
        notice.c.kind == NoticeKind.CORRECTION,
        notice.c.made_at == row.proposed_at,
        notice.c.person_id.is_(None),
    )
    _clear(tx, row.instance_id, asked, now)


def supervise(tx: Connection, record: Deadline, now: datetime) -> bool:
    """The period that is over is an item of supervision. Returns False when it is one already."""
    known = select(supervision_item.c.deadline_id).where(supervision_item.c.deadline_id == record.id)
    if tx.execute(known).first():
        return False
    item = {
        "deadline_id": record.id,
        "instance_id": record.instance_id,
        "unit_code": record.unit_code,
        "opened_at": now,
    }
    case_of(tx, record.instance_id).add(supervision_item, item)
    return True


def catch_up(tx: Connection, person_id: str, now: datetime) -> int:
    """Notices of open tasks and periods for posts that the person holds by now are this person's, too. Returns how many.

    Nothing is sent outside for them: they are found in the pages by whoever has just taken over.
    """
    held: dict[str, set[str]] = {}
    for post in people.posts_of(tx, person_id, now):
        held.setdefault(post.acting_unit, set()).add(post.role)
    mine = select(notice_receipt.c.notice_id).where(notice_receipt.c.person_id == person_id)
    still_open = or_(
        select(task.c.id).where(task.c.id == notice.c.task_id, task.c.status == TaskStatus.OPEN).exists(),
        select(deadline.c.id).where(deadline.c.id == notice.c.deadline_id, deadline.c.status.in_(OPEN)).exists(),
    )
    rows = tx.execute(
        select(notice).where(
            notice.c.unit_code.in_(list(held)), notice.c.person_id.is_(None), still_open, notice.c.id.not_in(mine)
        )
    ).all()
    found = [row for row in rows if people.standing(held[row.unit_code]) & set(row.roles)]
    for row in found:
        receipts.add(tx, row.id, person_id, row.instance_id, row.unit_code, now)
    return len(found)


def _clear(tx: Connection, instance_id: str, over: Select[Any], now: datetime) -> None:
    """These notices are no longer unread, and what is still to be mailed of them to people is not."""
    unread = and_(notice_receipt.c.instance_id == instance_id, notice_receipt.c.cleared_at.is_(None))
    tx.execute(update(notice_receipt).where(unread, notice_receipt.c.notice_id.in_(over)).values(cleared_at=now))
    unsent = and_(
        outbox.c.instance_id == instance_id, outbox.c.status.in_(sending.TRIED), outbox.c.person_id.is_not(None)
    )
    tx.execute(update(outbox).where(unsent, outbox.c.notice_id.in_(over)).values(status=SendingStatus.DROPPED))


def _recipients(
    tx: Connection, unit_code: str, roles: Collection[str], named: Collection[str], now: datetime
) -> list[str]:
    holders = people.holders_of_any(tx, unit_code, roles, now) if roles else []
    known = organisation(tx).people
    active = (found for found in named if found in known and known[found].active)
    found = list(dict.fromkeys([*active, *(holder.id for holder in holders)]))
    if not found:
        found = [holder.id for holder in people.holders_of_any(tx, unit_code, ["principal_leader"], now)]
    return found


def _send_outside(
    tx: Connection,
    context: Context,
    notice_id: str,
    instance_id: str | None,
    kind: NoticeKind,
    unit_code: str,
    to_posts: bool,
    chosen: dict[str, preferences.Preference],
    deadline_id: str | None,
    cause: Cause | None = None,
) -> None:
    now = context.now
    for channel in context.routes.for_unit(unit_code, to_posts):
        sending.put(tx, notice_id, instance_id, channel, now, now)
    if not context.routes.mail:
        return
    due_at, in_hours = None, False
    if deadline_id is not None:
        period = case_of(tx, instance_id or "").one(deadline, deadline_id)
        due_at, in_hours = period.due_at, period.kind == "hours"
    for person_id, preference in chosen.items():
        if preference.email and preference.wants(MAIL, kind):
            after = preferences.not_before(preference, kind, now, due_at, in_hours)
            sending.put(tx, notice_id, instance_id, MAIL, now, after, person_id, preference.email, cause)

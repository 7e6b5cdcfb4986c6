"""Sending again what did not go out: the same message under the same id, tried at once and then for as long as a new one.

Nothing is sent here. The row waits as it did at first, so that the channel's own thread takes it up; a second wish finds it
waiting and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from engine.db.tables import deadline, notice, outbox, task
from engine.deadlines.deadlines import OPEN
from engine.messages import Text
from engine.messages import gettext as _
from engine.notices import outbox as sending
from engine.notices.kinds import CLEARED_WITH_ITS_CAUSE
from engine.states import AttemptOutcome, SendingStatus, TaskStatus

NOT_SENT = ("given_up", "failed")
SHORTEST = 8
"""Digits of an id that are enough to name it on the command line."""


def is_over() -> ColumnElement[bool]:
    """Whether what the row's notice asks for is done or has fallen away, so that it would only confuse its reader."""
    done = exists().where(task.c.id == notice.c.task_id, task.c.status != TaskStatus.OPEN)
    met = exists().where(deadline.c.id == notice.c.deadline_id, deadline.c.status.not_in(OPEN))
    return and_(
        notice.c.kind.in_(CLEARED_WITH_ITS_CAUSE),
        outbox.c.person_id.is_not(None),
        or_(done, and_(notice.c.task_id.is_(None), met)),
    )


def why_not(status: str, has_channel: bool, over: bool) -> Text:
    """Why the message is not sent again; empty when it can be."""
    if status == SendingStatus.SENT:
        return _("This notice has already been sent.")
    if status == SendingStatus.DROPPED or over:
        return _("The task it is about is complete, so it is not sent again.")
    if not has_channel:
        return _("This channel is switched off. Switch it on first, then send the notice again.")
    return "" if status in NOT_SENT else _("This notice is already waiting to be sent.")


def send_again(
    tx: Connection,
    message_id: str,
    channels: Collection[str],
    now: datetime,
    person_id: str | None = None,
    by: str | None = None,
) -> Text:
    """The message waits to be sent; its history says who wants it. Returns why it does not, or an empty text."""
    joined = outbox.join(notice, notice.c.id == outbox.c.notice_id)
    row = tx.execute(
        select(outbox.c.status, outbox.c.channel, is_over().label("over"))
        .select_from(joined)
        .where(outbox.c.id == message_id)
        .with_for_update(of=outbox)
    ).first()
    if row is None:
        return _("There is no such notice.")
    if why := why_not(row.status, row.channel in channels, row.over):
        return why
    anew = {"status": SendingStatus.WAITING, "round_from": outbox.c.attempts, "first_try_at": None, "next_try_at": now}
    tx.execute(update(outbox).where(outbox.c.id == message_id).values(**anew))
    sending.note(tx, message_id, now, AttemptOutcome.AGAIN, person_id=person_id, by=by)
    return ""


def beginning_with(tx: Connection, beginning: str) -> list[str]:
    """The ids that begin so; none for a beginning that is too short to be meant."""
    if len(beginning) < SHORTEST:
        return []
    return list(tx.scalars(select(outbox.c.id).where(outbox.c.id.startswith(beginning, autoescape=True)).limit(2)))


def not_sent(tx: Connection, channels: Collection[str]) -> list[str]:
    """The ids of every message that did not go out and can be sent again, the oldest first."""
    joined = outbox.join(notice, notice.c.id == outbox.c.notice_id)
    return list(
        tx.scalars(
            select(outbox.c.id)
            .select_from(joined)
            .where(outbox.c.status.in_(NOT_SENT), outbox.c.channel.in_(list(channels)), ~is_over())
            .order_by(outbox.c.made_at, outbox.c.id)
        )
    )

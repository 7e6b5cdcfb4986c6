"""In which order lists show work: one instant for each task and each instance, so that an index alone gives the order.

What has a period stands where it is due. What has none comes behind all that has, and what has ended behind that: they
have instants so far away that no period is ever due there. Of what is due at one instant the oldest is
first.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, FromClause, literal_column

from engine.db.tables import deadline
from engine.states import PeriodStatus

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_UNDATED = datetime(5000, 1, 1, tzinfo=UTC)
_ENDED = datetime(8000, 1, 1, tzinfo=UTC)
UNDATED_FROM = datetime(4500, 1, 1, tzinfo=UTC)
"""What has no period stands from here on."""
ENDED_FROM = datetime(6500, 1, 1, tzinfo=UTC)
"""Ended instances stand from here on, all others before it."""


COUNTING = (PeriodStatus.RUNNING, PeriodStatus.OVERDUE)
"""The periods with one of these states are open and do not stand still."""


def of_task(due_at: datetime | None, opened_at: datetime) -> datetime:
    """`task_role.due_sort`: when the open task's period is due; without one behind all others, the oldest first."""
    return due_at or _UNDATED + (opened_at - _BEGINNING)


def of_instance(due_at: datetime | None, started_at: datetime, ended: bool) -> datetime:
    """`process_instance.next_due`: when the nearest of its legal periods is due, of those that are open and do not stand
    still. Without one it stands behind those that have one, and an ended instance last; of each the newest first."""
    if due_at is not None and not ended:
        return due_at
    return (_ENDED if ended else _UNDATED) - (started_at - _BEGINNING)


def _any_of(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    """Said in the statement itself, not by parameters: else no store knows that a partial index has what is asked for."""
    return column.in_([literal_column(f"'{value}'") for value in values])


def counting(periods: FromClause = deadline) -> ColumnElement[bool]:
    """Periods that are open and do not stand still."""
    return _any_of(periods.c.status, *COUNTING)


def open_and_hard(periods: FromClause = deadline) -> ColumnElement[bool]:
    """Legal periods that are open and do not stand still."""
    return periods.c.hard & counting(periods)


def has_run_out() -> ColumnElement[bool]:
    """Whether a legal period was recorded as overdue: no correction takes that back, and a recommended one never counts."""
    return deadline.c.hard & deadline.c.overdue_at.is_not(None)

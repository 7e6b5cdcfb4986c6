"""The day counting that expressions may call, and how a period's expression is turned into a count with its trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from engine.bpmn.reading.expressions import evaluate
from engine.clock import midnight
from engine.deadlines import counting
from engine.deadlines.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.deadlines.counting import OUT_OF_YEARS, Count
from engine.errors import ExpressionError, Refused
from engine.messages import gettext as _

Day = TypeVar("Day", bound=date)
Functions = Mapping[str, Callable[..., Any]]

KINDS: Mapping[str, Callable[[Calendar, int, datetime], Count]] = {
    "working_days": counting.working_days,
    "natural_days": counting.natural_days,
    "months": counting.months,
    "hours": counting.hours,
    "working_days_before": counting.working_days_before,
    "natural_days_before": counting.natural_days_before,
}
"""Every way of counting that an expression may name."""


def counting_functions(calendar: Calendar, made: list[Count] | None = None) -> dict[str, Callable[..., Any]]:
    """working_days(n, start) and the others: the due instant (exclusive, UTC), or None while the start is unknown.

    Every count that is made is added to `made`, so that the caller can find the trace of the instant it got.
    """

    def function(kind: str) -> Callable[[Any, Any], datetime | None]:
        def counted(number: Any, start: Any) -> datetime | None:
            if start is None:
                return None
            if not isinstance(number, int):
                raise ExpressionError(
                    _("The first argument of %(kind)s has to be a whole number, such as %(kind)s(3, …).", kind=kind)
                )
            count = KINDS[kind](calendar, number, as_instant(start))
            if made is not None:
                made.append(count)
            return count.due_at

        return counted

    return {kind: function(kind) for kind in KINDS}


def evaluate_period(
    expression: str, names: Mapping[str, object], calendar: Calendar, functions: Functions
) -> Count | None:
    """The instant that the expression gives, with how it was counted; None when it gives none (yet).

    Raises ExpressionError when the value is no instant.
    """
    made: list[Count] = []
    value = evaluate(expression, names, {**functions, **counting_functions(calendar, made)})
    if value is None:
        return None
    due_at = as_instant(value)
    counted = next((count for count in reversed(made) if count.due_at == due_at), None)
    return counted or counting.bare(due_at)


def as_instant(value: object) -> datetime:
    """An aware instant, an ISO text with its offset, or a day (its beginning). Raises ExpressionError."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ExpressionError(
                _("'%(value)s' is not a time. Write it as in 2026-09-30T09:30:00+08:00.", value=value)
            ) from None
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise ExpressionError(
                _("The time %(time)s has no time zone. Write it as %(time)s+08:00.", time=value.isoformat())
            )
        return _within_years(value).astimezone(UTC)
    if isinstance(value, date):
        return midnight(_within_years(value))
    raise ExpressionError(_("A period has to be counted from a time."))


def _within_years(day: Day) -> Day:
    """The same; at the edges of what a computer calls a date, it could not even be converted."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ExpressionError(OUT_OF_YEARS)
    return day


def exclusive(value: object, calendar: Calendar) -> datetime:
    """A day means its end, as the calendar has it; an instant means itself."""
    match value:
        case datetime():
            return value
        case date():
            return calendar.close_of(value)
    raise Refused(_("No date is given."))

"""What a timer's text means: an ISO 8601 instant or duration, or an expression of our own language.

Durations are read here, with bounds: no less than a minute, no more than ten years.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from engine.clock import require_aware
from engine.errors import ExpressionError
from engine.messages import gettext as _

LEAST = timedelta(minutes=1)
MOST = timedelta(days=3653)
FIRST_YEAR, LAST_YEAR = 1990, 2100
_DURATION = re.compile(
    "P(?=.)(?:(?P<weeks>\\d{1,4})W)?(?:(?P<days>\\d{1,4})D)?(?:T(?=.)(?:(?P<hours>\\d{1,6})H)?(?:(?P<minutes>\\d{1,8})M)?(?:(?P<seconds>\\d{1,9})S)?)?"
)
_ISO = re.compile(r"\s*(R\d*/|P[\dT]|P$)")


def is_literal(text: str) -> bool:
    """Whether the timer's text is an ISO instant or duration, right or wrong; anything else is an expression."""
    try:
        return bool(_ISO.match(text)) or read_instant(text) is not None
    except ExpressionError:
        return True


def read_duration(text: str) -> timedelta | None:
    """The duration that an ISO 8601 text such as PT24H or P3D gives; None when the text is none.

    Years and months are no durations (they differ in length). Raises ExpressionError when it is out of bounds.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return None
    duration = timedelta(**{unit: int(number) for unit, number in match.groupdict().items() if number})
    if not LEAST <= duration <= MOST:
        raise ExpressionError(
            _("The duration %(text)s is outside the limits: at least 1 minute, at most 10 years.", text=text)
        )
    return duration


def read_instant(text: str) -> datetime | None:
    """The instant that an ISO 8601 text with an offset gives; None when the text is none.

    Raises ExpressionError when the offset is missing, or the year is out of bounds.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ExpressionError(
            _(
                "The instant %(text)s is not between the years %(first)s and %(last)s.",
                text=text,
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    try:
        return require_aware(instant)
    except ValueError:
        raise ExpressionError(
            _("The instant %(text)s has no time zone. Write it as in 2026-10-10T00:00:00+08:00.", text=text)
        ) from None

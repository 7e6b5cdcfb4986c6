"""One value from its text: a number, a day, an instant, or the text itself without what cannot be stored. Pure."""

from __future__ import annotations

import math
import re
from datetime import date, datetime

from engine.clock import parse_local
from engine.messages import gettext as _

NUMBER_LIMIT = 10**15
"""Within it a number is exact, and every expression can work with it."""
YEARS = range(1990, 2100)
DAY_YEARS = range(1900, 2100)
"""Days may be those of birth."""
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Characters that could not be stored or printed; tab and line feed may stand."""


class Wrong(Exception):
    """A value that is not of its field's type; the message is for the person."""


def clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := UNSEEN.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise Wrong(
            _(
                "This field contains a special character that cannot be seen (%(code)s). Delete it and type it again.",
                code=code,
            )
        )
    return text


def number_of(text: str) -> int | float:
    if len(text) > 20:
        raise Wrong(_("The number is too long. Check it."))
    try:
        number = float(text)
    except ValueError:
        raise Wrong(_("Give a number.")) from None
    if math.isnan(number):
        raise Wrong(_("Give a number."))
    if abs(number) > NUMBER_LIMIT:
        raise Wrong(_("The number is too large. Check it."))
    return int(number) if number.is_integer() else number


def day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Wrong(_("Give a date, such as 2026-10-09.")) from None
    if day.year not in DAY_YEARS:
        raise Wrong(_("The year is not correct. Check it."))
    return day


def instant_of(text: str) -> datetime:
    try:
        instant = parse_local(text)
    except (ValueError, OverflowError):
        raise Wrong(_("Give a date and a time, such as 2026-10-09 09:30.")) from None
    if instant.year not in YEARS:
        raise Wrong(_("The year is not correct. Check it."))
    return instant

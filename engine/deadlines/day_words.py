"""What a kind of day is called: the calendar and the trace of a period keep it in Chinese, as the notices say it."""

from __future__ import annotations

from engine.deadlines.calendar import MAKE_UP, NEW_YEAR, WORKING_DAY
from engine.deadlines.counting import PAUSED
from engine.messages import WEEKDAYS, Message, Text, pgettext

WEEKDAY_NAMES = (
    pgettext("day", "Mon"), pgettext("day", "Tue"), pgettext("day", "Wed"), pgettext("day", "Thu"),
    pgettext("day", "Fri"), pgettext("day", "Sat"), pgettext("day", "Sun"),
)  # fmt: skip
_WORDS: dict[str, Message] = {
    WORKING_DAY: pgettext("day", "working day"),
    MAKE_UP: pgettext("day", "make-up working day"),
    PAUSED: pgettext("day", "paused"),
    NEW_YEAR: pgettext("day", "New Year"),
    "春节": pgettext("day", "Spring Festival"),
    "清明节": pgettext("day", "Qingming"),
    "劳动节": pgettext("day", "Labour Day"),
    "端午节": pgettext("day", "Dragon Boat"),
    "中秋节": pgettext("day", "Mid-Autumn"),
    "国庆节": pgettext("day", "National Day"),
    "中秋节、国庆节": pgettext("day", "Mid-Autumn and National Day"),
    "国庆节、中秋节": pgettext("day", "National Day and Mid-Autumn"),
    **dict(zip(WEEKDAYS, WEEKDAY_NAMES, strict=True)),
}


def day_words(reason: str) -> Text:
    """The words for a reason of `Calendar.kind` or of a trace; what only one city's calendar calls so stays as it is."""
    return _WORDS.get(reason, reason)

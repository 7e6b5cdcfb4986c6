"""How the days of a period were counted, in the words of the pages and of the case file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.clock import local
from engine.deadlines.calendar import MAKE_UP
from engine.deadlines.day_words import day_words
from engine.deadlines.deadlines import Deadline
from engine.messages import WEEKDAYS, Message, Text, When, listed, ngettext, pgettext, sentences
from engine.messages import gettext as _
from engine.states import MoveReason


def rule(record: Deadline, this_year: int) -> Text:
    """How the days were counted, in one or two sentences; an instant of another year than this one is told with it."""
    in_working_days = record.kind.startswith("working")
    off = _runs([(date.fromisoformat(day), reason) for day, reason in record.trace["skipped"]])
    worked = [date.fromisoformat(found) for found, reason in record.trace["counted"] if reason == MAKE_UP]
    said: list[Text] = [_beginning(record, this_year)]
    if off and in_working_days:
        said.append(_("Not counted: %(days)s.", days=listed(off)))
    elif off and record.last_day is not None:
        said.append(_rolled(record))
    if worked and in_working_days:
        said.append(
            ngettext(
                "%(days)s is a make-up working day and counts.",
                "%(days)s are make-up working days and count.",
                len(worked),
                days=listed(When(day, "short") for day in worked),
            )
        )
    for move in record.moves:
        said += _moved(record, move, this_year)
    if record.provisional:
        said.append(
            _(
                "Holidays for that year are not announced yet, so this date is provisional. It is recounted once they "
                "are."
            )
        )
    return sentences(*said)


def days(record: Deadline) -> Text:
    """Every working day that counts, one after another; empty for hours and for days of the calendar."""
    counted = [date.fromisoformat(day) for day, _reason in record.trace["counted"]]
    if not counted or not record.kind.startswith("working"):
        return ""
    return ngettext(
        "Counted: %(days)s, %(num)d working day in all.",
        "Counted: %(days)s, %(num)d working days in all.",
        len(counted),
        days=listed(When(day, "short") for day in counted),
    )


def _beginning(record: Deadline, this_year: int) -> Message:
    if record.last_day is None:
        return _(
            "Counted from %(moment)s; hours run on without a break, days off included.",
            moment=_moment(record.start_at, this_year),
        )
    return _("Counted from %(day)s; that day is not counted.", day=When(record.start_at, "short"))


def _rolled(record: Deadline) -> Message:
    """Natural days whose last one is no working day end on the next that is; all before it have counted."""
    counted = record.trace["counted"]
    meant, reason = counted[-1] if counted else (f"{local(record.start_at):%Y-%m-%d}", "")
    return _(
        "Calendar days run on. The last one, %(day)s, is a day off (%(reason)s), so it moves to the next working day.",
        day=When(date.fromisoformat(meant), "short"),
        reason=day_words(reason) if reason else pgettext("day", "day off"),
    )


def _moved(record: Deadline, move: Mapping[str, Any], this_year: int) -> Iterator[Message]:
    """How the period was moved, and what that has changed."""
    if move["why"] in (MoveReason.PAUSED, MoveReason.RESUMED):
        moment = _moment(datetime.fromisoformat(move["since"]), this_year)
        if move["why"] == MoveReason.PAUSED:
            yield _("Paused from %(moment)s; that day is not counted.", moment=moment)
        else:
            yield _("Resumed on %(moment)s; the working days left are counted from the next day.", moment=moment)
        return
    moment, before = _moment(datetime.fromisoformat(move["at"]), this_year), _last_day(move["from"])
    if move["why"] != MoveReason.CORRECTED:
        yield _moved_end(move, moment, before)
    elif move["to"] != record.due_at.isoformat() and not record.is_open:
        yield _(
            "The start was corrected on %(moment)s. By the corrected start it should have ended on %(day)s. The "
            "conclusion stays.",
            moment=moment,
            day=_last_day(move["to"]),
        )
    elif move["to"] == move["from"]:
        yield _("Recounted on %(moment)s after a correction; it ends as before.", moment=moment)
    else:
        yield _(
            "Recounted on %(moment)s after a correction; previously it ended on %(day)s.", moment=moment, day=before
        )
        if record.overdue_at is not None and move["from"] == record.overdue_at.isoformat():
            yield _("Was recorded as overdue on %(day)s, before the correction. The record stays.", day=before)


def _moved_end(move: Mapping[str, Any], moment: When, before: When) -> Message:
    """The end is another one; with the rule and its words where they allow that."""
    told = {"moment": moment, "day": before}
    if move["why"] == MoveReason.CALENDAR:
        calendars = {"old": str(move.get("calendar_from")), "new": str(move.get("calendar_to"))}
        return _(
            "Recounted on %(moment)s, because the holiday arrangement has changed (calendar %(old)s → %(new)s); "
            "previously it ended on %(day)s.",
            **told,
            **calendars,
        )
    if "rule" not in move or "basis" not in move:
        match move["why"]:
            case MoveReason.EXTENDED:
                return _("Extended on %(moment)s; previously it ended on %(day)s.", **told)
            case MoveReason.SHORTENED:
                return _("Shortened on %(moment)s because of urgency; previously it ended on %(day)s.", **told)
        return _("Changed on %(moment)s; previously it ended on %(day)s.", **told)
    ground = {"rule": move["rule"], "basis": move["basis"]}
    match move["why"]:
        case MoveReason.EXTENDED:
            return _("Extended on %(moment)s (%(rule)s: %(basis)s); previously it ended on %(day)s.", **told, **ground)
        case MoveReason.SHORTENED:
            return _(
                "Shortened on %(moment)s because of urgency (%(rule)s: %(basis)s); previously it ended on %(day)s.",
                **told,
                **ground,
            )
    return _("Changed on %(moment)s (%(rule)s: %(basis)s); previously it ended on %(day)s.", **told, **ground)


def _last_day(due: str) -> When:
    """The day that an exclusive end closes."""
    return When(datetime.fromisoformat(due) - timedelta(microseconds=1), "short")


def _moment(at: datetime, this_year: int) -> When:
    return When(at, "moment" if local(at).year == this_year else "minute")


def _runs(days: list[tuple[date, str]]) -> list[Text]:
    """10-01 至 10-07 国庆节, 10-11 周日: days off that follow each other for the same reason, told together. The days of
    a weekend beside a holiday are not the holiday's: only an official arrangement makes them that."""
    found: list[list[tuple[date, str]]] = []
    for day, reason in days:
        last = found[-1][-1] if found else None
        if last and day - last[0] == timedelta(days=1) and _kind(reason) == _kind(last[1]):
            found[-1].append((day, reason))
        else:
            found.append([(day, reason)])
    return [_run(run) for run in found]


def _run(run: list[tuple[date, str]]) -> Text:
    (first, reason), last_day = run[0], run[-1][0]
    at_weekend = reason in WEEKDAYS
    if first == last_day:
        return (
            When(first, "weekday")
            if at_weekend
            else _("%(day)s (%(reason)s)", day=When(first, "short"), reason=day_words(reason))
        )
    return _(
        "%(first)s to %(last)s (%(reason)s)",
        first=When(first, "short"),
        last=When(last_day, "short"),
        reason=pgettext("day", "weekend") if at_weekend else day_words(reason),
    )


def _kind(reason: str) -> str:
    return "" if reason in WEEKDAYS else reason

"""The words of the pages: periods, units and lists as staff write them. Filters and functions for templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from flask import Flask, g, request

from engine.clock import local
from engine.deadlines.counting import Count
from engine.deadlines.deadlines import Deadline
from engine.deadlines.standing import Standing
from engine.reports.case.awaited import Awaited
from engine.reports.case.page import InstanceView, Waiting
from engine.reports.desk.inbox import NextTask
from engine.reports.oversight.notices import SupervisionItem
from engine.reports.parts import counted_days, names
from engine.reports.parts.coming_starts import ComingStart
from engine.reports.parts.drawing import Drawing
from engine.reports.parts.handling import URGENT
from engine.reports.parts.names import UnitName
from engine.reports.parts.paging import COUNTED, PAGE_SIZE, Place, read_place
from engine.reports.parts.periods import Period
from tasks_ui import dates
from tasks_ui.language import language
from tasks_ui.messages import gettext as _
from tasks_ui.messages import ngettext, pgettext
from tasks_ui.names import named
from tasks_ui.security import engine
from tasks_ui.sending_words import attempt_words, beside, listed, reached_words

SHAPES = {
    "over": "over",
    "near": "near",
    "ok": "ok",
    "soft": "soft",
    "paused": "soft",
    "met": "met",
    "late": "over",
    "cancelled": "soft",
}
SUBDISTRICT = "街道"
"""How the name of a subdistrict ends: what is data has no other language."""


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        weekday=dates.weekday,
        month=dates.month,
        initial=dates.initial,
        moment=moment,
        end_moment=end_moment,
        instant=dates.instant,
        clock=clock,
        unit_sign=unit_sign,
        unit_class=unit_class,
        due_words=due_words,
        due_class=due_class,
        due_date=due_date,
        due_rule=due_rule,
        due_short=due_short,
        supervised_until=supervised_until,
        role_names=role_names,
        size=size,
        reached_words=reached_words,
        attempt_words=attempt_words,
        many=many,
        named=named,
        listed=listed,
        beside=beside,
        awaited=awaited_words,
        coming=coming_words,
        urgent=lambda tag: tag in URGENT,
    )
    app.jinja_env.globals.update(
        unread_messages=unread_messages,
        most_urgent=most_urgent,
        now=now,
        marks=marks,
        drawn=drawn,
        last_moment=last_moment,
        what_follows=what_follows,
    )
    app.context_processor(lambda: {"me": g.get("visitor"), "menu": _menu})


def page_place(of: str = "") -> Place:
    """The place that the address asks for in the list whose places are named so; its head when it asks for none."""
    return read_place(request.args.get(f"{of}after", ""), request.args.get(f"{of}before", ""))


def page_row(of: str) -> int:
    """The row with which the page begins that the address asks for, in a list whose places are rows; 0 is its head."""
    after, before = (request.args.get(f"{of}{name}", 0, type=int) for name in ("after", "before"))
    return max(0, after or before - PAGE_SIZE)


def many(number: int) -> str:
    """A number that was counted as far as a thousand: 999+ says that there are more."""
    return str(number) if number < COUNTED else f"{COUNTED - 1}+"


def unread_messages() -> int:
    """The number on the bell of whoever is looking."""
    found = g.get("visitor")
    return engine().notices.unread(found) if found is not None else 0


def most_urgent() -> NextTask | None:
    """The task of whoever is looking that is due first; None when nothing is left."""
    found = g.get("visitor")
    return engine().tasks.next_task(found.actor, "") if found is not None else None


def now() -> datetime:
    """The engine's present, on Asia/Shanghai's wall clock."""
    return local(engine().clock.now())


def day(value: date | datetime | None) -> str:
    """10-13 周二; Tue 13 Oct"""
    return "" if value is None else dates.day(value, now().year)


def moment(value: datetime | None) -> str:
    """10-08 14:20; 8 Oct 14:20; with the year when it is another one."""
    return "" if value is None else dates.moment(value, now().year)


def end_moment(value: datetime) -> str:
    """An exclusive end: the midnight that begins a day is 24:00 of the day before."""
    return dates.end_moment(value, now().year)


def clock(value: datetime) -> str:
    return f"{local(value):%H:%M}"


def unit_sign(unit: UnitName | None) -> str:
    """The one sign that says what kind of unit it is; of none: a town's."""
    if unit is None or unit.kind == "town":
        return (
            pgettext("unit sign", "S")
            if unit is not None and unit.name.endswith(SUBDISTRICT)
            else pgettext("unit sign", "T")
        )
    match unit.kind:
        case "supervision_bureau":
            return pgettext("unit sign", "E")
        case "justice_bureau":
            return pgettext("unit sign", "J")
        case "police":
            return pgettext("unit sign", "P")
        case "staffing_office":
            return pgettext("unit sign", "O")
        case "city_government":
            return pgettext("unit sign", "G")
        case "conference_office":
            return pgettext("unit sign", "C")
        case "internal_body":
            return pgettext("unit sign", "I")
        case _:
            return pgettext("unit sign", "D")


def unit_class(unit: UnitName) -> str:
    return {"town": "unit--town", "justice_bureau": "unit--over", "supervision_bureau": "unit--over"}.get(unit.kind, "")


def due_class(period: Period) -> str:
    if period.standing.state == "late" and not period.record.hard:
        return SHAPES["soft"]
    if period.standing.state == "cancelled" and period.record.hard and period.record.overdue_at is not None:
        return SHAPES["over"]
    return SHAPES[period.standing.state]


def due_words(period: Period) -> str:
    """剩 3 个工作日, 已超期 2 个工作日, 今天到期 … : how a period stands, in words."""
    standing, record = period.standing, period.record
    match standing.state:
        case "over" if not (standing.days or standing.minutes) and record.due_at > now():
            return _(
                "Recorded as overdue"
            )  # before its start was corrected: the record stays, though the day has moved
        case "over":
            return _with_amount(standing, _("Overdue"), lambda found: _("%(amount)s overdue", amount=found))
        case "late" if record.hard:
            late = _("Completed late")
            return _with_amount(standing, late, lambda found: _("Completed %(amount)s late", amount=found))
        case "late":
            late = _("Completed past the recommended date")
            return _with_amount(
                standing, late, lambda found: _("Completed %(amount)s past the recommended date", amount=found)
            )
        case "met":
            return _("In time, %(day)s", day=dates.short_day(record.ended_at, now().year)) if record.ended_at else ""
        case "cancelled" if record.overdue_at is not None:
            return _("Overdue, not completed") if record.hard else _("Past the recommended date, not completed")
        case "cancelled":
            return _("No longer needed")
        case "paused":
            return _("Paused")
        case "soft" if standing.passed:
            past = _("Past the recommended date")
            return _with_amount(standing, past, lambda found: _("%(amount)s past the recommended date", amount=found))
        case "soft" if record.last_day is None:
            due = local(record.due_at)
            if due.date() == now().date():
                return _("Recommended by %(time)s today", time=clock(due))
            shown = dates.short_day(record.due_at, now().year)
            return _("Recommended by %(time)s, %(day)s", day=shown, time=clock(due))
        case "soft":
            shown = dates.short_day(record.due_at - timedelta(microseconds=1), now().year)
            return _("Recommended by %(day)s", day=shown)
    if standing.today:
        return _("Due today")
    return _with_amount(standing, _("Due now"), lambda found: _("%(amount)s left", amount=found))


def due_date(period: Period, word: str = "") -> str:
    """10-13 周二 24:00, or 今天 16:30 for a period in hours; `word` is by (前), ends (届满) or nothing.

    What no notice has made final says so; a period that stands still has no such day.
    """
    record = period.record
    if record.paused:
        return _("The end is set when the period is resumed")
    if record.last_day is None:
        due = local(record.due_at)
        if due.date() == now().date():
            at = _("today %(time)s", time=clock(due))
        else:
            at = _("%(day)s %(time)s", day=day(record.due_at), time=clock(due))
        return {"by": _("until %(moment)s", moment=at), "ends": _("ends %(moment)s", moment=at)}.get(word, at)
    made_up = any(cell.last and cell.make_up for cell in period.cells)
    return _last_day(record.last_day, made_up, record.provisional, word)


def last_moment(count: Count, made_up: bool) -> str:
    """The end of a period that is only foretold: its last day, or its last minute."""
    if count.last_day is None:
        return moment(count.due_at)
    return _last_day(count.last_day, made_up, count.provisional, "")


def _last_day(last: date, made_up: bool, provisional: bool, word: str) -> str:
    shown = _("%(day)s (make-up working day)", day=day(last)) if made_up else day(last)
    if provisional:
        return {
            "by": _("until the end of %(day)s (provisional)", day=shown),
            "ends": _("ends on %(day)s (provisional)", day=shown),
        }.get(word, _("the end of %(day)s (provisional)", day=shown))
    return {"by": _("until the end of %(day)s", day=shown), "ends": _("ends on %(day)s", day=shown)}.get(
        word, _("the end of %(day)s", day=shown)
    )


def by_when(period: Period) -> str:
    """10-13 周二 24:00 前 while there is time; what has run out or stands still, and what is advised, says so."""
    if period.standing.state in ("ok", "near"):
        return due_date(period, "by")
    said = due_words(period)
    return said[:1].lower() + said[1:]  # it stands within a sentence


def supervised_until(item: SupervisionItem) -> str:
    """When the period ended that is under supervision: its last day, or its last minute."""
    if item.last_day is None:
        return moment(item.due_at)
    return _last_day(item.last_day, False, item.provisional, "")


def due_short(period: Period) -> str:
    """How long the period is: 5 个工作日."""
    record = period.record
    number = record.number or 0
    if record.last_day is None:
        return ngettext("%(num)d hour", "%(num)d hours", number)
    if record.kind.startswith("working"):
        return ngettext("%(num)d working day", "%(num)d working days", number)
    return ngettext("%(num)d calendar day", "%(num)d calendar days", number)


def due_rule(record: Deadline) -> str:
    """How the days were counted, in one or two sentences."""
    return str(counted_days.rule(record, now().year))


def role_names(roles: frozenset[str]) -> str:
    return str(names.role_names(roles))


def what_follows(following: NextTask | None) -> str:
    """The task to which "submit and go on" leads, and how many are left."""
    if following is None:
        return _("No other tasks. After submitting you return to your tasks")
    due = _(", %(due)s", due=due_words(following.period)) if following.period else ""
    return _(
        "Next: %(step)s, %(title)s (%(number)s)%(due)s; %(left)s more",
        step=named(following.step),
        title=following.title,
        number=following.number,
        due=due,
        left=many(following.left),
    )


def size(number: int | None) -> str:
    if number is None:
        return ""
    return f"{number / 1024 / 1024:.1f} MB" if number >= 1024 * 1024 else f"{max(1, number // 1024)} KB"


def awaited_words(event: Awaited) -> str:
    """For what the case waits there, and until when at the latest."""
    return beside((str(event.what), moment(event.due_at) if event.due_at else ""))


def coming_words(start: ComingStart) -> str:
    """When a case begins by itself next, and how sure that is."""
    if start.next_at is None:
        return _("will not start again")
    when = moment(start.next_at)
    if start.tried_again_at is not None:
        return _(
            "was due %(when)s but could not start; next attempt %(again)s",
            when=when,
            again=moment(start.tried_again_at),
        )
    if start.provisional:
        return _("next: %(when)s, provisional, as the holidays of these days have not been announced", when=when)
    return _("next: %(when)s", when=when)


def marks(instance: InstanceView) -> dict[str, object]:
    """What is drawn on the instance's diagram; a live element says who is waited for, and how long still."""
    by_element = attrgetter("element_id")
    waiting = groupby(sorted(instance.waiting, key=by_element), by_element)
    said = {element_id: _waited_for(list(found)) for element_id, found in waiting}
    said |= {call.element_id: _("Waiting for the result of %(number)s", number=call.number) for call in instance.called}
    said |= {event.element_id: awaited_words(event) for event in instance.awaited}
    live = [{**mark, "label": said.get(str(mark["element"]), "")} for mark in instance.marks.live]
    return {"taken": instance.marks.taken, "done": instance.marks.done, "live": live}


def _waited_for(waiting: Sequence[Waiting]) -> str:
    """Who has the task, and how long still; of several how many they are, and how long the first of them has."""
    periods = [found.period for found in waiting if found.period]
    first = min(periods, key=lambda period: period.due_at, default=None)
    one = waiting[0]
    who = " ".join(part for part in (one.unit.name if one.unit else "", one.who) if part)
    if len(waiting) > 1:
        who = ngettext("%(num)s task is open", "%(num)s tasks are open", len(waiting))
    return beside((who, due_words(first) if first else ""))


def drawn(drawing: Drawing, marks: Mapping[str, object]) -> dict[str, object]:
    """What is drawn on a diagram: the marks, its names where the page speaks English, and what lapses with its task."""
    return {**marks, "names": drawing.english if language() == "en" else {}, "lapsing": drawing.lapsing}


def _menu(name: str) -> bool:
    """Whether the page belongs to this entry of the menu."""
    endpoint = request.endpoint or ""
    room = endpoint.partition(".")[0]
    return endpoint in {
        "inbox": {
            "inbox.tasks",
            "inbox.task",
            "inbox.complete",
            "inbox.add_material",
            "inbox.take_over_material",
            "collaboration.correction",
        },
        "start": {"inbox.procedures", "inbox.start", "inbox.begin"},
        "instances": {"instances.listing", "instances.instance", "instances.document", "collaboration.correct"},
        "supervision": {"supervision.overview", "notices.delivery"},
        "library": {"account.modeler", "account.make_token", *([endpoint] if room in ("library", "kept") else [])},
        "help": {"help.listed", "help.page"},
        "duties": {"duties.listed", "duties.adopt", "duties.reject"},
    }.get(name, set())


def _with_amount(standing: Standing, bare: str, said: Callable[[str], str]) -> str:
    """The sentence with its days or hours; `bare` when there is none."""
    amount = _amount(standing)
    return said(amount) if amount else bare


def _amount(standing: Standing) -> str:
    """3 个工作日, or hours and minutes; empty for none."""
    if standing.minutes is not None:
        hours, minutes = divmod(standing.minutes, 60)
        if hours >= 48:
            return _("%(days)s d %(hours)s h", days=hours // 24, hours=hours % 24)
        return (
            _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes) if hours else _("%(num)s min", num=minutes)
        )
    if not standing.days:
        return ""
    if standing.natural:
        return ngettext("%(num)d calendar day", "%(num)d calendar days", standing.days)
    return ngettext("%(num)d working day", "%(num)d working days", standing.days)

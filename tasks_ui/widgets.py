"""The words of the pages: dates, periods and units as staff write them. Filters and functions for templates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask, g, request

from engine.clock import SHANGHAI, local, local_date
from engine.deadlines.calendar import WEEKDAYS
from engine.deadlines.deadlines import Deadline
from engine.deadlines.standing import Standing
from engine.organisation.people import ROLES
from engine.organisation.units import KINDS
from engine.reports import counted_words
from engine.reports.instances import InstanceView
from engine.reports.notices import Telling
from engine.reports.paging import COUNTED, Place, read_place
from engine.reports.periods import Period
from engine.reports.sending import Attempt
from engine.reports.units import UnitName
from tasks_ui.security import engine

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
SENDING = {"sent": "已发", "waiting": "待发", "failed": "重试中", "given_up": "没有发出", "dropped": "已办结未发"}
ATTEMPTS = {"sent": "已发出", "failed": "没有发出", "given_up": "没有发出，已放弃"}
UNIT_SIGNS = {"supervision_bureau": "督", "justice_bureau": "司", "police": "公", "staffing_office": "编",
              "city_government": "府", "conference_office": "联", "internal_body": "内"}  # fmt: skip


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        weekday=lambda value: WEEKDAYS[value.weekday()],
        moment=moment,
        end_moment=end_moment,
        instant=instant,
        clock=clock,
        unit_sign=unit_sign,
        unit_class=unit_class,
        due_words=due_words,
        due_class=due_class,
        due_date=due_date,
        due_rule=due_rule,
        due_short=due_short,
        role_names=role_names,
        size=size,
        telling_words=telling_words,
        attempt_words=attempt_words,
        many=many,
    )
    app.jinja_env.globals.update(unread_messages=unread_messages, now=now, kinds_of_units=KINDS, marks=marks)
    app.context_processor(lambda: {"me": g.get("visitor"), "menu": _menu})


def page_place(of: str = "") -> Place:
    """The place that the address asks for in the list whose places are named so; its head when it asks for none."""
    return read_place(request.args.get(f"{of}after", ""), request.args.get(f"{of}before", ""))


def many(number: int) -> str:
    """A number that was counted as far as a thousand: 999+ says that there are more."""
    return str(number) if number < COUNTED else f"{COUNTED - 1}+"


def unread_messages() -> int:
    """The number on the bell of whoever is looking."""
    found = g.get("visitor")
    return engine().notices.unread(found) if found is not None else 0


def now() -> datetime:
    """The engine's present, on Asia/Shanghai's wall clock."""
    return local(engine().clock.now())


def day(value: date | datetime | None) -> str:
    """10-13 周二"""
    if value is None:
        return ""
    found = local_date(value) if isinstance(value, datetime) else value
    return f"{found:%m-%d} {WEEKDAYS[found.weekday()]}"


def moment(value: datetime | None) -> str:
    """10-08 14:20, with the year when it is another one."""
    if value is None:
        return ""
    found = local(value)
    return f"{found:%m-%d %H:%M}" if found.year == now().year else f"{found:%Y-%m-%d %H:%M}"


def end_moment(value: datetime) -> str:
    """An exclusive end in the words of offices: the midnight that begins a day is 24:00 of the day before."""
    found = local(value)
    return f"{_md(found - timedelta(days=1))} 24:00" if (found.hour, found.minute) == (0, 0) else moment(value)


def instant(value: datetime) -> str:
    """2026-10-09 周五 10:12"""
    found = local(value)
    return f"{found:%Y-%m-%d} {WEEKDAYS[found.weekday()]} {found:%H:%M}"


def clock(value: datetime) -> str:
    return f"{local(value):%H:%M}"


def unit_sign(unit: UnitName) -> str:
    """The one character that says what kind of unit it is."""
    if unit.kind == "town":
        return "街" if unit.name.endswith("街道") else "镇"
    return UNIT_SIGNS.get(unit.kind, "局")


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
            return "已记超期"  # before its start was corrected: the record stays, though the day has moved (C12)
        case "over":
            return f"已超期{_amount(standing)}"
        case "late":
            return f"{'超期' if record.hard else '过建议时限'}{_amount(standing)}办结"
        case "met":
            return f"按期 {_md(record.ended_at)}"
        case "cancelled" if record.overdue_at is not None:
            return "超期未办结" if record.hard else "过建议时限没有办"
        case "cancelled":
            return "已不需要"
        case "paused":
            return "暂停计算"
        case "soft" if standing.passed:
            return f"已过建议时限{_amount(standing)}"
        case "soft" if record.last_day is None:
            due = local(record.due_at)
            return f"建议{'今天' if due.date() == now().date() else f' {_md(record.due_at)}'} {due:%H:%M} 前"
        case "soft":
            return f"建议 {_md(record.due_at - timedelta(microseconds=1))} 前"
    if standing.today:
        return "今天到期"
    return f"剩{_amount(standing)}"


def due_date(period: Period, word: str = "") -> str:
    """10-13 周二 24:00, or 今天 16:30 for a period in hours, and the word behind it: 前, 届满.

    What no notice has made final says so; a period that stands still has no such day.
    """
    record = period.record
    if record.paused:
        return "恢复后再定届满日"
    return " ".join(part for part in (_due_date(period), word) if part)


def _due_date(period: Period) -> str:
    record = period.record
    if record.last_day is None:
        due = local(record.due_at)
        return f"{'今天' if due.date() == now().date() else day(record.due_at)} {due:%H:%M}"
    worked = next((cell for cell in period.cells if cell.last and cell.make_up), None)
    return f"{day(record.last_day)}{'（班）' if worked else ''} 24:00{'（暂定）' if record.provisional else ''}"


def by_when(period: Period) -> str:
    """10-13 周二 24:00 前 while there is time; what has run out or stands still, and what is advised, says so."""
    return due_date(period, "前") if period.standing.state in ("ok", "near") else due_words(period)


def due_short(period: Period) -> str:
    """Counted so far: 第 2 日，共 5 个工作日."""
    record = period.record
    if record.last_day is None:
        return f"{record.number} 小时"
    unit = "个工作日" if record.kind.startswith("working") else "日"
    return f"{record.number} {unit}"


def due_rule(record: Deadline) -> str:
    """How the days were counted, in one or two sentences."""
    return counted_words.rule(record, now().year)


def role_names(roles: frozenset[str]) -> str:
    return "、".join(name for role, name in ROLES.items() if role in roles)


def telling_words(telling: Telling) -> str:
    """收件人 3 人（姓名…），已读 1；邮件已发 2，没有发出 1：原因"""
    people = "、".join(telling.people)
    words = [f"收件人 {len(telling.people)} 人（{people}），已读 {telling.read}" if people else "没有在岗的收件人"]
    for name, counts in telling.channels.items():
        words.append(name + "，".join(f"{SENDING[status]} {counts[status]}" for status in SENDING if status in counts))
    return "；".join(words) + (f"：{''.join(telling.reasons)}" if telling.reasons else "")


def attempt_words(attempt: Attempt) -> str:
    """没有发出：原因 / 某某要求再发"""
    if attempt.outcome == "again":
        return f"{attempt.by}要求再发"
    return ATTEMPTS[attempt.outcome] + (f"：{attempt.reason}" if attempt.reason else "")


def size(number: int | None) -> str:
    if number is None:
        return ""
    return f"{number / 1024 / 1024:.1f} MB" if number >= 1024 * 1024 else f"{max(1, number // 1024)} KB"


def marks(instance: InstanceView) -> dict[str, object]:
    """What is drawn on the instance's diagram; a live element says who is waited for, and how long still."""
    said = {
        found.element_id: "，".join(
            part
            for part in (
                " ".join(part for part in (found.unit.name if found.unit else "", found.who) if part),
                due_words(found.period) if found.period else "",
            )
            if part
        )
        for found in instance.waiting
    } | {call.element_id: f"等 {call.number} 的结果" for call in instance.called}
    live = [{**mark, "label": said.get(str(mark["element"]), "")} for mark in instance.marks.live]
    return {"taken": instance.marks.taken, "done": instance.marks.done, "live": live}


def _menu(name: str) -> bool:
    """Whether the page belongs to this entry of the menu."""
    endpoint = request.endpoint or ""
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
        "duties": {"duties.listed", "duties.adopt", "duties.reject"},
    }.get(name, set())


def _amount(standing: Standing) -> str:
    """3 个工作日, or hours and minutes."""
    if standing.minutes is not None:
        hours, minutes = divmod(standing.minutes, 60)
        if hours >= 48:
            return f" {hours // 24} 天 {hours % 24} 小时"
        return f" {hours} 小时 {minutes} 分" if hours else f" {minutes} 分钟"
    if not standing.days:
        return ""
    return f" {standing.days} {'日' if standing.natural else '个工作日'}"


def _md(value: datetime | None) -> str:
    return f"{value.astimezone(SHANGHAI):%m-%d}" if value else ""

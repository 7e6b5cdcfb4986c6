"""The whole history of a case as a PDF to be read, as far as the unit that keeps the file may read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection

from engine.archive.given_answers import submissions
from engine.clock import local, local_date
from engine.deadlines import deadlines
from engine.deadlines.deadlines import Deadline
from engine.documents import materials, typesetting
from engine.documents.fonts import Fonts
from engine.messages import LANGUAGES, in_chinese, sentences, speaking
from engine.reports.case import history
from engine.reports.case.documents import document_lines
from engine.reports.case.event_lines import LogLine
from engine.reports.parts import counted_days
from engine.reports.parts.names import Names
from engine.runtime.step.context import Context
from engine.runtime.step.step import Step
from engine.states import PeriodStatus

LAYOUT = "history.typ"
STATUSES = {
    "running": "未到期",
    "paused": "暂停计算",
    "overdue": "超期，未办结",
    "met": "按期办结",
    "met_late": "超期办结",
    "cancelled": "不再需要",
}
SOFT_STATUSES = {**STATUSES, "overdue": "已过建议时限，未办结", "met_late": "过建议时限办结"}
"""Nobody is ever overdue by a recommended period (A24)."""
LONG = 250
"""Characters that a table's cell may hold before its row is parted at the end of a page."""


def pdf(tx: Connection, context: Context, step: Step, names: Names, fonts: Fonts) -> bytes:
    """The case of the step, which looks with the eyes of its actor. Raises NotTypeset, FontsMissing."""
    assert step.actor is not None
    layout = {LAYOUT: (files("engine.archive") / LAYOUT).read_text(encoding="utf-8")}
    with speaking(LANGUAGES[0]):  # the case file is an official one
        words = _words(tx, step, names)
    return typesetting.pdf(layout, fonts.printable(words), local_date(context.now), fonts)


def _words(tx: Connection, step: Step, names: Names) -> dict[str, Any]:
    row, diagram = step.instance, step.definition.diagram
    assert step.actor is not None
    log = history.log(tx, row["id"], step.definition, names, step.actor)
    periods = [record for record in deadlines.of_instance(tx, row["id"]) if not record.of_task or record.overdue_at]
    return {
        "title": row["title"],
        "subtitle": f"{diagram.name}办件全程记录",
        "number": row["number"],
        "long": LONG,
        "summary": [
            ["办件编号", row["number"]],
            ["办件各方", "、".join(_unit(names, code) for code in sorted(step.parties()))],
            ["发起", f"{names.person(row['started_by'])}，{_instant(row['started_at'])}"],
            ["结束", f"{row['result_name'] or '已结束'}，{_instant(row['ended_at'])}"],
            ["归档单位", step.actor.unit_name],
        ],
        "tables": [
            {
                "title": "时限",
                "head": ["期限", "依据", "起算", "届满", "结果"],
                "widths": [3, 3.9, 3.4, 3.4, 3.3],
                "rows": [_period(record) for record in periods],
            },
            {
                "title": "期限的计算",
                "head": ["期限", "起算", "怎样计算"],
                "widths": [3.4, 3.4, 10.2],
                "rows": [_counting(record) for record in periods],
            },
            {
                "title": "流转记录",
                "head": ["时间", "环节", "动作", "办理人", "意见或说明"],
                "widths": [3.4, 3, 3, 3.8, 3.8],
                "rows": [
                    [
                        _instant(line.at),
                        _whose(line),
                        str(line.action),
                        f"{line.unit.name if line.unit else ''} {line.person}".strip() if line.person else "系统",
                        _said(line),
                    ]
                    for line in reversed(log)
                ],
            },
            {
                "title": "文书",
                "head": ["文书", "文号", "发出", "收到", "形成、送达"],
                "widths": [3.6, 4.2, 2.9, 2.9, 3.4],
                "rows": [
                    [
                        found.title.drawn,
                        found.number or "",
                        found.from_unit.name if found.from_unit else "",
                        "存本单位" if found.filed else found.addressee or (found.to_unit.name if found.to_unit else ""),
                        _instant(found.delivered_at),
                    ]
                    for found in document_lines(tx, row["id"], names, step.actor)
                ],
            },
            {
                "title": "材料",
                "head": ["材料", "种类", "份数", "页数", "形式"],
                "widths": [5, 4, 2, 2, 3],
                "rows": [
                    [found.title, in_chinese(found.kind_name), str(found.copies), str(found.pages), _form_of(found)]
                    for found in materials.of_instance(tx, row["id"])
                ],
            },
        ],
        "sections": [
            {"title": found.title, "by": found.by, "entries": [list(entry) for entry in found.entries]}
            for found in submissions(tx, step, names)
        ],
    }


def _whose(line: LogLine) -> str:
    """The step, with the unit whose it is where several are asked."""
    return f"{line.step}（{line.unit.name}）" if line.unit and not line.person else str(line.step)


def _said(line: LogLine) -> str:
    due = f" {_end(line.due_at)} 届满" if line.due_at else ""
    to = f"（发给{'、'.join(unit.name for unit in line.to)}）" if line.to else ""
    return f"{line.note}{due}{to}".strip()


def _period(record: Deadline) -> list[str]:
    ended = f"，{_instant(record.ended_at)}" if record.ended_at else ""
    over = "曾超期" if record.hard else "曾过建议时限"
    overdue = (
        f"，{over}" if record.overdue_at and record.status not in (PeriodStatus.OVERDUE, PeriodStatus.MET_LATE) else ""
    )
    result = f"{(STATUSES if record.hard else SOFT_STATUSES)[record.status]}{overdue}{ended}"
    return [record.name, f"{record.rule} {record.basis}", _instant(record.start_at), _end(record.due_at), result]


def _counting(record: Deadline) -> list[str]:
    """The count in words, and day by day: the date must be explained by whoever reads the file in ten years."""
    told = in_chinese(sentences(counted_days.rule(record, 0), counted_days.days(record)))
    return [record.name, _instant(record.start_at), told]


def _end(due_at: datetime) -> str:
    """An exclusive end in the words of offices: the midnight that begins a day is 24:00 of the day before."""
    at = local(due_at)
    if (at.hour, at.minute) == (0, 0):
        return f"{(at - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{at:%Y-%m-%d %H:%M}"


def _form_of(found: materials.Material) -> str:
    return f"{'原件' if found.original else '复印件'}，{'电子' if found.sha256 else '纸质'}"


def _unit(names: Names, code: str) -> str:
    unit = names.unit(code)
    return unit.name if unit else code


def _instant(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}" if at else ""

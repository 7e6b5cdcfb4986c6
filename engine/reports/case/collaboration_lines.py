"""The record of the flow of what happens beside the tasks: copies, corrections, remarks.

Comments are no lines of it: they stand in a stream of their own, where not everybody sees each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row

from engine.clock import local
from engine.db.values import decode
from engine.organisation.people import ROLES
from engine.reports.parts.names import Names

SHOWN = 40
"""Signs of a long text that stand in a line."""
L = TypeVar("L")


def lines(entry: Row[Any], names: Names, line: Callable[..., L]) -> list[L]:
    """`line(kind, step, action, note)` for an entry of the audit that is of this sort, else nothing."""
    content = entry.content
    match entry.kind:
        case "copied":
            return [line("copied", _whom(content, names), "抄送", content["note"])]
        case "copy_read":
            return [line("copied", "抄送", "阅读")]
        case "copy_revoked":
            return [line("copied", _whom(content, names), "收回抄送")]
        case "correction_proposed":
            return [
                line(
                    "proposal",
                    content["label"],
                    "提出更正",
                    f"{change(content['old'], content['new'])}。{content['reason']}",
                )
            ]
        case "correction_rejected":
            return [line("proposal", content["label"], "退回更正", content["opinion"])]
        case "correction_taken_back":
            return [line("proposal", content["label"], "撤回更正")]
        case "remarked":
            unit = names.unit(content["unit"])
            return [line("remark", unit.name if unit else "", "督办", content["text"])]
    return []


def change(old: Any, new: Any) -> str:
    """What a fact was and what it becomes, in words; the values as they are stored."""
    return f"由“{_words(old)}”改为“{_words(new)}”"


def _whom(content: dict[str, Any], names: Names) -> str:
    unit = names.unit(content["unit_code"])
    whom = ROLES[content["role"]] if content["role"] else names.person(content["person_id"])
    return f"{unit.name if unit else ''} {whom}"


def _words(stored: Any) -> str:
    value = decode(stored)
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

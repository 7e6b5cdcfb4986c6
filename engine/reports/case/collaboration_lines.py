"""The record of the flow of what happens beside the tasks: copies, corrections, remarks.

Comments are no lines of it: they stand in a stream of their own, where not everybody sees each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from engine.db.rows import AuditEntryRow
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Text, When, pgettext, sentences
from engine.messages import gettext as _
from engine.organisation.people import ROLES
from engine.reports.parts.names import Names

SHOWN = 40
"""Signs of a long text that stand in a line."""
L = TypeVar("L")


def lines(entry: AuditEntryRow, definition: Definition, names: Names, line: Callable[..., L]) -> list[L]:
    """`line(kind, step, action, note)` for an entry of the audit that is of this sort, else nothing."""
    content = entry.content
    match entry.kind:
        case "copied":
            return [line("copied", _whom(content, names), pgettext("history", "Copy"), content["note"])]
        case "copy_read":
            return [line("copied", pgettext("history", "Copy"), pgettext("history", "Read"))]
        case "copy_revoked":
            return [line("copied", _whom(content, names), _("Copy revoked"))]
        case "correction_proposed":
            note = sentences(change(content["old"], content["new"]), content["reason"])
            return [line("proposal", called(content, definition), _("Correction proposed"), note)]
        case "correction_rejected":
            return [line("proposal", called(content, definition), _("Correction sent back"), content["opinion"])]
        case "correction_taken_back":
            return [line("proposal", called(content, definition), _("Correction withdrawn"))]
        case "remarked":
            unit = names.unit(content["unit"])
            return [line("remark", unit.name if unit else "", pgettext("history", "Supervision"), content["text"])]
    return []


def called(content: dict[str, Any], definition: Definition) -> Text:
    """What the form calls the fact that is corrected."""
    name = content["name"]
    return definition.fact_label(name) if name in definition.facts else str(content["label"])


def change(old: Any, new: Any) -> Text:
    """What a fact was and what it becomes, in a sentence; the values as they are stored."""
    return _("Changed from '%(old)s' to '%(new)s'.", old=_words(old), new=_words(new))


def _whom(content: dict[str, Any], names: Names) -> Text:
    unit = names.unit(content["unit_code"])
    whom = ROLES[content["role"]] if content["role"] else names.person(content["person_id"])
    return _("%(unit)s %(person)s", unit=unit.name if unit else "", person=whom)


def _words(stored: Any) -> Text:
    value = decode(stored)
    if isinstance(value, datetime):
        return When(value, "minute")
    if isinstance(value, date):
        return When(value, "day")
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

"""What copies and corrections are called in the record of the flow."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Text, When
from engine.messages import gettext as _
from engine.organisation.people import ROLES
from engine.reports.parts.names import Names
from engine.runtime.step.entries import Copied, CopyRevoked

SHOWN = 40
"""Characters of a long text that stand in a line."""


def called(name: str, label: str, definition: Definition) -> Text:
    """What the form calls the fact that is corrected."""
    return definition.fact_label(name) if name in definition.facts else label


def change(old: Any, new: Any) -> Text:
    """What a fact was and what it becomes, in a sentence; the values as they are stored."""
    return _("Changed from '%(old)s' to '%(new)s'.", old=_words(old), new=_words(new))


def whom(entry: Copied | CopyRevoked, names: Names) -> Text:
    """To whom the copy was sent."""
    unit = names.unit(entry.unit_code)
    whom = ROLES[entry.role] if entry.role else names.person(entry.person_id)
    return _("%(unit)s %(person)s", unit=unit.name if unit else "", person=whom)


def _words(stored: Any) -> Text:
    value = decode(stored)
    if isinstance(value, datetime):
        return When(value, "minute")
    if isinstance(value, date):
        return When(value, "day")
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

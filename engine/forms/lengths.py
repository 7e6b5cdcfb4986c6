"""What is said of an answer that is too short, too long, or too few."""

from __future__ import annotations

from engine.forms.schema import Field
from engine.messages import Message, Text, in_chinese, ngettext
from engine.messages import gettext as _


def too_short(count: int, least: int) -> Message:
    return _("%(count)s characters so far, at least %(least)s needed.", count=count, least=least)


def too_long(count: int, most: int) -> Message:
    return _("%(count)s characters so far, at most %(most)s allowed. Shorten it.", count=count, most=most)


def hint(description: Text) -> Text:
    """The description as a sentence."""
    if not description or in_chinese(description).endswith("。"):
        return description
    return _("%(hint)s.", hint=description)


def too_few(field: Field, left: int) -> Message:
    if field.widget == "units":
        return ngettext(
            "%(field)s: at least %(least)s units, %(num)s more needed.",
            "%(field)s: at least %(least)s units, %(num)s more needed.",
            left,
            field=field.label,
            least=field.count,
        )
    return ngettext(
        "%(field)s: at least %(least)s, %(num)s more needed.",
        "%(field)s: at least %(least)s, %(num)s more needed.",
        left,
        field=field.label,
        least=field.count,
    )

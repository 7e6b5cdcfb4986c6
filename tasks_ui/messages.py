"""The messages of the catalogues, in the language of the page that is being answered."""

from __future__ import annotations

from tasks_ui.language import spoken


def gettext(message: str, **values: object) -> str:
    """The message with its named places filled in."""
    said = str(spoken().ugettext(message))
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The message for that number, which stands in its place `num`."""
    return str(spoken().ungettext(one, many, num)) % {"num": num, **values}


def pgettext(context: str, message: str, **values: object) -> str:
    """The message that has this meaning: one English word may have two Chinese ones."""
    said = str(spoken().upgettext(context, message))
    return said % values if values else said

"""The messages of the catalogues, in the language of the page that is being answered."""

from __future__ import annotations

import flask_babel


def gettext(message: str, **values: object) -> str:
    """The message with its named places filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """The message for that number, which stands in its place `num`."""
    return str(flask_babel.ngettext(one, many, num, **values))


def pgettext(context: str, message: str, **values: object) -> str:
    """The message that has this meaning: one English word may have two Chinese ones."""
    return str(flask_babel.pgettext(context, message, **values))

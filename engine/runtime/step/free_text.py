"""A person's own words that belong to no form of a procedure: a remark, a note, a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import InvalidValues
from engine.forms.lengths import too_long, too_short
from engine.forms.validate import plain_text
from engine.messages import gettext as _

Raw = Mapping[str, Sequence[str]]
"""What a browser sent: every value of every field, as text."""


def one(raw: Raw, key: str) -> str:
    """The only value of a field, as it was sent; empty when there is none."""
    sent = raw.get(key, ())
    return sent[0] if len(sent) == 1 else ""


def readable(text: str, key: str) -> str:
    """The text as it is kept. Raises InvalidValues when it could not be stored or printed."""
    try:
        return plain_text(text)
    except ValueError as wrong:
        raise InvalidValues({key: wrong.args[0]}) from None


def words(raw: Raw, key: str, limit: int, least: int = 1) -> str:
    """The text of a field. Raises InvalidValues when it is too short, too long or not to be printed."""
    text = readable(one(raw, key), key)
    if len(text) < least:
        raise InvalidValues({key: too_short(len(text), least) if text else _("Fill this in.")})
    if len(text) > limit:
        raise InvalidValues({key: too_long(len(text), limit)})
    return text

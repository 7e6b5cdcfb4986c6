"""What a notice says, for a reader of any language.

The row keeps the message beside its Chinese; one of before there were messages has the Chinese alone.
"""

from __future__ import annotations

from typing import Any, Protocol

from engine.db.tables import notice
from engine.messages import Text, from_json

SAID = (notice.c.id, notice.c.text, notice.c.said)
"""The columns that `text_of` reads."""


class Noticed(Protocol):
    """A row with at least the columns of `SAID` that hold what it says."""

    @property
    def text(self) -> str: ...
    @property
    def said(self) -> Any: ...


def text_of(row: Noticed) -> Text:
    """The text of a notice."""
    found: Text = from_json(row.said) if row.said else row.text
    return found

"""Drafts of one person in two windows: what the one has saved, the other does not overwrite unnoticed.

A draft keeps which window has saved it last. A window saves over its own draft and over the one that it has shown; when the
answer to a save was lost on the way, the draft is its own all the same.

When a colleague's draft comes with a task, what the person had drafted before is kept aside, and can be changed for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.errors import Refused
from engine.messages import When
from engine.messages import gettext as _

Answers = Mapping[str, list[str]]
WINDOW = "(window)"
"""The key beside the answers; no field of a form can be called so."""
OTHER = "(other)"
"""The key of the draft that is kept aside, as text."""
NAME_LIMIT = 64


@dataclass(frozen=True)
class Window:
    """`name` is the window's own; `shown` that of the draft with which it was opened, empty when there was none."""

    name: str
    shown: str


def window_of(answers: Answers | None) -> str:
    """The window that has saved the draft last; empty when nobody says."""
    return "".join(answers.get(WINDOW, [])) if answers else ""


def kept(answers: Answers, window: Window | None) -> dict[str, list[str]]:
    """The answers as they are stored."""
    own = {key: list(found) for key, found in answers.items() if key not in (WINDOW, OTHER)}
    return own | ({WINDOW: [window.name[:NAME_LIMIT]]} if window else {})


def with_aside(answers: Answers, other: Answers | None) -> dict[str, list[str]]:
    """The answers as they are stored, and the other draft beside them."""
    own = {key: list(found) for key, found in answers.items() if key != OTHER}
    return own | ({OTHER: [json.dumps(kept(other, None), ensure_ascii=False)]} if other is not None else {})


def aside(answers: Answers | None) -> Answers | None:
    """The draft that is kept aside; None when there is none."""
    found = answers.get(OTHER) if answers else None
    return dict(json.loads(found[0])) if found else None


def to_keep(own: Answers, coming: Answers) -> Answers | None:
    """What is kept aside of a person's draft when a colleague's takes its place: nothing more when both say the same."""
    said = _said(own)
    return kept(own, None) if said and said != _said(coming) else aside(own)


def _said(answers: Answers) -> Answers:
    return {key: found for key, found in kept(answers, None).items() if any(found)}


def require_known(answers: Answers | None, saved_at: datetime | None, window: Window | None) -> None:
    """Raises Refused when another window has saved the draft since this one was opened."""
    last = window_of(answers)
    if window is None or saved_at is None or last in ("", window.name[:NAME_LIMIT], window.shown):
        return
    raise Refused(
        _(
            "Another window saved this draft at %(time)s, so it was not overwritten. To use what is on this page, "
            "submit it. To use the other draft, reload the page.",
            time=When(saved_at, "time"),
        )
    )

"""Whether a paper's words say what a form keeps from its reader.

A paper to an informant bears a name that is masked wherever values are shown; as a page or a PDF it can only be withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.deployments.definitions import Definition
from engine.messages import gettext as _
from engine.organisation.assignment import Actor
from engine.reports.parts.readers import hides

WITHHELD = _("This document contains something confidential. Only the units that handle the case can open it.")


def says_what_is_hidden(
    words: Mapping[str, Any] | None, definition: Definition, facts: Mapping[str, object], actor: Actor
) -> bool:
    """Whether a confidential value that this reader may not see stands somewhere in the words."""
    kept = {
        _bare(value)
        for form in definition.forms.values()
        for field in form.fields
        if isinstance(value := facts.get(field.key), str) and hides(field, definition.diagram, facts, actor)
    } - {""}
    return bool(kept) and any(value in text for text in _texts(words) for value in kept)


def _texts(words: object) -> Iterator[str]:
    match words:
        case str():
            yield _bare(words)
        case Mapping():
            for part in words.values():
                yield from _texts(part)
        case list() | tuple():
            for part in words:
                yield from _texts(part)


def _bare(text: str) -> str:
    """Letters break lines and set spaces as they need."""
    return "".join(text.split())

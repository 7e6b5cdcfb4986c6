"""What a page must know of a diagram to show it: its names in English, and what its shapes do not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.deployments.definitions import Definition


@dataclass(frozen=True)
class Drawing:
    english: Mapping[str, str]
    """What is drawn, by id, as it is called in English; what is not in it has no English."""
    lapsing: Sequence[str]
    """The border events of which what they begin lapses with their task: BPMN has no shape for it."""


def drawing_of(definition: Definition) -> Drawing:
    return Drawing(definition.english.elements(definition.key), definition.specification.lapsing)

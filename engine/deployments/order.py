"""In which order diagrams that begin each other are deployed."""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.gate import procedures
from engine.bpmn.reading.elements import Diagram


def order_of_beginning(diagrams: Mapping[str, Diagram]) -> list[str]:
    """The names of these diagrams in an order in which each comes after those that it calls or starts.

    Those that call each other in a circle come last.
    """
    keys = {diagram.key: name for name, diagram in diagrams.items()}
    ordered: list[str] = []
    waiting = sorted(diagrams)
    while waiting:
        ready = [
            name
            for name in waiting
            if not any(
                keys.get(key, name) in waiting
                for key in procedures.begun_by(diagrams[name])
                if key != diagrams[name].key
            )
        ]
        ordered += ready or waiting
        waiting = [name for name in waiting if name not in ordered]
    return ordered

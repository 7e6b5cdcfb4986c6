"""What a run is told: which stores, how often, how many rows."""

from __future__ import annotations

from dataclasses import dataclass

from bench.stores import Stores


@dataclass(frozen=True)
class Options:
    stores: Stores
    kinds: tuple[str, ...]
    rounds: int
    """How often a step is taken; the median is told."""
    rows: tuple[int, ...]
    """Running cases, in rising order."""
    cases: int
    """Overdue cases that the worker finds at once."""

"""The ways through each procedure, as its tests walk them: scripted, so that together they take every flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.processes.paths import case_referral, dispute_resolution, first_responder, technical_assistance
from tests.processes.town import Instance, Town


@dataclass(frozen=True)
class Procedure:
    paths: dict[str, tuple[Callable[[Town], Any], str]]
    """How each is walked, and the result with which it ends."""
    clock_ends: set[str]
    """Flows behind a clock that stops with the instance: no path takes them."""
    longer: tuple[str, ...]
    """Paths that are walked on PostgreSQL, too."""

    def walk(self, path: str, town: Town) -> Instance:
        walked: Instance = self.paths[path][0](town)
        return walked

    def result(self, path: str) -> str:
        return self.paths[path][1]


PROCEDURES = {
    found.__name__.rpartition(".")[2]: Procedure(found.PATHS, found.CLOCK_ENDS, found.LONGER)
    for found in (case_referral, dispute_resolution, first_responder, technical_assistance)
}
EVERY = [(key, path) for key, procedure in PROCEDURES.items() for path in procedure.paths]
"""Every path of every procedure."""

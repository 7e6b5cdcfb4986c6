"""What every step needs of the world around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.deadlines.calendar import Calendar
from engine.documents.fonts import Fonts
from engine.notices.routes import NO_ROUTES, Routes


@dataclass(frozen=True)
class Context:
    """What every step needs of the world around it; `now` stands still while a step is taken.

    The calendar and the city's rules are looked for when they are first asked for: by then the step has loaded its case,
    and with it what has changed in the city. Raises NotFound without a calendar.
    """

    now: datetime
    settle: Callable[[], tuple[Calendar, Mapping[str, Any]]]
    fonts: Fonts
    routes: Routes = NO_ROUTES
    """The channels that notices have besides the pages."""
    heard: int = 0
    """How many messages and signals have led to this step, each thrown in the step that heard the one before it."""

    @property
    def calendar(self) -> Calendar:
        return self._settled[0]

    @property
    def rules(self) -> Mapping[str, Any]:
        return self._settled[1]

    @cached_property
    def _settled(self) -> tuple[Calendar, Mapping[str, Any]]:
        return self.settle()

"""The transactions of the engine's uses, and the world as it stands in each: the instant, the calendar, the city's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import TypeVar

from sqlalchemy import Connection

from engine.clock import Clock
from engine.db.session import Database
from engine.deadlines import years
from engine.deadlines.calendar import Calendar
from engine.documents.fonts import Fonts
from engine.errors import IncidentRaised, NotFound
from engine.notices.routes import NO_ROUTES, Routes
from engine.organisation import city
from engine.runtime import incidents
from engine.runtime.faults import Fault
from engine.runtime.step import Context

T = TypeVar("T")


class Transactions:
    def __init__(self, database: Database, clock: Clock, fonts: Fonts, routes: Routes = NO_ROUTES) -> None:
        self.database, self.clock, self.fonts, self.routes = database, clock, fonts, routes
        self._calendars: dict[tuple[str, time], Calendar] = {}

    def context(self, tx: Connection) -> Context:
        """The present instant, the calendar that is in force, and the city's rules. Raises NotFound without a calendar."""
        now = self.clock.now()
        calendar = years.in_force(tx, now)
        if calendar is None:
            raise NotFound("还没有导入工作日历，请先运行 lianban prepare。")
        rules = city.rules(tx)
        wanted = (calendar.version, city.time_of_day(rules["deadline.cutoff"]))
        if wanted not in self._calendars:
            self._calendars[wanted] = replace(calendar, cutoff=wanted[1])
        return Context(now, self._calendars[wanted], rules, self.fonts, self.routes)

    def read(self, look: Callable[[Connection, Context], T]) -> T:
        """What is seen. An instance that turns out to be damaged is parked, and then shown as it is: parked."""
        try:
            return self._look(look)
        except Fault as fault:
            self._park(fault)
            return self._look(look)

    def _look(self, look: Callable[[Connection, Context], T]) -> T:
        with self.database.reading() as tx:
            return look(tx, self.context(tx))

    def write(self, step: Callable[[Connection, Context], T]) -> T:
        """The step in a transaction of its own. A fault of the instance parks it, and says so."""
        try:
            return self.database.run(lambda tx: step(tx, self.context(tx)))
        except Fault as fault:
            self._park(fault)
            raise IncidentRaised(f"{fault.message}这一步没有办成，已通知系统管理员。") from fault

    def _park(self, fault: Fault) -> None:
        self.database.run(lambda tx: incidents.park(tx, self.context(tx), fault))

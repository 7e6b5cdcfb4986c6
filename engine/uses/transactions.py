"""The transactions of the engine's uses, and the world as it stands in each: the instant, the calendar, the city's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, select

from engine.clock import Clock
from engine.db.session import Database
from engine.db.tables import calendar_version
from engine.deadlines.calendar import Calendar, load_calendar
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
        self._calendars: dict[str, Calendar] = {}

    def context(self, tx: Connection) -> Context:
        """The present instant, the calendar that is in force, and the city's rules. Raises NotFound without a calendar."""
        now = self.clock.now()
        in_force = select(calendar_version.c.version).where(calendar_version.c.active_from <= now)
        version = tx.scalar(in_force.order_by(calendar_version.c.active_from.desc()).limit(1))
        if version is None:
            raise NotFound("还没有导入工作日历，请先运行 lianban prepare。")
        if version not in self._calendars:
            content = tx.scalar(select(calendar_version.c.content).where(calendar_version.c.version == version))
            self._calendars[version] = load_calendar(content or b"")
        rules = city.rules(tx)
        calendar = self._calendars[version]
        if (cutoff := city.time_of_day(rules["deadline.cutoff"])) != calendar.cutoff:
            calendar = self._calendars[version] = replace(calendar, cutoff=cutoff)
        return Context(now, calendar, rules, self.fonts, self.routes)

    def read(self, look: Callable[[Connection, Context], T]) -> T:
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

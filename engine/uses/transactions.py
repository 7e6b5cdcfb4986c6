"""The transactions of the engine's uses, and the world as it stands in each: the instant, the calendar, the city's rules."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from engine.clock import Clock
from engine.db.session import Database
from engine.deadlines import years
from engine.deadlines.calendar import Calendar
from engine.documents.fonts import Fonts
from engine.errors import IncidentRaised, LianbanError, NotFound
from engine.messages import gettext as _
from engine.messages import sentences
from engine.notices.routes import NO_ROUTES, Routes
from engine.organisation import city
from engine.runtime.advance import incidents
from engine.runtime.advance.blame import NotWorkedOut
from engine.runtime.step import repeated_forms
from engine.runtime.step.context import Context
from engine.runtime.step.faults import Fault
from engine.runtime.tasks import ended_posts

T = TypeVar("T")
Raw = Mapping[str, list[str]]
"""What a browser sent: every value of every field, as text."""


log = logging.getLogger("lianban.transactions")
NOTIFIED = _("The system administrator has been notified.")
ASK = _("Tell the system administrator.")
"""Said where nobody is a system administrator now, or somebody else has told it."""


class _PostsHaveEnded(Exception):
    pass


class Transactions:
    def __init__(self, database: Database, clock: Clock, fonts: Fonts, routes: Routes = NO_ROUTES) -> None:
        self.database, self.clock, self.fonts, self.routes = database, clock, fonts, routes
        self._calendars: dict[tuple[str, time], Calendar] = {}

    def context(self, tx: Connection) -> Context:
        """The present instant, the calendar that is in force, and the city's rules."""
        now = self.clock.now()
        return Context(now, lambda: self._in_force(tx, now), self.fonts, self.routes)

    def _in_force(self, tx: Connection, now: datetime) -> tuple[Calendar, Mapping[str, Any]]:
        calendar = years.in_force(tx, now)
        if calendar is None:
            raise NotFound(_("No working calendar has been imported yet. Run lianban prepare first."))
        rules = city.rules(tx)
        wanted = (calendar.version, city.time_of_day(rules["deadline.cutoff"]))
        if wanted not in self._calendars:
            self._calendars[wanted] = replace(calendar, cutoff=wanted[1])
        return self._calendars[wanted], rules

    def read(self, look: Callable[[Connection, Context], T]) -> T:
        """What is seen. An instance that turns out to be damaged is parked, and then shown as it is: parked."""
        try:
            return self._look(look)
        except Fault as fault:
            self._park(fault)
            return self._look(look)

    def _look(self, look: Callable[[Connection, Context], T]) -> T:
        try:
            with self.database.reading() as tx:
                return self._watched(tx, lambda: look(tx, self.context(tx)))
        except _PostsHaveEnded:
            self.carry_out_ends()
        with self.database.reading() as tx:
            return look(tx, self.context(tx))

    def write(self, step: Callable[[Connection, Context], T]) -> T:
        """The step in a transaction of its own. A fault of the instance parks it, and says so."""
        try:
            return self._run(step)
        except Fault as fault:
            log.error("instance %s cannot go on (%s): %s", fault.instance_id, fault.element_id, fault.message)
            said = NOTIFIED if self._park(fault) else ASK
            raise IncidentRaised(
                _("%(fault)s This step was not completed. %(then)s", fault=fault.sentence, then=said)
            ) from fault
        except NotWorkedOut as refused:
            why = refused.fault
            log.warning("instance %s was refused a step (%s): %s", why.instance_id, why.element_id, why.message)
            if not self.database.run(lambda tx: incidents.refused(tx, self.context(tx), why)):
                raise
            raise NotWorkedOut(sentences(refused.sentence, NOTIFIED), why) from why

    def carry_out_ends(self) -> None:
        """Posts that have ended by now are let go of, whoever comes first: the worker, or somebody who looks.

        One instance at a time, each in a transaction of its own. What cannot be done now is done at the next look.
        """
        try:
            with self.database.reading() as tx:
                ended = ended_posts.ended(tx, self.clock.now())
            for post_id in ended:
                while self.database.run(
                    lambda tx, post_id=post_id: ended_posts.carry_out(tx, self.context(tx), post_id)  # type: ignore[misc]
                ):
                    pass
        except (LianbanError, SQLAlchemyError):
            log.exception("posts that have ended could not be let go of; the next look tries again")

    def _run(self, step: Callable[[Connection, Context], T]) -> T:
        """The step in a transaction, once for a form that is sent (`repeated_forms`); ended posts are let go of before it."""
        sending = repeated_forms.next_part()

        def work(tx: Connection) -> T:
            context = self.context(tx)
            return repeated_forms.take(tx, sending, context.now, lambda: step(tx, context))

        try:
            return self.database.run(lambda tx: self._watched(tx, lambda: work(tx)))
        except _PostsHaveEnded:
            self.carry_out_ends()
        return self.database.run(work)

    def _watched(self, tx: Connection, work: Callable[[], T]) -> T:
        """What the work gives. Raises _PostsHaveEnded when it found tasks in hands that do not hold them any more.

        That is asked at the end, when the case that was loaded has brought what has changed in the city: then nothing
        that was done is stored, nothing that was seen is shown, and no refusal is the last word.
        """
        try:
            done = work()
        except LianbanError:
            self._require_let_go(tx)
            raise
        self._require_let_go(tx)
        return done

    def _require_let_go(self, tx: Connection) -> None:
        if ended_posts.waits(tx, self.clock.now()):
            raise _PostsHaveEnded

    def _park(self, fault: Fault) -> bool:
        return self.database.run(lambda tx: incidents.park(tx, self.context(tx), fault))

"""The worker: what is due happens, in order, one instance after another; nothing is due twice and nothing is forgotten.

APScheduler is only the metronome. What is due lies in the database, so a worker that is killed loses nothing: the next
one finds the same rows, and what has come due in the meantime happens at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from engine.clock import Clock, local_date
from engine.db.session import Database
from engine.errors import AlreadyDone, Busy, DatabaseFull, IncidentRaised, LianbanError, Stale, Uncertain
from engine.ids import new_id
from engine.messages import gettext as _
from engine.runtime.advance import incidents
from engine.runtime.instances import delivering, due, heartbeat, schedules, waiting
from engine.runtime.record import kept_heads
from engine.runtime.step import audit
from engine.runtime.step.context import Context
from engine.runtime.step.faults import Fault

log = logging.getLogger("lianban.worker")
GRACE = timedelta(minutes=10)
"""A day's head waits so long for steps that began before midnight and commit after it."""
AT_MOST = 10_000
"""Things due that one tick may do; the next tick goes on."""
GIVES_WAY_AFTER, FOR_SECONDS = 500, 0.11
"""On SQLite a worker that catches up rests after so many things: another process that wants to write tries every 0.1 s."""
PASSED_OVER = 200
"""When so many could not take their step, something is wrong that the next tick may find mended."""
CAUGHT_UP = 200
"""Instances that one tick brings up to another calendar before it does what is due."""


class Worker:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        context: Callable[[Connection], Context],
        tick_seconds: float,
        chores: Sequence[Callable[[], object]] = (),
        let_go: Callable[[], object] = lambda: None,
        stopping: Event | None = None,
    ) -> None:
        """`context(tx)` gives the present instant, the calendar and the city's rules; `let_go` carries out the ends of posts.

        `chores` are what steps have left behind in the database, one after another: papers to be made, case files to
        be packed. They are slow, so they have a round of their own beside the tick; each works in its own transactions,
        finds its rows again when it was interrupted, and ends early once `stopping` is set.
        """
        self.database, self.clock, self.context, self.chores, self.let_go = database, clock, context, chores, let_go
        self.stopping = stopping or Event()
        self.id = new_id()
        self._beaten: datetime | None = None
        self._closed: date | None = None
        self._scheduler = BackgroundScheduler(timezone="Asia/Shanghai")
        for round_of_work in (self._tick_quietly, self._do_chores_quietly):
            self._scheduler.add_job(
                round_of_work,
                "interval",
                seconds=tick_seconds,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """It ticks by itself from now on, and says so in the database."""
        self._scheduler.start()

    def stop(self) -> None:
        """Nothing new is begun; the transaction, the paper or the case file that is being made is finished first."""
        self.stopping.set()
        self._scheduler.shutdown(wait=True)
        if self._beaten is not None:
            with suppress(LianbanError, SQLAlchemyError):  # a database that is gone forgets it by itself
                self.database.run(lambda tx: heartbeat.stop(tx, self.id))

    def tick(self) -> int:
        """Everything that is due has happened. Returns how many things that were; when nothing is, one statement says so.

        Between any two of them people go first who want to write.
        """
        with self.database.giving_way():
            return self._tick()

    def _tick(self) -> int:
        with self.database.reading() as tx:
            found = waiting.look(tx, self.clock.now())
        if found.left:
            self.let_go()
        done = self._catch_up() if found.behind or found.unwatched else 0
        if found.unplanned:
            self.database.run(lambda tx: schedules.follow_calendar(tx, self.context(tx)))
        if found.planned or found.unplanned:
            done += self._begin_what_is_planned()
        if any(found):
            done += self._do_what_is_due()
        if found.thrown or done:
            done += self._deliver_what_was_thrown()
        self._close_days()
        return done

    def _catch_up(self) -> int:
        """Instances that wait for no instant have taken the step that they wait for; the next tick goes on with the others."""
        with self.database.reading() as tx:
            found = waiting.instances_behind(tx, self.clock.now(), CAUGHT_UP)
        done = 0
        for instance_id in found:
            if self.stopping.is_set():
                break
            done += self._take(lambda tx, one=instance_id: one)[1]  # type: ignore[misc]
            self._beat()
        return done

    def _deliver_what_was_thrown(self) -> int:
        """Messages and signals are heard, each by one instance in a transaction of its own, the longest thrown first.

        What somebody else is at, or what fails, is passed over until the next tick.
        """
        done, passed_over = 0, set[str]()
        while done < AT_MOST and len(passed_over) < PASSED_OVER and not self.stopping.is_set():
            with self.database.reading() as tx:
                event_id = delivering.earliest(tx, self.clock.now(), passed_over)
            if event_id is None:
                break
            if self._deliver(event_id):
                done += 1
            else:
                passed_over.add(event_id)
            self._beat()
        return done

    def _deliver(self, event_id: str) -> bool:
        try:
            return self.database.run(lambda tx: delivering.take(tx, self.context(tx), event_id))
        except (Stale, AlreadyDone, Busy, Uncertain, IncidentRaised):
            pass  # somebody else is at this instance, or the database went away; the next tick looks again
        except Fault as fault:
            self._park(fault)
            self.database.run(lambda tx: delivering.put_off(tx, self.clock.now(), event_id))
        return False

    def _begin_what_is_planned(self) -> int:
        """Each case that is to begin by itself has begun, in a transaction of its own; one that cannot is tried later."""
        begun = 0
        while begun < AT_MOST and not self.stopping.is_set():
            try:
                if self.database.run(lambda tx: schedules.take_next(tx, self.context(tx))) is None:
                    break
                begun += 1
            except schedules.NotBegun as failed:
                self._put_off(failed)
            except (Stale, Busy, Uncertain):
                break  # somebody else is at it, or the database went away; the next tick looks again
            self._beat()
        return begun

    def _put_off(self, failed: schedules.NotBegun) -> None:
        log.error("a case of %s could not begin by itself: %s", failed.key, failed)

        def park(tx: Connection) -> None:
            context = self.context(tx)
            schedules.put_off(tx, context.now, failed)
            incidents.park(tx, context, failed.fault)

        self.database.run(park)

    def _do_what_is_due(self) -> int:
        """One thing after another, always the one that has been due longest, whichever instance it is in.

        An instance that somebody else is at, or whose step fails, is passed over until the next tick.
        """
        done, passed_over = 0, set[str]()
        while done < AT_MOST and len(passed_over) < PASSED_OVER and not self.stopping.is_set():
            instance_id, happened = self._take(lambda tx: due.earliest(tx, self.clock.now(), passed_over))
            if instance_id is None:
                break
            done += happened
            if not happened:
                passed_over.add(instance_id)
            elif self.database.is_sqlite and done % GIVES_WAY_AFTER == 0:
                self.stopping.wait(FOR_SECONDS)
            self._beat()
        return done

    def _take(self, choose: Callable[[Connection], str | None]) -> tuple[str | None, bool]:
        """Which instance was chosen, and whether something has happened in it. A fault stops this instance alone."""
        chosen: str | None = None

        def step(tx: Connection) -> bool:
            nonlocal chosen
            chosen = choose(tx)
            return chosen is not None and due.take_next(tx, self.context(tx), chosen)

        try:
            happened = self.database.run(step)
            return chosen, happened
        except (Stale, AlreadyDone, Busy, Uncertain):
            pass  # somebody else is at this instance, or the database went away; the next tick looks again
        except DatabaseFull:
            log.error("the database takes nothing more; the next tick tries again")
            return None, False
        except (OperationalError, InterfaceError):
            log.exception("the database failed while instance %s took its step; the next tick tries again", chosen)
        except Exception as error:
            if chosen is None:
                raise
            self._park(_fault_of(chosen, error))
        return chosen, False

    def _park(self, fault: Fault) -> None:
        log.error("instance %s is parked: %s", fault.instance_id, fault.message)
        self.database.run(lambda tx: incidents.park(tx, self.context(tx), fault))

    def _close_days(self) -> None:
        """The audit's daily heads, looked at once a day; the new ones go to whoever keeps them elsewhere."""

        def close(tx: Connection) -> datetime:
            context = self.context(tx)
            if audit.close_days(tx, context.now - GRACE):
                kept_heads.send_last_days(tx, context)
            return context.now - GRACE

        if self._closed != local_date(self.clock.now() - GRACE):
            self._closed = local_date(self.database.run(close))

    def _beat(self) -> None:
        """The database says when this worker has looked last; one that only ticks when it is told says nothing."""
        now = self.clock.now()
        if not self._scheduler.running or (self._beaten is not None and abs(now - self._beaten) < heartbeat.EVERY):
            return
        self.database.run(lambda tx: heartbeat.beat(tx, self.id, now))
        self._beaten = now

    def _tick_quietly(self) -> None:
        """A tick that fails as a whole is logged; the next one tries again."""
        try:
            self.tick()
            self._beat()
        except Exception:
            log.exception("the tick failed")

    def _do_chores_quietly(self) -> None:
        """What could not be done is logged with its reason by whoever does it; a chore that fails as a whole here."""
        for chore in self.chores:
            if self.stopping.is_set():
                return
            try:
                with self.database.giving_way():
                    chore()
            except Exception:
                log.exception("a chore could not be done")


def _fault_of(instance_id: str, error: Exception) -> Fault:
    if isinstance(error, Fault):
        return error
    if isinstance(error, LianbanError):
        return Fault(instance_id, error.sentence, None)
    log.error("instance %s could not take its step", instance_id, exc_info=error)
    return Fault(instance_id, _("An internal error occurred. The log of the service says more."), None)

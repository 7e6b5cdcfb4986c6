"""The worker: what is due happens, in order, one instance after another; nothing is due twice and nothing is forgotten.

APScheduler is only the metronome. What is due lies in the database, so a worker that is killed loses nothing: the next
one finds the same rows, and what has come due in the meantime happens at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.clock import local_date
from engine.db.session import Database
from engine.errors import AlreadyDone, Busy, DatabaseFull, LianbanError, Stale, Uncertain
from engine.runtime import audit, due, incidents, kept
from engine.runtime.faults import Fault
from engine.runtime.step import Context

log = logging.getLogger("lianban.worker")
GRACE = timedelta(minutes=10)
"""A day's head waits so long for steps that began before midnight and commit after it."""
AT_MOST = 10_000
"""Things that one tick may do; the next tick goes on."""


class Worker:
    def __init__(
        self,
        database: Database,
        context: Callable[..., Context],
        tick_seconds: float,
        chores: Sequence[Callable[[], object]] = (),
        first: Callable[[], object] = lambda: None,
    ) -> None:
        """`context(tx)` gives the present instant, the calendar and the city's rules; `first` is what a tick begins with.

        `chores` are what steps have left behind in the database, one after another: papers to be made, case files to
        be packed. They are slow, so they have a round of their own beside the tick; each works in its own transactions
        and finds its rows again when it was interrupted.
        """
        self.database, self.context, self.chores, self.first = database, context, chores, first
        self._closed: object = None
        self._has_watched = False
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
        self._scheduler.start()

    def stop(self) -> None:
        """What is being done is finished first."""
        self._scheduler.shutdown(wait=True)

    def tick(self) -> int:
        """Everything that is due has happened. Returns how many things that were."""
        self.first()
        done = 0
        for instance_id in self._due():
            while done < AT_MOST and self._take_next(instance_id):
                done += 1
        self._close_days()
        return done

    def _due(self) -> list[str]:
        """Once in the life of a worker also what an older version has left without anybody to notice it."""
        with self.database.reading() as tx:
            found = due.instances_due(tx, self.context(tx))
            if not self._has_watched:
                left = due.unwatched(tx)
                self._has_watched = len(left) < AT_MOST
                found = list(dict.fromkeys([*found, *left]))
            return found

    def _take_next(self, instance_id: str) -> bool:
        """One thing of the instance has happened. A fault stops this instance alone."""
        try:
            return self.database.run(lambda tx: due.take_next(tx, self.context(tx), instance_id))
        except (Stale, AlreadyDone, Busy, Uncertain):
            return False  # somebody else is at this instance, or the database went away; the next tick looks again
        except (DatabaseFull, OperationalError, InterfaceError):
            log.exception("the database failed while instance %s took its step; the next tick tries again", instance_id)
        except Fault as fault:
            self._park(fault)
        except LianbanError as error:
            self._park(Fault(instance_id, error.message, None))
        except Exception:
            log.exception("instance %s could not take its step", instance_id)
            self._park(Fault(instance_id, "系统内部错误，详见服务日志。", None))
        return False

    def _park(self, fault: Fault) -> None:
        log.error("instance %s is parked: %s", fault.instance_id, fault.message)
        self.database.run(lambda tx: incidents.park(tx, self.context(tx), fault))

    def _close_days(self) -> None:
        """The audit's daily heads, looked at once a day; the new ones go to whoever keeps them elsewhere."""

        def close(tx: Connection) -> datetime:
            context = self.context(tx)
            if audit.close_days(tx, context.now - GRACE):
                kept.send_last_days(tx, context)
            return context.now - GRACE

        with self.database.reading() as tx:
            today = local_date(self.context(tx).now - GRACE)
        if self._closed != today:
            self._closed = local_date(self.database.run(close))

    def _tick_quietly(self) -> None:
        """A tick that fails as a whole is logged; the next one tries again."""
        try:
            self.tick()
        except Exception:
            log.exception("the tick failed")

    def _do_chores_quietly(self) -> None:
        """What could not be done is logged with its reason by whoever does it; a chore that fails as a whole here."""
        for chore in self.chores:
            try:
                chore()
            except Exception:
                log.exception("a chore could not be done")

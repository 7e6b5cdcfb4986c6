"""What the outbox holds is sent: each channel in a thread of its own, so that one that hangs holds up nothing else.

Nothing is sent within a transaction. A row is leased in one, sent outside of any, and settled in another; a process that
is killed in between leaves a lease that runs out, and the message goes again under the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.clock import Clock
from engine.db.session import Database
from engine.errors import Busy, Uncertain
from engine.messages import Text, speaking
from engine.messages import gettext as _
from engine.notices import outbox
from engine.notices.channels import Channel
from engine.notices.network import DeliveryError, RefusedForGood, Unreachable
from engine.notices.outbox import Parcel

log = logging.getLogger("lianban.delivery")
LOOK_EVERY_SECONDS = 5
SWEEP_EVERY_SECONDS = 3600
AT_MOST = 500
"""Messages that one look may send on a channel; the next look goes on."""


class Delivery:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        base_url: str,
        stopping: Event | None = None,
    ) -> None:
        """Once `stopping` is set no other message is begun."""
        self.database, self.clock, self.channels, self.base_url = database, clock, dict(channels), base_url
        self.stopping = stopping or Event()
        self._scheduler = BackgroundScheduler(
            timezone="Asia/Shanghai", executors={"default": ThreadPoolExecutor(len(self.channels) + 1)}
        )
        once_at_a_time = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        for key in self.channels:
            self._scheduler.add_job(
                self._deliver_quietly, "interval", [key], seconds=LOOK_EVERY_SECONDS, **once_at_a_time
            )
        self._scheduler.add_job(self._sweep_quietly, "interval", seconds=SWEEP_EVERY_SECONDS, **once_at_a_time)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """What is being sent is finished first; a channel that hangs is cut off by its own limits."""
        self.stopping.set()
        self._scheduler.shutdown(wait=True)

    def deliver(self, key: str) -> int:
        """Everything that is due on the channel has been tried. Returns how many messages went out."""
        gone = 0
        for _time in range(AT_MOST):
            parcel = None if self.stopping.is_set() else self._lease(key)
            if parcel is None:
                break
            try:
                with speaking(parcel.message.language):
                    self.channels[key].send(parcel.message)
            except Unreachable as error:
                self._unreachable(key, parcel, error.words)
                break
            except DeliveryError as error:
                self._failed(parcel, error.words, isinstance(error, RefusedForGood))
            except Exception as error:
                log.exception("message %s could not be sent", parcel.id)
                self._failed(
                    parcel,
                    _(
                        "A fault of the system (%(error)s). The log of the service says more.",
                        error=type(error).__name__,
                    ),
                    False,
                )
            else:
                self._sent(parcel)
                gone += 1
        return gone

    def sweep(self) -> int:
        """Messages of channels that are gone from the settings are given up in time. Returns how many."""
        now = self.clock.now()
        return self.database.run(lambda tx: outbox.give_up_old(tx, list(self.channels), now))

    def _lease(self, key: str) -> Parcel | None:
        now = self.clock.now()
        with self.database.reading() as tx:  # nothing due is the usual case, and needs no lock
            if not outbox.any_due(tx, key, now):
                return None
        return self.database.run(lambda tx: outbox.lease(tx, key, now, self.base_url))

    def _sent(self, parcel: Parcel) -> None:
        self.database.run(lambda tx: outbox.sent(tx, parcel, self.clock.now()))

    def _failed(self, parcel: Parcel, reason: Text, for_good: bool) -> None:
        log.warning("message %s did not go out: %s", parcel.id, reason)
        self.database.run(lambda tx: outbox.failed(tx, parcel, reason, self.clock.now(), for_good))

    def _unreachable(self, key: str, parcel: Parcel, reason: Text) -> None:
        """Whatever else waits on the channel would fail alike; it has not to wait for its own time-out."""
        log.warning("channel %s cannot be reached: %s", key, reason)
        now = self.clock.now()
        self.database.run(lambda tx: outbox.failed(tx, parcel, reason, now))
        self.database.run(lambda tx: outbox.channel_failed(tx, key, reason, now))

    def _deliver_quietly(self, key: str) -> None:
        try:
            self.deliver(key)
        except (Busy, Uncertain):
            log.warning("channel %s: the database is busy or gone; the next look tries again", key)
        except Exception:
            log.exception("channel %s: this look failed; the next one tries again", key)

    def _sweep_quietly(self) -> None:
        try:
            self.sweep()
        except Exception:
            log.exception("the sweep failed")

"""The only place that reads the time. Instants are aware and in UTC; days and the office's wall clock are Asia/Shanghai.

A real installation has `SystemClock`; the demonstration may run at another time (`OffsetClock`); tests set `FixedClock`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Protocol

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one zone without daylight saving since 1992; every period of the plan is counted in it."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """Runs at the speed of the real clock, moved by a fixed offset. Demonstration data only."""

    def __init__(self, starts_at: datetime) -> None:
        self.offset = require_aware(starts_at) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class FixedClock:
    """Stands still until it is moved: for tests, and for telling the demonstration's past."""

    def __init__(self, at: datetime | str) -> None:
        self.set(at)

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime | str) -> None:
        """The clock shows `at`; text without an offset is read as Asia/Shanghai."""
        self.at = parse_local(at) if isinstance(at, str) else require_aware(at).astimezone(UTC)

    def advance(self, **duration: float) -> None:
        self.at += timedelta(**duration)


def require_aware(instant: datetime) -> datetime:
    """The instant unchanged; raises ValueError when it carries no offset."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"an instant needs an offset from UTC: {instant!r}")
    return instant


def parse_local(text: str) -> datetime:
    """An ISO 8601 text as an instant in UTC; without an offset it is read as Asia/Shanghai. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=SHANGHAI)
    return instant.astimezone(UTC)


def local(instant: datetime) -> datetime:
    """The instant as Asia/Shanghai's wall clock shows it."""
    return require_aware(instant).astimezone(SHANGHAI)


def local_date(instant: datetime) -> date:
    return local(instant).date()


def to_the_minute(instant: datetime | None) -> datetime | None:
    """Without its seconds, as people write a time."""
    return instant.replace(second=0, microsecond=0) if instant else None


def midnight(day: date) -> datetime:
    """00:00 of `day` in Asia/Shanghai, as an instant in UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)

"""The record of a legal period: from which fact it runs, when it is due, how that was counted, and what became of it.

A period starts when its timer event is armed, or takes the running record of its key. From then on the record is the
truth: the timer, the reminders and every page follow it. Being overdue is a fact that nothing erases.

A period may stand still for a while: from its pause until it is resumed it is not due and cannot run out. The working days
from the day of the pause to the day of the resume, both included, are not counted; the others run on afterwards. A pause
that ends on the day on which it began takes no day away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from engine.clock import local_date
from engine.db.case import case_of
from engine.db.rows import DeadlineRow
from engine.db.tables import deadline
from engine.deadlines import counting
from engine.deadlines.calendar import Calendar
from engine.deadlines.counting import Count
from engine.ids import new_id
from engine.states import MoveReason, PeriodStatus

OPEN = (PeriodStatus.RUNNING, PeriodStatus.OVERDUE, PeriodStatus.PAUSED)
OF_TASK = "task:"
"""Begins the key of the recommended time of a task that no period is drawn for."""
IN_SCOPE = "@"
"""Stands in the key of a period within a scope, before what tells its scope from others: one name may run in many."""
SCOPE_SIGNS, NAME_LIMIT = 12, 51
"""Characters of a scope's id that stand there, and of a name that they leave room for."""


def key_in(name: str, scope_id: str | None) -> str:
    """The key under which the period that is called so is kept in a scope; None is the instance itself."""
    if scope_id is None:
        return name
    if len(name) > NAME_LIMIT:
        name = OF_TASK + sha256(name.encode()).hexdigest()[:32]
    return f"{name}{IN_SCOPE}{scope_id[:SCOPE_SIGNS]}"


def name_in(key: str) -> str:
    """What the diagram calls the period that is kept under this key."""
    return key.partition(IN_SCOPE)[0]


@dataclass(frozen=True)
class Deadline:
    """One row of the table; instants are aware and in UTC, `due_at` is exclusive: in time means before it."""

    id: str
    instance_id: str
    key: str
    element_id: str
    name: str
    rule: str
    basis: str
    hard: bool
    unit_code: str | None
    kind: str
    number: int | None
    start_at: datetime
    due_at: datetime
    last_day: date | None
    provisional: bool
    trace: dict[str, list[list[str]]]
    calendar_version: str
    status: str
    armed_at: datetime
    original_due_at: datetime
    moves: list[dict[str, Any]]
    overdue_at: datetime | None
    ended_at: datetime | None
    scope_id: str | None = None
    """The scope that it runs in; None: the instance itself."""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def name_drawn(self) -> str:
        """What the diagram calls the period: its key, without the scope that it runs in."""
        return name_in(self.key)

    @property
    def of_task(self) -> bool:
        """Whether it is the recommended time of one task, not a period that the diagram draws."""
        return self.key.startswith(OF_TASK)

    @property
    def extended(self) -> bool:
        return any(move["why"] == MoveReason.EXTENDED for move in self.moves)

    @property
    def paused(self) -> str:
        """Why the period stands still now, as its pause said it; empty while it runs."""
        return str(self._last_pause["by"]) if self.status == PeriodStatus.PAUSED else ""

    @property
    def paused_since(self) -> datetime | None:
        """From when the period stands still now; None while it runs."""
        return datetime.fromisoformat(self._last_pause["since"]) if self.status == PeriodStatus.PAUSED else None

    @property
    def _last_pause(self) -> dict[str, Any]:
        """A correction may have moved the period since: the pause is not always its last move."""
        return next(move for move in reversed(self.moves) if move["why"] == MoveReason.PAUSED)

    @property
    def pauses(self) -> list[tuple[date, date]]:
        """First and last day of each time that the period stood still; a pause that goes on has no end yet."""
        found: list[tuple[date, date]] = []
        for move in self.moves:
            if move["why"] == MoveReason.PAUSED:
                found.append((local_date(datetime.fromisoformat(move["since"])), date.max))
            elif move["why"] == MoveReason.RESUMED:
                found[-1] = (found[-1][0], local_date(datetime.fromisoformat(move["since"])))
        return found

    @property
    def past_pauses(self) -> list[tuple[date, date]]:
        """Those that are over: a pause that goes on takes its days away when it ends."""
        return [pause for pause in self.pauses if pause[1] != date.max]


def of_instance(tx: Connection, instance_id: str) -> list[Deadline]:
    """Every period that the instance has had, oldest first."""
    return [Deadline(*row) for row in _by_age(tx, instance_id)]


def latest_of_instance(tx: Connection, instance_id: str) -> dict[str, Deadline]:
    """The latest period of each key, open or ended."""
    latest = {row.key: row for row in _by_age(tx, instance_id)}
    return {key: Deadline(*row) for key, row in latest.items()}


def open_of_instance(tx: Connection, instance_id: str) -> list[Deadline]:
    """The periods of the instance that run, oldest first."""
    return [Deadline(*row) for row in _by_age(tx, instance_id) if row.status in OPEN]


def _by_age(tx: Connection, instance_id: str) -> list[DeadlineRow]:
    return sorted(case_of(tx, instance_id).rows(deadline), key=_age)


def _age(row: DeadlineRow) -> tuple[datetime, bool, str]:
    """Of two that were armed in one step, the open one is the later."""
    return row.armed_at, row.ended_at is None, row.id


def start(
    tx: Connection,
    *,
    instance_id: str,
    key: str,
    element_id: str,
    name: str,
    rule: str,
    basis: str,
    hard: bool,
    unit_code: str | None,
    count: Count,
    now: datetime,
    scope_id: str | None = None,
) -> Deadline:
    """A new period is running; `key` is what it is called, in its scope."""
    record = Deadline(
        id=new_id(),
        instance_id=instance_id,
        key=key_in(key, scope_id),
        element_id=element_id,
        name=name,
        rule=rule,
        basis=basis,
        hard=hard,
        unit_code=unit_code,
        status=PeriodStatus.RUNNING,
        armed_at=now,
        original_due_at=count.due_at,
        moves=[],
        overdue_at=None,
        ended_at=None,
        scope_id=scope_id,
        **_counted(count),
    )
    case_of(tx, instance_id).add(deadline, vars(record))
    return record


def move(
    tx: Connection, record: Deadline, count: Count, why: str, now: datetime, ground: Mapping[str, str] | None = None
) -> Deadline:
    """The open period is due at another instant; the old one and the reason stay. An overdue stays an overdue.

    `ground` is the `rule` that allows it and its `basis`, where the diagram names them. Where another calendar has counted,
    both are named.
    """
    if not record.is_open:
        return record
    step = {"at": now.isoformat(), "from": record.due_at.isoformat(), "to": count.due_at.isoformat(), "why": why}
    if "" not in (calendars := (record.calendar_version, count.calendar_version)) and calendars[0] != calendars[1]:
        step |= {"calendar_from": calendars[0], "calendar_to": calendars[1]}
    step |= ground or {}
    return _change(tx, record, moves=[*record.moves, step], **_counted(count))


def is_counted_so(record: Deadline, count: Count) -> bool:
    """Whether the record holds this very count, with whichever calendar that was made."""
    held = _counted(count)
    return all(getattr(record, name) == held[name] for name in ("due_at", "last_day", "provisional", "trace"))


def count_anew(tx: Connection, record: Deadline, count: Count) -> Deadline:
    """The open period is due as before, and counted with another calendar: what was provisional is final."""
    return _change(tx, record, **_counted(count))


def pause(tx: Connection, record: Deadline, since: datetime, by: str, now: datetime) -> Deadline:
    """The running period stands still from this instant on, which may lie in the past, for the reason `by`.

    One that stands still already, has run out or has ended stays as it is.
    """
    if record.status != PeriodStatus.RUNNING or now >= record.due_at:
        return record
    due = record.due_at.isoformat()
    step = {
        "at": now.isoformat(),
        "from": due,
        "to": due,
        "why": MoveReason.PAUSED,
        "by": by,
        "since": since.isoformat(),
    }
    return _change(tx, record, status=PeriodStatus.PAUSED, moves=[*record.moves, step])


def resume(tx: Connection, record: Deadline, since: datetime, by: str, now: datetime, calendar: Calendar) -> Deadline:
    """The period runs again from this instant on: what was left of its working days is left still.

    One that was not paused for this reason stays as it is.
    """
    if record.paused != by:
        return record
    before = record.past_pauses
    length = counting.until(calendar, record.start_at, record.due_at, before).number or 0
    pauses = [*before, (record.pauses[-1][0], local_date(since))]
    count = counting.working_days(calendar, length, record.start_at, pauses=pauses)
    step = {
        "at": now.isoformat(),
        "from": record.due_at.isoformat(),
        "to": count.due_at.isoformat(),
        "why": MoveReason.RESUMED,
        "by": by,
        "since": since.isoformat(),
    }
    return _change(tx, record, status=PeriodStatus.RUNNING, moves=[*record.moves, step], **_counted(count))


def note(tx: Connection, record: Deadline, count: Count, why: str, now: datetime) -> Deadline:
    """A period that has ended stays as it was judged; that it would have been due at another instant is kept beside."""
    step = {"at": now.isoformat(), "from": record.due_at.isoformat(), "to": count.due_at.isoformat(), "why": why}
    return _change(tx, record, moves=[*record.moves, step])


def mark_overdue(tx: Connection, record: Deadline, now: datetime) -> Deadline:
    """The period has run out at its due instant. An overdue that is recorded stays as it is."""
    if record.status != PeriodStatus.RUNNING or now < record.due_at:
        return record
    return _change(tx, record, status=PeriodStatus.OVERDUE, overdue_at=record.due_at)


def meet(tx: Connection, record: Deadline, at: datetime) -> Deadline:
    """The duty was done at this instant: in time when before the due instant, else late, and an overdue for ever."""
    if not record.is_open:
        return record
    late = (at >= record.due_at and not record.paused) or record.overdue_at is not None
    overdue_at = record.overdue_at or (record.due_at if late else None)
    return _change(
        tx, record, status=PeriodStatus.MET_LATE if late else PeriodStatus.MET, ended_at=at, overdue_at=overdue_at
    )


def cancel(tx: Connection, record: Deadline, at: datetime) -> Deadline:
    """The duty has fallen away: the instance ended or went another way. An overdue stays recorded."""
    if not record.is_open:
        return record
    overdue_at = record.overdue_at or (record.due_at if at >= record.due_at and not record.paused else None)
    return _change(tx, record, status=PeriodStatus.CANCELLED, ended_at=at, overdue_at=overdue_at)


def reopen(tx: Connection, record: Deadline) -> Deadline:
    """What had ended the period is undone: it goes on, or stands still, as before. An overdue stays an overdue."""
    if record.is_open:
        return record
    turns = [move["why"] for move in record.moves if move["why"] in (MoveReason.PAUSED, MoveReason.RESUMED)]
    stood_still = turns[-1:] == [MoveReason.PAUSED]
    running = PeriodStatus.PAUSED if stood_still else PeriodStatus.RUNNING
    status = running if record.overdue_at is None else PeriodStatus.OVERDUE
    return _change(tx, record, status=status, ended_at=None)


def _counted(count: Count) -> dict[str, Any]:
    def days(counted: Any) -> list[list[str]]:
        return [[day.date.isoformat(), day.reason] for day in counted]

    return {
        "kind": count.kind,
        "number": count.number,
        "start_at": count.start_at,
        "due_at": count.due_at,
        "last_day": count.last_day,
        "provisional": count.provisional,
        "trace": {"counted": days(count.counted), "skipped": days(count.skipped)},
        "calendar_version": count.calendar_version,
    }


def _change(tx: Connection, record: Deadline, **values: Any) -> Deadline:
    case = case_of(tx, record.instance_id)
    case.change(deadline, case.one(deadline, record.id), **values)
    return replace(record, **values)

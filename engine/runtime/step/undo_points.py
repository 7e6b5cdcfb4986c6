"""How an instance stood before its last completion: kept with every completion, so that it can be taken back.

The state is restored whole. That is right in every diagram, joins and loops included, and it is possible as long as
nothing else has moved the instance, which its revision says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine.db import fetch
from engine.db.case import case_of
from engine.db.rows import TimerRow, UndoPointRow
from engine.db.tables import timer, undo_point
from engine.errors import RecordsDamaged
from engine.runtime.step import sealing
from engine.runtime.step.events import DocumentDelivered, Event, PeriodMoved, PeriodStands, TaskOpened
from engine.runtime.step.step import Step
from engine.states import PeriodStatus, TimerKind


@dataclass(frozen=True)
class Did:
    """What the step of a completion did: what has to fall away when it is taken back, or keeps it from being."""

    begun: frozenset[str]
    """The keys of the periods that it began."""
    ended: Mapping[str, str]
    """How the periods that it ended came out, by their keys."""
    moved: bool
    """Whether it moved a period, which both sides were told."""
    documents: Sequence[str]
    """The ids of the documents that were delivered."""
    opened: Sequence[str]
    """The ids of the tasks that followed."""

    @classmethod
    def of(cls, events: Sequence[Event]) -> Did:
        periods = [(event.key, event.status) for event in events if isinstance(event, PeriodStands)]
        return cls(
            begun=frozenset(key for key, status in periods if status == PeriodStatus.RUNNING),
            ended={
                key: status
                for key, status in periods
                if status in (PeriodStatus.MET, PeriodStatus.MET_LATE, PeriodStatus.CANCELLED)
            },
            moved=any(isinstance(event, PeriodMoved) for event in events),
            documents=[event.id for event in events if isinstance(event, DocumentDelivered)],
            opened=[event.id for event in events if isinstance(event, TaskOpened)],
        )

    @classmethod
    def read(cls, kept: Mapping[str, Any] | None) -> Did:
        assert kept is not None, "the migration that brought it has filled it"
        return cls(**{**kept, "begun": frozenset(kept["begun"])})

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "begun": sorted(self.begun)}


def remember(step: Step, task_id: str, raw: Mapping[str, list[str]]) -> None:
    """What this step is about to change, as it is stored now."""
    step.completion = {
        "instance_id": step.instance_id,
        "task_id": task_id,
        "revision": step.instance["revision"] + 1,
        "taken": step.instance["taken"],
        "timers": [_stored(row) for row in step.case.rows(timer) if row.kind == TimerKind.DUE],
        "answers": dict(raw),
    }


def store(step: Step) -> None:
    """What was remembered is kept, with what the step has done; it replaces what was kept before."""
    if step.completion is None:
        return
    values = {**step.completion, "did": Did.of(step.events).to_json()}
    state = sealing.sealed_state(
        step.tx, _bound(values, step.instance["definition_id"]), sealing.state_of(step.tx, step.instance)
    )
    before = step.case.get(undo_point, step.instance_id)
    if before is None:
        step.case.add(undo_point, {**values, "state": state})
    else:
        step.case.change(undo_point, before, **values, state=state)


def state_of(tx: Connection, point: UndoPointRow, definition_id: str) -> bytes:
    """How the instance stood. Raises RecordsDamaged when the point is not as it was kept, in any of its parts.

    The seal of a point that an older version has kept says nothing of what the step did.
    """
    bound = _bound(point._asdict(), definition_id)
    try:
        return sealing.opened_state(tx, bound, _state_in(point))
    except RecordsDamaged:
        return sealing.opened_state(
            tx, {name: value for name, value in bound.items() if name != "did"}, _state_in(point)
        )


def seal(tx: Connection, point: UndoPointRow, definition_id: str) -> bytes:
    """The state of a point that was kept before there were seals, as it is stored now."""
    return sealing.sealed_state(tx, _bound(point._asdict(), definition_id), sealing.unsealed(_state_in(point)))


def _state_in(point: UndoPointRow) -> bytes:
    assert point.state is not None, "it was read with its state, by `point_of`"
    return point.state


def _bound(point: Mapping[str, Any], definition_id: str) -> dict[str, Any]:
    names = ("instance_id", "task_id", "revision", "taken", "timers", "answers", "did")
    return {"what": "undo", "definition_id": definition_id, **{name: point[name] for name in names}}


def point_of(tx: Connection, instance_id: str) -> UndoPointRow | None:
    return fetch.first(tx, UndoPointRow, select(undo_point).where(undo_point.c.instance_id == instance_id))


def forget(tx: Connection, instance_id: str) -> None:
    case = case_of(tx, instance_id)
    if (point := case.get(undo_point, instance_id)) is not None:
        case.remove(undo_point, point)


def limit_over(timers: Sequence[Mapping[str, Any]], now: datetime) -> bool:
    """Whether a kept limit that closes a task has run out since: the task would be closed as soon as it is open again."""
    limits = (row["due_at"] for row in timers if row["interrupting"] and row["due_at"])
    return any(datetime.fromisoformat(due_at) <= now for due_at in limits)


def put_timers_back(step: Step, stored: list[dict[str, Any]]) -> None:
    """Drawn timers that were there have their rows again, due when they were due."""
    then = {row["id"]: {**row, "due_at": _instant(row["due_at"])} for row in stored}
    for armed in step.case.rows(timer):
        if armed.kind == TimerKind.DUE and armed.id not in then:
            step.case.remove(timer, armed)
    for timer_id, row in then.items():
        there = step.case.get(timer, timer_id)
        if there is None:
            step.case.add(timer, row)
        else:
            step.case.change(timer, there, **row)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _stored(row: TimerRow) -> dict[str, Any]:
    return {**row._asdict(), "due_at": row.due_at.isoformat() if row.due_at else None}

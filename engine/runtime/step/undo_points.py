"""How an instance stood before its last completion: kept with every completion, so that it can be taken back.

The state is restored whole. That is right in every diagram, joins and loops included, and it is possible as long as
nothing else has moved the instance, which its revision says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.db.case import case_of
from engine.db.tables import timer, undo_point
from engine.runtime.step import sealing
from engine.runtime.step.step import Step


def remember(step: Step, task_id: str, raw: Mapping[str, list[str]]) -> None:
    """What this step is about to change, as it is stored now; it replaces what was kept before."""
    tx, instance = step.tx, step.instance
    drawn = [row for row in step.case.rows(timer) if row.kind == "due"]
    values = {
        "instance_id": step.instance_id,
        "task_id": task_id,
        "revision": instance["revision"] + 1,
        "taken": instance["taken"],
        "timers": [_stored(row) for row in drawn],
        "answers": dict(raw),
    }
    bound = _bound(values, instance["definition_id"])
    state = sealing.sealed_state(tx, bound, sealing.state_of(tx, instance))
    before = step.case.get(undo_point, step.instance_id)
    if before is None:
        step.case.add(undo_point, {**values, "state": state})
    else:
        step.case.change(undo_point, before, **values, state=state)


def state_of(tx: Connection, point: Row[Any], definition_id: str) -> bytes:
    """How the instance stood. Raises RecordsDamaged when the point is not as it was kept, in any of its parts."""
    return sealing.opened_state(tx, _bound(dict(point._mapping), definition_id), point.state)


def seal(tx: Connection, point: Row[Any], definition_id: str) -> bytes:
    """The state of a point that was kept before there were seals, as it is stored now."""
    return sealing.sealed_state(tx, _bound(dict(point._mapping), definition_id), sealing.unsealed(point.state))


def _bound(point: Mapping[str, Any], definition_id: str) -> dict[str, Any]:
    names = ("instance_id", "task_id", "revision", "taken", "timers", "answers")
    return {"what": "undo", "definition_id": definition_id, **{name: point[name] for name in names}}


def point_of(tx: Connection, instance_id: str) -> Row[Any] | None:
    return tx.execute(select(undo_point).where(undo_point.c.instance_id == instance_id)).first()


def forget(tx: Connection, instance_id: str) -> None:
    case = case_of(tx, instance_id)
    if (point := case.get(undo_point, instance_id)) is not None:
        case.remove(undo_point, point)


def limit_over(point: Row[Any], now: datetime) -> bool:
    """Whether a limit that closes a task has run out since: the task would be closed as soon as it is open again."""
    limits = (row["due_at"] for row in point.timers if row["interrupting"] and row["due_at"])
    return any(datetime.fromisoformat(due_at) <= now for due_at in limits)


def put_timers_back(step: Step, stored: list[dict[str, Any]]) -> None:
    """Drawn timers that were there have their rows again, due when they were due."""
    then = {row["id"]: {**row, "due_at": _instant(row["due_at"])} for row in stored}
    for armed in step.case.rows(timer):
        if armed.kind == "due" and armed.id not in then:
            step.case.remove(timer, armed)
    for timer_id, row in then.items():
        armed = step.case.get(timer, timer_id)
        if armed is None:
            step.case.add(timer, row)
        else:
            step.case.change(timer, armed, **row)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _stored(row: Row[Any]) -> dict[str, Any]:
    return {**row._mapping, "due_at": row.due_at.isoformat() if row.due_at else None}

"""What several are asked, each for itself: who has answered, who has not, and who is no longer asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.db.case import case_of
from engine.db.tables import scope, task
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Name, Text
from engine.reports.parts.names import Names, UnitName, outcome_name
from engine.reports.parts.periods import Period


@dataclass(frozen=True)
class Member:
    """One of them. `state`: done, open, or closed before there was an answer."""

    state: str
    unit: UnitName | None
    item: str
    """What it is asked for, when that is no unit."""
    step: Name
    who: str
    at: datetime | None
    outcome: Text
    period: Period | None


@dataclass(frozen=True)
class Round:
    """All who are asked by one run of an activity, in the order of its list."""

    name: Name
    is_over: bool
    members: tuple[Member, ...]

    @property
    def answered(self) -> int:
        return sum(member.state == "done" for member in self.members)


def rounds(
    tx: Connection, instance_id: str, definition: Definition, names: Names, periods: Mapping[str, Period]
) -> list[Round]:
    """Every run of an activity that is done for each of several, the oldest first; `periods` are told by their keys."""
    case = case_of(tx, instance_id)
    scopes = {row.id: row for row in case.rows(scope)}
    tasks: dict[str, list[Row[Any]]] = {}
    for row in case.rows(task):
        for around in _iterations(scopes, row.scope_id):
            tasks.setdefault(around, []).append(row)
    runs: dict[str, list[Row[Any]]] = {}
    for row in scopes.values():
        if row.apart:
            runs.setdefault(row.run_id, []).append(row)
    return [
        Round(
            name=definition.element_name(own[0].element_id),
            is_over=all(row.ended_at is not None for row in own),
            members=tuple(
                _member(row, tasks.get(row.id, []), definition, names, periods)
                for row in sorted(own, key=lambda row: row.position)
            ),
        )
        for own in runs.values()
    ]


def _iterations(scopes: Mapping[str, Row[Any]], scope_id: str | None) -> list[str]:
    """The ids of the iterations around something, the innermost first."""
    found = []
    while scope_id is not None:
        row = scopes[scope_id]
        found += [row.id] if row.apart else []
        scope_id = row.parent_id
    return found


def _member(
    row: Row[Any], tasks: list[Row[Any]], definition: Definition, names: Names, periods: Mapping[str, Period]
) -> Member:
    item = decode(row.item)
    unit = names.unit(item) if isinstance(item, str) else None
    latest = max(tasks, key=lambda found: (found.status == "open", found.opened_at), default=None)
    state = "done" if row.done else "open" if row.ended_at is None else "closed"
    told = latest is not None and state != "closed"
    return Member(
        state=state,
        unit=unit or (names.unit(latest.unit_code) if latest is not None else None),
        item="" if unit is not None or item is None else str(item),
        step=definition.element_name(latest.element_id) if latest is not None else Name(""),
        who=names.person(latest.ended_by or latest.assignee_id) if latest is not None and told else "",
        at=row.ended_at,
        outcome=outcome_name(definition, latest) if latest is not None and state == "done" else "",
        period=periods.get(latest.deadline_key or "") if latest is not None else None,
    )

"""What several are asked, each for itself: who has answered, who has not, and who is no longer asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from engine.db.case import case_of
from engine.db.tables import scope
from engine.db.values import decode
from engine.deployments.definitions import Definition
from engine.messages import Name, Text
from engine.reports.parts.fellows import asked_beside
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
    tx: Connection,
    instance_id: str,
    definition: Definition,
    names: Names,
    periods: Mapping[str, Period],
    drafts: frozenset[str],
) -> list[Round]:
    """Every run of an activity that is done for each of several, the oldest first.

    `periods` are told by their keys; of the tasks in `drafts` the reader is not told what was answered.
    """
    case = case_of(tx, instance_id)
    tasks: dict[str, list[Row[Any]]] = {}
    for asked in asked_beside(case).values():
        for iteration, row in asked:
            tasks.setdefault(iteration, []).append(row)
    runs: dict[str, list[Row[Any]]] = {}
    for row in case.rows(scope):
        if row.apart:
            runs.setdefault(row.run_id, []).append(row)
    return [
        Round(
            name=definition.element_name(own[0].element_id),
            is_over=all(row.ended_at is not None for row in own),
            members=tuple(
                _member(row, tasks.get(row.id, []), definition, names, periods, drafts)
                for row in sorted(own, key=lambda row: row.position)
            ),
        )
        for own in runs.values()
    ]


def _member(
    row: Row[Any],
    tasks: list[Row[Any]],
    definition: Definition,
    names: Names,
    periods: Mapping[str, Period],
    drafts: frozenset[str],
) -> Member:
    item = decode(row.item)
    unit = names.unit(item) if isinstance(item, str) else None
    latest = max(tasks, key=lambda found: (found.status == "open", found.opened_at), default=None)
    state = "done" if row.done else "open" if row.ended_at is None else "closed"
    told = latest is not None and state != "closed"
    is_read = latest is not None and state == "done" and latest.id not in drafts
    return Member(
        state=state,
        unit=unit or (names.unit(latest.unit_code) if latest is not None else None),
        item="" if unit is not None or item is None else str(item),
        step=definition.element_name(latest.element_id) if latest is not None else Name(""),
        who=names.person(latest.ended_by or latest.assignee_id) if latest is not None and told else "",
        at=row.ended_at,
        outcome=outcome_name(definition, latest) if latest is not None and is_read else "",
        period=periods.get(latest.deadline_key or "") if latest is not None else None,
    )

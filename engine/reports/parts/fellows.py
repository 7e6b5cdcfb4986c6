"""Who is asked beside whom, each for itself: none of them reads what another one of them has answered."""

from __future__ import annotations

from engine.db.case import Case
from engine.db.rows import TaskRow
from engine.db.tables import scope, task

Asked = dict[str, list[tuple[str, TaskRow]]]
"""Run of an activity that is done several times -> (iteration, row of a task in it)."""


def asked_beside(case: Case) -> Asked:
    """The tasks of every run, those within its sub-processes among them."""
    scopes = {row.id: row for row in case.rows(scope)}
    found: Asked = {}
    for row in case.rows(task) if scopes else ():
        around = row.scope_id
        while around is not None:
            own = scopes[around]
            if own.apart and own.run_id:
                found.setdefault(own.run_id, []).append((own.id, row))
            around = own.parent_id
    return found


def apart(case: Case) -> frozenset[str]:
    """The ids of all tasks that one of several has been asked."""
    return frozenset(row.id for asked in asked_beside(case).values() for _iteration, row in asked)


def of_others(case: Case, unit_code: str) -> frozenset[str]:
    """The ids of the tasks that others have been asked beside this unit, each for itself."""
    hidden = set[str]()
    for asked in asked_beside(case).values():
        own = {iteration for iteration, row in asked if row.unit_code == unit_code}
        if own:
            hidden |= {row.id for iteration, row in asked if iteration not in own and row.unit_code != unit_code}
    return frozenset(hidden)

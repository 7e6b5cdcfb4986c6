"""Rows of lists: tasks and instances as twenty of them stand on a page, each kind of fact read once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Select, case, select

from engine.db import fetch
from engine.db.case import known_case
from engine.db.english import english_of
from engine.db.rows import PartyRow
from engine.db.searchable import SUBJECT_FACT
from engine.db.tables import fact, party, process_instance, task
from engine.db.values import decode
from engine.deployments import definitions
from engine.messages import Name, Text
from engine.organisation.assignment import Actor
from engine.reports.parts import handling
from engine.reports.parts.names import Answered, Names, UnitName, outcome_name, result_name
from engine.reports.parts.periods import Period, nearest, open_periods
from engine.runtime.step.context import Context
from engine.runtime.step.names import FAILED
from engine.runtime.tasks import taking_back
from engine.states import TaskStatus

SUBJECT = (
    select(fact.c.value)
    .where(fact.c.instance_id == process_instance.c.id, fact.c.name == SUBJECT_FACT)
    .order_by(fact.c.id.desc())
    .limit(1)
    .correlate(process_instance)
    .scalar_subquery()
    .label("subject")
)
"""Whom the instance concerns, as it is stored."""
OF_INSTANCE = [*(column for column in process_instance.c if column.name not in ("state", "taken")), SUBJECT]
"""What lists read of an instance: never its state, which is large."""
OF_TASK = (
    process_instance.c.number,
    process_instance.c.title.label("instance_title"),
    process_instance.c.key,
    process_instance.c.definition_id,
    SUBJECT,
)
"""What lists of tasks read of their instances."""


class _Concerned(Protocol):
    @property
    def subject(self) -> Any: ...


class _Timed(Protocol):
    @property
    def status(self) -> str: ...
    @property
    def deadline_key(self) -> str | None: ...


class ListedTask(_Concerned, _Timed, handling.Waits, taking_back.Done, Answered, Protocol):
    """What lists read of a task and, by `OF_TASK`, of its instance."""

    @property
    def name(self) -> str: ...
    @property
    def fallback(self) -> bool: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def number(self) -> str: ...
    @property
    def instance_title(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def definition_id(self) -> str: ...


class ListedInstance(_Concerned, Protocol):
    """What lists show of `OF_INSTANCE`."""

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def definition_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def result(self) -> str | None: ...
    @property
    def result_name(self) -> str | None: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...


class _OpenTask(NamedTuple):
    id: str
    instance_id: str
    element_id: str
    unit_code: str
    name: str
    deadline_key: str | None
    key: str
    waits: str | None
    """The instance that waits for the one that the task is in."""


@dataclass(frozen=True)
class TaskRow:
    """`counterpart` is the other party of the instance; `assignee` is empty while nobody has claimed the task."""

    task_id: str
    number: str
    title: str
    party_name: str
    step: Name
    procedure: Name
    counterpart: UnitName | None
    period: Period | None
    opened_at: datetime
    ended_at: datetime | None
    outcome_name: Name
    assignee: str
    mine: bool
    fallback: bool
    tags: list[Text]
    """委派给我, 征求意见, 转办给我, 退回, 催办 … : what has been done with it among colleagues."""
    may_take_back: bool = False


@dataclass(frozen=True)
class InstanceRow:
    number: str
    title: str
    party_name: str
    procedure: Name
    status: str
    result_name: Text
    waiting_unit: UnitName | None
    waiting_step: Name
    parties: list[UnitName]
    counterpart: UnitName | None
    period: Period | None
    started_at: datetime
    ended_at: datetime | None
    has_failed: bool = False
    """Whether it has ended with an error that nothing caught."""


def procedures(tx: Connection) -> list[tuple[str, Name]]:
    """Key and name of every procedure, by the latest version; those that are gone (`retirement.gone`) are left out."""
    english = english_of(tx)
    return [(key, english.element(key, "", drawn)) for key, drawn in sorted(definitions.names(tx).items())]


def task_rows(
    tx: Connection, context: Context, actor: Actor, names: Names, rows: Sequence[ListedTask], known: Mapping[str, Name]
) -> list[TaskRow]:
    """Rows of tasks; `known` are the names of procedures."""
    ids, english = [row.instance_id for row in rows], english_of(tx)
    periods = open_periods(tx, ids, names, context)
    others = counterparts(tx, names, ids, actor.unit_code)
    tagged = handling.tags(tx, actor, [row for row in rows if row.status == TaskStatus.OPEN])
    back = taking_back.may_be_taken_back(tx, [row for row in rows if row.status == TaskStatus.COMPLETED], context.now)
    return [
        TaskRow(
            task_id=row.id,
            number=row.number,
            title=row.instance_title,
            party_name=_subject(row),
            step=english.element(row.key, row.element_id, row.name),
            procedure=known.get(row.key, Name(row.key)),
            counterpart=others.get(row.instance_id),
            period=period_of_task(row, periods.get(row.instance_id, [])),
            opened_at=row.opened_at,
            ended_at=row.ended_at,
            outcome_name=outcome_name(definitions.load(tx, row.definition_id), row) if row.outcome else Name(""),
            assignee=names.person(row.assignee_id),
            mine=row.assignee_id == actor.person_id,
            fallback=row.fallback,
            tags=tagged.get(row.id, []),
            may_take_back=row.id in back,
        )
        for row in rows
    ]


def _subject(row: _Concerned) -> str:
    """Whom the instance concerns; empty while it is not known."""
    return str(decode(row.subject) or "") if row.subject is not None else ""


def _open_tasks(ids: list[str]) -> Select[Any]:
    """Open tasks of these instances, and of what they have called; `waits` is the instance that waits for the called one."""
    called = process_instance.c.origin_instance_id.in_(ids) & process_instance.c.origin_task_id.is_not(None)
    waits = case((called, process_instance.c.origin_instance_id)).label("waits")
    shown, theirs = (select(process_instance.c.id).where(own) for own in (process_instance.c.id.in_(ids), called))
    columns = (task.c.id, task.c.instance_id, task.c.element_id, task.c.unit_code, task.c.name, task.c.deadline_key)
    return (
        select(*columns, process_instance.c.key, waits)
        .join(process_instance, process_instance.c.id == task.c.instance_id)
        .where(task.c.instance_id.in_(shown.union(theirs)))
        .where(task.c.ended_at.is_(None))  # open; said by its status, SQLite would begin at everything that is open
        .order_by(task.c.opened_at, task.c.id)
    )


def period_of_task(row: _Timed, periods: Sequence[Period]) -> Period | None:
    """The open task's own period among those of its instance; None when it has none."""
    own = (found for found in periods if found.key == row.deadline_key)
    return next(own, None) if row.status == TaskStatus.OPEN else None


def counterparts(tx: Connection, names: Names, instance_ids: list[str], unit_code: str) -> dict[str, UnitName]:
    """The other party of each instance; of one that the unit is no party of, the receiving side."""
    return _others(names, _parties(tx, instance_ids), unit_code)


def _parties(tx: Connection, instance_ids: list[str]) -> Sequence[PartyRow]:
    if len(instance_ids) == 1 and (kept := known_case(tx, instance_ids[0])) is not None:
        return sorted(kept.rows(party), key=lambda row: row.fact, reverse=True)
    own = party.c.instance_id.in_(instance_ids)
    return fetch.every(tx, PartyRow, select(party).where(own).order_by(party.c.fact.desc()))


def _others(names: Names, rows: Sequence[PartyRow], unit_code: str) -> dict[str, UnitName]:
    found: dict[str, UnitName] = {}
    for row in _known_parties(rows, unit_code):
        unit = names.unit(row.unit_code)
        if unit and row.unit_code != unit_code:
            found[row.instance_id] = unit
    return found


def _known_parties(rows: Sequence[PartyRow], unit_code: str) -> list[PartyRow]:
    """The parties of several instances of which the unit is told: `parties.kept_from` for many."""
    first: dict[str, datetime] = {}
    own: dict[str, datetime] = {}
    for row in rows:
        if row.seen_at is not None:
            first[row.instance_id] = min(row.seen_at, first.get(row.instance_id, row.seen_at))
            if row.unit_code == unit_code:
                own[row.instance_id] = row.seen_at
    seen = {(row.instance_id, row.unit_code) for row in rows if row.seen_at is not None}
    return [
        row
        for row in rows
        if (row.instance_id, row.unit_code) in seen or own.get(row.instance_id) in (None, first.get(row.instance_id))
    ]


def parties(
    tx: Connection, names: Names, instances: Sequence[ListedInstance], named: Sequence[PartyRow], unit_code: str
) -> dict[str, list[UnitName]]:
    """The parties of each instance of which the unit is told, in the order in which the procedure names them."""
    rows, found = _known_parties(named, unit_code), {}
    for instance in instances:
        order = definitions.load(tx, instance.definition_id).diagram.process.party_facts
        own = sorted((row for row in rows if row.instance_id == instance.id), key=lambda row: order.index(row.fact))
        codes = dict.fromkeys(row.unit_code for row in own)
        found[instance.id] = [unit for code in codes if (unit := names.unit(code))]
    return found


def instance_rows(
    tx: Connection,
    context: Context,
    names: Names,
    rows: Sequence[ListedInstance],
    unit_code: str,
    known: Mapping[str, Name],
) -> list[InstanceRow]:
    """Rows of instances, each with whom it waits for: the open task with the nearest period, its own or of what it called.

    `known` are the names of procedures.
    """
    ids, english = [row.id for row in rows], english_of(tx)
    periods = open_periods(tx, ids, names, context)
    named = _parties(tx, ids)
    others, sides = _others(names, named, unit_code), parties(tx, names, rows, named, unit_code)
    waiting: dict[str, list[_OpenTask]] = {}
    of_called: dict[str, list[_OpenTask]] = {}
    for open_task in fetch.every(tx, _OpenTask, _open_tasks(ids)):
        if open_task.waits:
            of_called.setdefault(open_task.waits, []).append(open_task)
        if open_task.instance_id in ids:
            waiting.setdefault(open_task.instance_id, []).append(open_task)
    made = []
    for row in rows:
        period = nearest(periods.get(row.id, []))
        tasks = waiting.get(row.id) or of_called.get(row.id, [])
        first = next(
            (found for found in tasks if period and found.deadline_key == period.key), tasks[0] if tasks else None
        )
        made.append(
            InstanceRow(
                number=row.number,
                title=row.title,
                party_name=_subject(row),
                procedure=known.get(row.key, Name(row.key)),
                status=row.status,
                result_name=result_name(definitions.load(tx, row.definition_id), row.result, row.result_name),
                waiting_unit=names.unit(first.unit_code) if first else None,
                waiting_step=english.element(first.key, first.element_id, first.name) if first else Name(""),
                parties=sides.get(row.id, []),
                counterpart=others.get(row.id),
                period=period,
                started_at=row.started_at,
                ended_at=row.ended_at,
                has_failed=row.result == FAILED,
            )
        )
    return made

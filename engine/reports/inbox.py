"""What lies before one person: tasks to do, tasks done, instances started, copies to read. Filtered and paged by the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, and_, cast, false, func, or_, select

from engine.clock import local_date, midnight
from engine.db.searchable import SUBJECT_FACT
from engine.db.tables import deadline, fact, hand_over, party, process_instance, task
from engine.deadlines.calendar import Calendar
from engine.deployments import definitions
from engine.organisation.assignment import Actor
from engine.reports import copies, handling
from engine.reports.calls import waited_for
from engine.reports.copies import CopyRow
from engine.reports.corrections import waiting_for
from engine.reports.filters import Filters
from engine.reports.periods import Period, nearest, open_periods
from engine.reports.units import Names, UnitName, party_names
from engine.runtime.handling import taking_back
from engine.runtime.handling.records import waiting
from engine.runtime.step import Context

PAGE_SIZE = 20
TABS = ("todo", "unclaimed", "done", "started", "copied")


@dataclass(frozen=True)
class TaskRow:
    """`counterpart` is the other party of the instance; `assignee` is empty while nobody has claimed the task."""

    task_id: str
    number: str
    title: str
    party_name: str
    step: str
    procedure: str
    counterpart: UnitName | None
    period: Period | None
    opened_at: datetime
    ended_at: datetime | None
    outcome_name: str | None
    assignee: str
    mine: bool
    fallback: bool
    tags: list[str]
    """委派给我, 征求意见, 转办给我, 退回, 催办 … : what has been done with it among colleagues."""
    may_take_back: bool = False


@dataclass(frozen=True)
class InstanceRow:
    number: str
    title: str
    party_name: str
    procedure: str
    status: str
    result_name: str | None
    waiting_unit: UnitName | None
    waiting_step: str
    parties: list[UnitName]
    counterpart: UnitName | None
    period: Period | None
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Inbox:
    """One page of a tab; `total` counts what fits the filters, `counts` each tab without any."""

    tab: str
    rows: Sequence[Any]
    total: int
    page: int
    counts: dict[str, int]
    procedures: list[tuple[str, str]]
    units: list[UnitName]
    corrections: Sequence[Any] = ()
    """Corrections that wait for this person, on the tab of what is to be done."""

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def inbox(tx: Connection, context: Context, actor: Actor, tab: str, filters: Filters, page: int) -> Inbox:
    """One page of one tab; work is sorted by the nearest due instant, what is past by time, the latest first."""
    look = _Look(tx, context, actor, filters)
    statement, make = look.tab(tab)
    total = tx.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    page = max(1, min(page, -(-total // PAGE_SIZE)))
    rows = tx.execute(statement.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Inbox(
        tab=tab,
        rows=make(rows),
        total=total,
        page=page,
        counts=counts(tx, context, actor),
        procedures=procedures(tx),
        units=look.counterparts(),
        corrections=waiting_for(tx, actor) if tab == "todo" else (),
    )


@dataclass(frozen=True)
class NextTask:
    """What comes after a task; `left` counts it and all that lie before the person besides."""

    task_id: str
    number: str
    title: str
    step: str
    period: Period | None
    left: int


def next_task(tx: Connection, context: Context, actor: Actor, task_id: str, wanted: str = "") -> NextTask | None:
    """The task that follows this one in the order of the inbox, and behind the last of them the first.

    `wanted` goes before, as long as it is there to be done: the page has named it. None when no other is left.
    """
    look = _Look(tx, context, actor, Filters())
    rows = tx.execute(look.open_tasks(unclaimed_only=False)).all()
    place = next((number for number, row in enumerate(rows) if row.id == task_id), -1)
    others = [row for row in [*rows[place + 1 :], *rows[: max(place, 0)]] if row.id != task_id]
    if not others:
        return None
    chosen = next((row for row in others if row.id == wanted), others[0])
    found = look.task_rows([chosen])[0]
    return NextTask(found.task_id, found.number, found.title, found.step, found.period, len(others))


def counts(tx: Connection, context: Context, actor: Actor) -> dict[str, int]:
    """How many things lie in each tab; for copies, those that nobody has read."""
    look = _Look(tx, context, actor, Filters())

    def count(statement: Select[Any]) -> int:
        return tx.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0

    numbers = {tab: count(look.tab(tab)[0]) for tab in ("todo", "unclaimed", "done", "started")}
    numbers["todo"] += len(waiting_for(tx, actor))
    return {**numbers, "copied": count(look.copied(unread_only=True))}


def procedures(tx: Connection) -> list[tuple[str, str]]:
    """Key and name of every procedure, by the latest version."""
    return sorted(definitions.names(tx).items())


def visible(actor: Actor | None) -> list[ColumnElement[bool]]:
    """`may(actor, "see_instance", …)`, said to the database of an instance; nobody in particular sees every one."""
    if actor is None or actor.oversees:
        return []
    if not actor.reads_cases:
        return [false()]
    of_unit = and_(party.c.instance_id == process_instance.c.id, party.c.unit_code == actor.unit_code)
    own = and_(of_unit, party.c.seen_at.is_not(None))
    return [select(party.c.fact).where(own).exists()]


def has_party(unit_code: str, actor: Actor | None) -> ColumnElement[bool]:
    """Whether the unit is a party of the instance, as far as the reader is told: of one that is only proposed the unit
    that began the instance knows, and oversight."""
    named = and_(party.c.instance_id == process_instance.c.id, party.c.unit_code == unit_code)
    if actor is not None and not actor.oversees:
        named = and_(named, or_(party.c.seen_at.is_not(None), _began(actor.unit_code)))
    return select(party.c.fact).where(named).exists()


def _began(unit_code: str) -> ColumnElement[bool]:
    """Whether this unit has seen the party's instance from its beginning."""
    first, case = party.alias(), process_instance.alias()
    own = and_(first.c.instance_id == party.c.instance_id, first.c.unit_code == unit_code)
    return (
        select(first.c.fact)
        .join(case, case.c.id == first.c.instance_id)
        .where(own, first.c.seen_at == case.c.started_at)
        .correlate(party)
        .exists()
    )


def in_state(state: str, now: datetime, calendar: Calendar) -> ColumnElement[bool]:
    """Whether an open legal period is over, near or neither: `standing_of`, said to the database."""
    next_day_ends = midnight(calendar.next_working_day(local_date(now)) + timedelta(days=1))
    near = or_(
        and_(deadline.c.last_day.is_(None), deadline.c.due_at < now + timedelta(hours=24)),
        and_(deadline.c.last_day.is_not(None), deadline.c.due_at <= next_day_ends),
    )
    open_and_hard = and_(deadline.c.status.in_(("running", "overdue")), deadline.c.hard)
    match state:
        case "ever_over":
            return has_run_out()
        case "ended_over":
            return and_(has_run_out(), deadline.c.status == "met_late")
        case "over":
            return and_(open_and_hard, deadline.c.due_at <= now)
        case "near":
            return and_(open_and_hard, deadline.c.due_at > now, near)
        case "ok":
            return and_(open_and_hard, deadline.c.due_at > now, ~near)
    return false()


def has_run_out() -> ColumnElement[bool]:
    """Whether a legal period was recorded as overdue: no correction takes that back, and a recommended one never counts."""
    return and_(deadline.c.hard, deadline.c.overdue_at.is_not(None))


class _Look:
    def __init__(self, tx: Connection, context: Context, actor: Actor, filters: Filters) -> None:
        self.tx, self.context, self.actor, self.filters = tx, context, actor, filters
        self.names = Names(tx)

    def tab(self, tab: str) -> tuple[Select[Any], Callable[[Sequence[Row[Any]]], list[Any]]]:
        match tab:
            case "done":
                return self.done(), self.task_rows
            case "started":
                return self.started(), self.instance_rows
            case "copied":
                return self.copied(), self.copy_rows
        return self.open_tasks(unclaimed_only=tab == "unclaimed"), self.task_rows

    # --- what is asked of the database ---

    def open_tasks(self, unclaimed_only: bool) -> Select[Any]:
        roles = cast(task.c.roles, Text)
        asked = or_(*(roles.like(f'%"{role}"%') for role in sorted(self.actor.standing_roles)), false())
        unclaimed = task.c.assignee_id.is_(None)
        due_at = (
            select(func.max(deadline.c.due_at))
            .where(
                deadline.c.instance_id == task.c.instance_id,
                deadline.c.key == task.c.deadline_key,
                deadline.c.status.in_(("running", "overdue")),
            )
            .scalar_subquery()
        )
        own = and_(asked, or_(unclaimed, task.c.assignee_id == self.actor.person_id))
        requested = select(hand_over.c.task_id).where(hand_over.c.to_person == self.actor.person_id, waiting())
        return self.tasks(
            task.c.status == "open",
            task.c.unit_code == self.actor.unit_code,
            *self.sighted(),
            and_(asked, unclaimed) if unclaimed_only else or_(own, task.c.id.in_(requested)),
        ).order_by(due_at.is_(None), due_at, task.c.opened_at, task.c.id)

    def done(self) -> Select[Any]:
        mine = (task.c.ended_by == self.actor.person_id, task.c.unit_code == self.actor.unit_code)
        return self.tasks(task.c.status == "completed", task.c.undone.is_(None), *mine, *self.sighted()).order_by(
            task.c.ended_at.desc(), task.c.id
        )

    def sighted(self) -> list[ColumnElement[bool]]:
        """Technical rights alone show no row, whatever the person has done in the unit before."""
        return [] if self.actor.reads_cases else [false()]

    def tasks(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        statement = select(task, *_INSTANCE).join(process_instance, process_instance.c.id == task.c.instance_id)
        open_period = and_(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key)
        return statement.where(*conditions, *self.wanted(open_period, task.c.name))

    def started(self) -> Select[Any]:
        own = deadline.c.instance_id == process_instance.c.id
        return (
            select(process_instance)
            .where(process_instance.c.started_by == self.actor.person_id, *visible(self.actor), *self.wanted(own))
            .order_by(process_instance.c.started_at.desc(), process_instance.c.id)
        )

    def copied(self, unread_only: bool = False) -> Select[Any]:
        return copies.statement(self.actor, self.wanted, unread_only)

    def wanted(self, own_period: ColumnElement[bool] | None, *texts: ColumnElement[str]) -> list[ColumnElement[bool]]:
        filters, conditions = self.filters, []
        if filters.key:
            conditions.append(process_instance.c.key == filters.key)
        if filters.text:
            words = (process_instance.c.number, process_instance.c.title, *texts)
            subject = and_(fact.c.instance_id == process_instance.c.id, fact.c.name == SUBJECT_FACT)
            named = select(fact.c.id).where(
                subject, cast(fact.c.value, Text).icontains(filters.text_in_json, autoescape=True)
            )
            conditions.append(
                or_(*(column.icontains(filters.text, autoescape=True) for column in words), named.exists())
            )
        if filters.unit_code:
            conditions.append(has_party(filters.unit_code, self.actor))
        if filters.state and own_period is not None:
            state = in_state(filters.state, self.context.now, self.context.calendar)
            conditions.append(select(deadline.c.id).where(own_period, state).exists())
        return conditions

    def counterparts(self) -> list[UnitName]:
        """The units with which the actor's unit has instances."""
        own = select(party.c.instance_id).where(
            party.c.unit_code == self.actor.unit_code, party.c.seen_at.is_not(None), *self.sighted()
        )
        told = and_(party.c.instance_id.in_(own), or_(party.c.seen_at.is_not(None), _began(self.actor.unit_code)))
        codes = self.tx.scalars(select(party.c.unit_code).where(told).distinct())
        found = [self.names.unit(code) for code in codes if code != self.actor.unit_code]
        return sorted((unit for unit in found if unit), key=lambda unit: unit.code)

    # --- rows of one page ---

    def task_rows(self, rows: Sequence[Row[Any]]) -> list[TaskRow]:
        ids = [row.instance_id for row in rows]
        periods = open_periods(self.tx, ids, self.names, self.context)
        subjects, others = party_names(self.tx, ids), self.others(ids)
        tagged = handling.tags(self.tx, self.actor, list(rows))
        return [
            TaskRow(
                task_id=row.id,
                number=row.number,
                title=row.instance_title,
                party_name=subjects.get(row.instance_id, ""),
                step=row.name,
                procedure=self.procedure(row.key),
                counterpart=others.get(row.instance_id),
                period=next(
                    (found for found in periods.get(row.instance_id, []) if found.key == row.deadline_key), None
                )
                if row.status == "open"
                else None,
                opened_at=row.opened_at,
                ended_at=row.ended_at,
                outcome_name=row.outcome_name,
                assignee=self.names.person(row.assignee_id),
                mine=row.assignee_id == self.actor.person_id,
                fallback=row.fallback,
                tags=tagged[row.id] if row.status == "open" else [],
                may_take_back=row.status == "completed" and not taking_back.why_not(self.tx, row, self.context.now),
            )
            for row in rows
        ]

    def instance_rows(self, rows: Sequence[Row[Any]]) -> list[InstanceRow]:
        return instance_rows(self.tx, self.context, self.names, rows, self.actor.unit_code)

    def copy_rows(self, rows: Sequence[Row[Any]]) -> list[CopyRow]:
        return copies.rows(rows, self.names)

    def others(self, instance_ids: list[str]) -> dict[str, UnitName]:
        return counterparts(self.tx, self.names, instance_ids, self.actor.unit_code)

    def procedure(self, key: str) -> str:
        return dict(procedures(self.tx)).get(key, key)


_INSTANCE = (process_instance.c.number, process_instance.c.title.label("instance_title"), process_instance.c.key)


def counterparts(tx: Connection, names: Names, instance_ids: list[str], unit_code: str) -> dict[str, UnitName]:
    """The other party of each instance; of one that the unit is no party of, the receiving side."""
    rows = tx.execute(select(party).where(party.c.instance_id.in_(instance_ids)).order_by(party.c.fact.desc())).all()
    found: dict[str, UnitName] = {}
    for row in _told(rows, unit_code):
        unit = names.unit(row.unit_code)
        if unit and row.unit_code != unit_code:
            found[row.instance_id] = unit
    return found


def _told(rows: Sequence[Row[Any]], unit_code: str) -> list[Row[Any]]:
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


def parties(tx: Connection, names: Names, instances: Sequence[Row[Any]], unit_code: str) -> dict[str, list[UnitName]]:
    """The parties of each instance of which the unit is told, in the order in which the procedure names them."""
    rows = _told(
        tx.execute(select(party).where(party.c.instance_id.in_([row.id for row in instances]))).all(), unit_code
    )
    found = {}
    for instance in instances:
        order = definitions.load(tx, instance.definition_id).diagram.process.party_facts
        own = sorted((row for row in rows if row.instance_id == instance.id), key=lambda row: order.index(row.fact))
        codes = dict.fromkeys(row.unit_code for row in own)
        found[instance.id] = [unit for code in codes if (unit := names.unit(code))]
    return found


def instance_rows(
    tx: Connection, context: Context, names: Names, rows: Sequence[Row[Any]], unit_code: str
) -> list[InstanceRow]:
    """Rows of instances, each with whom it waits for: the open task with the nearest period, its own or of what it called."""
    ids = [row.id for row in rows]
    periods = open_periods(tx, ids, names, context)
    subjects, others, known = party_names(tx, ids), counterparts(tx, names, ids, unit_code), dict(procedures(tx))
    sides = parties(tx, names, rows, unit_code)
    callers = waited_for(tx, ids)
    waiting: dict[str, list[Row[Any]]] = {}
    of_called: dict[str, list[Row[Any]]] = {}
    open_ones = select(task).where(task.c.instance_id.in_([*ids, *callers]), task.c.status == "open")
    for open_task in tx.execute(open_ones.order_by(task.c.opened_at, task.c.id)):
        if open_task.instance_id in callers:
            of_called.setdefault(callers[open_task.instance_id], []).append(open_task)
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
                party_name=subjects.get(row.id, ""),
                procedure=known.get(row.key, row.key),
                status=row.status,
                result_name=row.result_name,
                waiting_unit=names.unit(first.unit_code) if first else None,
                waiting_step=first.name if first else "",
                parties=sides.get(row.id, []),
                counterpart=others.get(row.id),
                period=period,
                started_at=row.started_at,
                ended_at=row.ended_at,
            )
        )
    return made

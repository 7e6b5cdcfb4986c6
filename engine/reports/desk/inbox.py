"""What lies before one person: tasks to do, tasks done, instances started, copies to read.

Open tasks are read by the roles of whoever looks (`task_role`), each role's in the order of its index, so that a page
costs the same however much there is. Counts go as far as a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    cast,
    false,
    literal_column,
    or_,
    select,
    union,
)

from engine.db.english import english_of
from engine.db.searchable import SUBJECT_FACT
from engine.db.tables import deadline, fact, hand_over, process_instance, task, task_role
from engine.messages import Name
from engine.organisation.assignment import Actor
from engine.organisation.city_now import Unit
from engine.reports.desk import copies
from engine.reports.desk.corrections import waiting_for
from engine.reports.parts import paging
from engine.reports.parts.conditions import has_party, in_state, reads_none, visible
from engine.reports.parts.filters import Filters
from engine.reports.parts.names import Names
from engine.reports.parts.paging import HEAD, Place
from engine.reports.parts.periods import Period, open_periods
from engine.reports.parts.rows import (
    OF_INSTANCE,
    OF_TASK,
    ListedTask,
    instance_rows,
    period_of_task,
    procedures,
    task_rows,
)
from engine.runtime.advance.requests import waiting
from engine.runtime.step.context import Context

TABS = ("todo", "unclaimed", "done", "started", "copied")


@dataclass(frozen=True)
class Inbox:
    """One page of a tab; `total` counts what fits the filters, `counts` each tab without any, both a thousand at most."""

    tab: str
    rows: Sequence[Any]
    total: int
    earlier: str
    later: str
    counts: dict[str, int]
    procedures: list[tuple[str, Name]]
    units: Sequence[Unit]
    corrections: Sequence[Any] = ()
    """Corrections that wait for this person, on the tab of what is to be done."""


@dataclass(frozen=True)
class NextTask:
    """What comes after a task; `left` counts it and all that lie before the person besides, a thousand at most."""

    task_id: str
    number: str
    title: str
    step: Name
    period: Period | None
    left: int


def inbox(tx: Connection, context: Context, actor: Actor, tab: str, filters: Filters, place: Place = HEAD) -> Inbox:
    """One page of one tab; work is sorted by the nearest due instant, what is past by time, the latest first."""
    look = _Look(tx, context, actor, filters)
    page = paging.turn(tx, look.page_at(tab), place)
    corrections = waiting_for(tx, actor)
    is_counted_by_its_tab = tab != "copied" and not filters.any
    numbers = _counts(tx, context, actor, corrections, None if is_counted_by_its_tab else look.every(tab))
    return Inbox(
        tab=tab,
        rows=look.rows(tab, page.rows),
        total=numbers.pop("total", numbers[tab] - (len(corrections) if tab == "todo" else 0)),
        earlier=page.earlier,
        later=page.later,
        counts=numbers,
        procedures=list(look.procedures.items()),
        units=look.names.parties(),
        corrections=corrections if tab == "todo" else (),
    )


def counts(tx: Connection, context: Context, actor: Actor) -> dict[str, int]:
    """How many things lie in each tab, a thousand at most; for copies, those that nobody has read."""
    return _counts(tx, context, actor, waiting_for(tx, actor), None)


def next_task(tx: Connection, context: Context, actor: Actor, task_id: str, wanted: str = "") -> NextTask | None:
    """The task that follows this one in the order of the inbox, and behind the last of them the first.

    `wanted` goes before, as long as it is there to be done: the page has named it. None when no other is left.
    """
    look = _Look(tx, context, actor, Filters())
    rows = look.following(task_id, wanted)
    if not rows:
        return None
    found = rows[0]
    periods = open_periods(tx, [found.instance_id], look.names, context).get(found.instance_id, [])
    left = tx.scalar(select(paging.counted(look.every("todo", but=task_id)))) or 0
    step = english_of(tx).element(found.key, found.element_id, found.name)
    return NextTask(found.id, found.number, found.instance_title, step, period_of_task(found, periods), left)


def _counts(
    tx: Connection, context: Context, actor: Actor, corrections: Sequence[Any], filtered: Select[Any] | None
) -> dict[str, int]:
    """The numbers of all tabs, and under `total` that of what is filtered, in one statement."""
    look = _Look(tx, context, actor, Filters())
    asked = {tab: look.every(tab) for tab in ("todo", "unclaimed", "done", "started")}
    asked["copied"] = copies.unread(actor, look.wanted)
    if filtered is not None:
        asked["total"] = filtered
    row = tx.execute(select(*(paging.counted(one).label(name) for name, one in asked.items()))).one()
    return {**row._mapping, "todo": row.todo + len(corrections)}


class _Look:
    def __init__(self, tx: Connection, context: Context, actor: Actor, filters: Filters) -> None:
        self.tx, self.context, self.actor, self.filters = tx, context, actor, filters

    @cached_property
    def names(self) -> Names:
        return Names(self.tx)

    @cached_property
    def procedures(self) -> dict[str, Name]:
        return dict(procedures(self.tx))

    def page_at(self, tab: str) -> Callable[[Place], Select[Any]]:
        match tab:
            case "done":
                return lambda place: paging.at(self.done(), (task.c.ended_at, task.c.id), place, newest_first=True)
            case "started":
                own = process_instance.c.started_at, process_instance.c.id
                return lambda place: paging.at(self.started(), own, place, newest_first=True)
            case "copied":
                return lambda place: copies.page_at(self.actor, self.wanted, place)
        return lambda place: self.open_tasks(place, unclaimed_only=tab == "unclaimed")

    def rows(self, tab: str, rows: Sequence[Any]) -> list[Any]:
        """The page's rows of what the tab's own statement gives."""
        match tab:
            case "started":
                return list(
                    instance_rows(self.tx, self.context, self.names, rows, self.actor.unit_code, self.procedures)
                )
            case "copied":
                return list(copies.rows(rows, self.names))
        return list(task_rows(self.tx, self.context, self.actor, self.names, rows, self.procedures))

    def every(self, tab: str, but: str = "") -> Select[Any]:
        """Everything in the tab that fits the filters, to be counted; `but` is a task that is left out."""
        match tab:
            case "done":
                return self.done()
            case "started":
                return self.started()
            case "copied":
                return copies.every(self.actor, self.wanted)
        arms = [arm.where(task_role.c.task_id != but) for arm in self.arms(unclaimed_only=tab == "unclaimed")]
        return select(_together([arm.limit(paging.COUNTED) for arm in arms]))

    # --- open tasks ---

    def open_tasks(self, place: Place, unclaimed_only: bool = False, only: str = "") -> Select[Any]:
        """One page of what the person may do: of each role as much as a page takes, and of all that the first."""
        keys = task_role.c.due_sort, task_role.c.opened_at, task_role.c.task_id
        meant = [task_role.c.task_id == only] if only else []
        arms = [paging.at(arm.where(*meant), keys, place) for arm in self.arms(unclaimed_only)]
        together = _together(arms)
        page = paging.at(select(together), paging.sorted_by(together), place).subquery()
        return (
            select(task, *OF_TASK, *page.c)
            .join(task, task.c.id == page.c.sort_id)
            .join(process_instance, process_instance.c.id == task.c.instance_id)
            .order_by(*paging.in_order(paging.sorted_by(page), place.back))
        )

    def arms(self, unclaimed_only: bool) -> list[Select[Any]]:
        """What sorts the open tasks for each role of the person, and of those on which the person is asked.

        Each role is a statement of its own: the index has the tasks of one role in order, those of two it has not.
        """
        claimed_by = task_role.c.assignee_id
        own = claimed_by.is_(None) if unclaimed_only else or_(claimed_by.is_(None), claimed_by == self.actor.person_id)
        found = [self.arm(task_role.c.role == role, own) for role in sorted(self.actor.standing_roles)]
        if not unclaimed_only:
            mine = select(hand_over.c.task_id).where(hand_over.c.to_person == self.actor.person_id, waiting())
            found.append(self.arm(task_role.c.task_id.in_(mine)).distinct())
        return found or [self.arm(false())]

    def arm(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        statement = select(
            task_role.c.due_sort.label("sort_at"),
            task_role.c.opened_at.label("sort_then"),
            task_role.c.task_id.label("sort_id"),
        ).where(task_role.c.unit_code == self.actor.unit_code, *self.sighted(), *conditions)
        if not self.filters.any:
            return statement
        own = and_(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key)
        return (
            statement.join(task, task.c.id == task_role.c.task_id)
            .join(process_instance, process_instance.c.id == task_role.c.instance_id)
            .where(*self.wanted(own, task.c.name))
        )

    def following(self, task_id: str, wanted: str) -> Sequence[ListedTask]:
        """The wanted task, if it is the person's to do; else what is behind this one, else what is at the head of the list."""
        keys = select(task_role.c.due_sort, task_role.c.opened_at).where(task_role.c.task_id == task_id)
        here = self.tx.execute(keys.limit(1)).first()
        place = Place(tuple(here), task_id) if here is not None else HEAD
        looks = [self.open_tasks(HEAD, only=wanted)] if wanted else []
        for statement in (*looks, self.open_tasks(place), self.open_tasks(HEAD)):
            if rows := [row for row in self.tx.execute(statement) if row.id != task_id]:
                return rows
        return []

    # --- what is past ---

    def done(self) -> Select[Any]:
        completed = task.c.status == literal_column("'completed'")  # in these words, for its index
        mine = (task.c.ended_by == self.actor.person_id, task.c.unit_code == self.actor.unit_code)
        own = and_(deadline.c.instance_id == task.c.instance_id, deadline.c.key == task.c.deadline_key)
        return (
            select(task, *OF_TASK, task.c.ended_at.label("sort_at"), task.c.id.label("sort_id"))
            .join(process_instance, process_instance.c.id == task.c.instance_id)
            .where(completed, task.c.undone.is_(None), *mine, *self.sighted(), *self.wanted(own, task.c.name))
        )

    def started(self) -> Select[Any]:
        own = deadline.c.instance_id == process_instance.c.id
        keys = process_instance.c.started_at.label("sort_at"), process_instance.c.id.label("sort_id")
        mine = process_instance.c.started_by == self.actor.person_id
        return select(*OF_INSTANCE, *keys).where(mine, *visible(self.actor), *self.wanted(own))

    def sighted(self) -> list[ColumnElement[bool]]:
        """Technical rights alone show no row, whatever the person has done in the unit before."""
        return reads_none(self.actor)

    def wanted(self, own_period: ColumnElement[bool] | None, *texts: ColumnElement[str]) -> list[ColumnElement[bool]]:
        """What the filters ask of an instance."""
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


def _together(arms: Sequence[Select[Any]]) -> Any:
    """What any of them gives, each once; no store takes a limit within a union but in a statement of its own."""
    return union(*(select(arm.subquery()) for arm in arms)).subquery()

"""Rows of the work itself: instances with their parties and scopes, tasks and facts, their periods and timers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple


class InstanceRow(NamedTuple):
    id: str
    number: str
    definition_id: str
    key: str
    title: str
    status: str
    result: str | None
    result_name: str | None
    started_at: datetime
    started_by: str | None
    ended_at: datetime | None
    revision: int
    state: bytes | None
    """None unless the instance was locked, or its row asked for whole."""
    taken: list[str]
    origin_instance_id: str | None
    origin_task_id: str | None
    start_element_id: str | None
    calendar_version: str | None
    next_due: datetime
    ever_over: bool
    past_diagram: bool


class ChildRow(NamedTuple):
    """An instance that another one called or started."""

    id: str
    number: str
    status: str
    key: str
    started_at: datetime
    definition_id: str
    origin_task_id: str | None
    past_diagram: bool


class PartyRow(NamedTuple):
    instance_id: str
    unit_code: str
    fact: str
    seen_at: datetime | None
    next_due: datetime
    started_at: datetime


class CaseLinkRow(NamedTuple):
    instance_id: str
    fact: str
    named_id: str
    task_id: str | None


class ScopeRow(NamedTuple):
    id: str
    instance_id: str
    parent_id: str | None
    element_id: str
    position: int | None
    item: Any
    run_id: str | None
    apart: bool
    opened_at: datetime
    ended_at: datetime | None
    done: bool


class TaskRow(NamedTuple):
    id: str
    instance_id: str
    element_id: str
    name: str
    unit_code: str
    roles: list[str]
    fallback: bool
    deadline_key: str | None
    status: str
    opened_at: datetime
    assignee_id: str | None
    claimed_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    outcome: str | None
    outcome_name: str | None
    remark: str | None
    undone: str | None
    scope_id: str | None


class TaskRoleRow(NamedTuple):
    task_id: str
    role: str
    instance_id: str
    unit_code: str
    due_sort: datetime
    opened_at: datetime
    assignee_id: str | None


class CheckedPaperKey(NamedTuple):
    """That a paper is ticked."""

    task_id: str
    person_id: str
    paper: str


class TaskDraftKey(NamedTuple):
    """That there is a draft."""

    task_id: str
    person_id: str


class TaskDraftRow(NamedTuple):
    task_id: str
    instance_id: str
    person_id: str
    answers: dict[str, list[str]]
    saved_at: datetime


class FactRow(NamedTuple):
    id: int
    instance_id: str
    revision: int
    name: str
    value: Any
    said_at: datetime
    said_by: str | None
    task_id: str | None
    scope_id: str | None


class DeadlineRow(NamedTuple):
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
    scope_id: str | None


class TimerRow(NamedTuple):
    id: str
    instance_id: str
    element_id: str
    kind: str
    due_at: datetime | None
    interrupting: bool
    number: int
    parked_due_at: datetime | None
    scope_id: str | None


class FiredTimerRow(NamedTuple):
    instance_id: str
    element_id: str
    due_at: datetime
    scope_id: str
    fired_at: datetime

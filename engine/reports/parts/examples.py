"""How a period would be counted if it began at an instant of the reader's: for a look, and never recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.bpmn.reading.elements import TimerText
from engine.bpmn.reading.expressions import compile_expression
from engine.bpmn.reading.timers import read_duration, read_instant
from engine.deadlines.counting import Count, bare
from engine.deadlines.functions import evaluate_period
from engine.deadlines.standing import Cell, strip_of
from engine.errors import ExpressionError, Refused
from engine.runtime.step.context import Context
from engine.states import PeriodStatus


@dataclass(frozen=True)
class Unmet:
    """A period that has just begun, as `strip_of` asks for it."""

    kind: str
    start_at: datetime
    due_at: datetime
    last_day: date | None
    hard: bool = True
    status: str = PeriodStatus.RUNNING
    ended_at: None = None
    pauses: tuple[()] = field(default=())


@dataclass(frozen=True)
class Example:
    count: Count
    cells: tuple[Cell, ...]


def cells_of(count: Count, context: Context) -> tuple[Cell, ...]:
    unmet = Unmet(count.kind, count.start_at, count.due_at, count.last_day)
    return tuple(strip_of(unmet, context.now, context.calendar))


def example(timer: TimerText | None, context: Context) -> Example | None:
    """The period as if everything that it counts from had happened now; None for one that counts from something else."""
    if timer is None:
        return None
    try:
        count = _counted(timer.text, context)
    except (ExpressionError, Refused):
        return None
    return Example(count, cells_of(count, context)) if count is not None else None


def _counted(text: str, context: Context) -> Count | None:
    if read_instant(text) is not None:
        return None
    duration = read_duration(text)
    if duration is not None:
        return bare(context.now + duration, context.now)
    return evaluate_period(text, _all_now(text, context.now), context.calendar, _functions(context))


def _all_now(text: str, now: datetime) -> Mapping[str, object]:
    return dict.fromkeys(compile_expression(text).names, now)


def _functions(context: Context) -> dict[str, Callable[..., Any]]:
    """Of what a step could call, that which needs no case."""
    return {
        "now": lambda: context.now,
        "received": lambda at: at,
        "completed_at": lambda element_id: context.now,
        "due": lambda key: context.now,
        "config": lambda key: context.rules.get(key),
    }

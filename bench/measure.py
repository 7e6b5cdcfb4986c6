"""What a thing costs, and the rows of the one table that is printed."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from rich import box
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from tests.statements import counted

T = TypeVar("T")
WIDTH = 220


@dataclass(frozen=True)
class Cost:
    """Milliseconds of this process's CPU, of the database server's and of the clock; statements and commits."""

    cpu: float = 0
    server: float = 0
    wall: float = 0
    statements: float = 0
    commits: float = 0


@dataclass(frozen=True)
class Row:
    """One line: what was done, what it cost, and what the same costs with what one would have instead."""

    part: str
    what: str
    store: str = ""
    cost: Cost | None = None
    rate: float | None = None
    """Such things for one second of CPU, the process's and the database server's together."""
    memory: float | None = None
    """Megabytes."""
    instead: str = ""
    beside: float | None = None
    """The same figure of what is had instead: `own`, else the rate, else memory, else CPU."""
    own: float | None = None


class Meter:
    """Costs under a name, each taken many times in turn with the others of the same run."""

    def __init__(self, server_cpu: Callable[[], float]) -> None:
        """`server_cpu` tells the milliseconds that the database server has used so far."""
        self.server_cpu = server_cpu
        self._costs: dict[str, list[Cost]] = {}

    def take(self, name: str, engine: Engine | None, what: Callable[[], T]) -> T:
        """Does it, and keeps what it cost; no rubbish is collected meanwhile, so none is paid for what others left."""
        given: list[T] = []
        with self.taking(name, engine):
            given.append(what())
        return given[0]

    @contextmanager
    def taking(self, name: str, engine: Engine | None, times: int = 1) -> Iterator[None]:
        """Keeps what the block costs, for each of the times that something is done in it."""
        gc.collect(1)
        gc.disable()
        server = self.server_cpu()
        try:
            with counted(engine) if engine else _nothing() as count:
                wall, cpu = time.perf_counter(), time.process_time()
                yield
                cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        finally:
            gc.enable()
        statements, commits = (count.statements, count.commits) if count else (0, 0)
        spent = (1000 * cpu, self.server_cpu() - server, 1000 * wall, statements, commits)
        self._costs.setdefault(name, []).append(Cost(*(value / times for value in spent)))

    def typical(self, name: str, skipped: int = 1) -> Cost:
        """The median of each; of the server, whose clock is coarse, the mean. What came first was not warm yet."""
        costs = self._costs[name][skipped:] or self._costs[name]
        return Cost(
            median(cost.cpu for cost in costs),
            sum(cost.server for cost in costs) / len(costs),
            median(cost.wall for cost in costs),
            median(cost.statements for cost in costs),
            median(cost.commits for cost in costs),
        )


@contextmanager
def _nothing() -> Iterator[None]:
    yield None


def mean(costs: list[Cost]) -> Cost:
    def of(value: Callable[[Cost], float]) -> float:
        return sum(map(value, costs)) / len(costs)

    return Cost(
        of(lambda cost: cost.cpu),
        of(lambda cost: cost.server),
        of(lambda cost: cost.wall),
        of(lambda cost: cost.statements),
        of(lambda cost: cost.commits),
    )


def show(rows: list[Row]) -> None:
    """The table, in such a form that it can be pasted into a document."""
    table = Table(box=box.MARKDOWN)
    for column in ("part", "what", "store"):
        table.add_column(column, no_wrap=True)
    for column in ("CPU ms", "server ms", "wall ms", "statements", "commits", "per CPU s", "MB"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("instead", no_wrap=True)
    for column in ("that", "times"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    Console(width=WIDTH).print(table)


def _cells(row: Row) -> list[str]:
    cost = row.cost
    figures = (row.own, row.rate, row.memory, cost.cpu if cost else None)
    own = next((figure for figure in figures if figure is not None), None)
    times = own / row.beside if own is not None and row.beside else None
    return [
        row.part,
        row.what,
        row.store,
        *([_number(cost.cpu), _number(cost.server), _number(cost.wall)] if cost else [""] * 3),
        *([_count(cost.statements), _count(cost.commits)] if cost else [""] * 2),
        "" if row.rate is None else f"{row.rate:.0f}",
        "" if row.memory is None else f"{row.memory:.0f}",
        row.instead,
        "" if row.beside is None else _number(row.beside),
        "" if times is None else f"{times:.2f}",
    ]


def _number(value: float) -> str:
    """Three digits that mean something, and nothing for nothing."""
    if not value:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value else ""

"""What the worker costs: `python -m bench.worker [--database URL]`, by default on SQLite in a folder of its own.

Two tables are printed: an idle tick among so many waiting cases, with and without the database's statistics, and how long a
worker takes for what has come due while none ran. CPU is this process's alone; PostgreSQL's own comes on top of it. The
cases of the first table are rows that nobody ever opens, those of the second are real ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, event, insert, select

from engine.db import tables
from engine.db.session import Database
from engine.ids import new_id
from engine.settings import Settings
from tests.processes.town import MORNING, Case, Town, found

TICKS = 200
CLICKS = 50
PAUSE = 0.02
"""Seconds between two clicks of one person."""
AT_ONCE = 5000


@dataclass
class Cost:
    wall: float = 0.0
    cpu: float = 0.0
    statements: int = 0


@contextmanager
def measured(database: Database) -> Iterator[Cost]:
    """What is done within, with all its threads, and the statements that begin nothing."""
    cost = Cost()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        cost.statements += not statement.startswith("BEGIN")

    event.listen(database.engine, "before_cursor_execute", note)
    wall, cpu = time.perf_counter(), time.process_time()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, time.process_time() - cpu
    event.remove(database.engine, "before_cursor_execute", note)


def fill(tx: Connection, town: Town, first: int, until: int) -> None:
    """Running cases like the one that is there, with an open task and two timers of next year each."""
    instance, task, timer = tables.process_instance, tables.task, tables.timer
    like = tx.execute(select(instance).limit(1)).one()._asdict()
    task_like = tx.execute(select(task).where(task.c.status == "open").limit(1)).one()._asdict()
    timer_like = tx.execute(select(timer).limit(1)).one()._asdict()
    due_at = town.now + timedelta(days=300)
    for start in range(first, until, AT_ONCE):
        numbers = [f"W{number}" for number in range(start, min(start + AT_ONCE, until))]
        tx.execute(insert(instance), [{**like, "id": number, "number": number} for number in numbers])
        tx.execute(insert(task), [{**task_like, "id": new_id(), "instance_id": number} for number in numbers])
        moved = {**timer_like, "due_at": due_at}
        tx.execute(insert(timer), [{**moved, "id": new_id(), "instance_id": number} for number in 2 * numbers])


def idle(town: Town, waiting: list[int]) -> Table:
    table = Table(title="An idle tick", title_justify="left")
    for column in ("waiting cases", "statistics", "CPU ms", "wall ms", "statements"):
        table.add_column(column, justify="right")
    town.refer(at=MORNING)
    there, engine = 1, town.engine
    for wanted in waiting:
        town.write(lambda tx, first=there, until=wanted: fill(tx, town, first, until))  # type: ignore[misc]
        there = wanted
        for statistics in ("no", "yes"):
            if statistics == "yes":
                with engine.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.exec_driver_sql("ANALYZE")
            engine.tick()
            with measured(engine.database) as cost:
                for _ in range(TICKS):
                    engine.tick()
            each = [f"{1000 * spent / TICKS:.2f}" for spent in (cost.cpu, cost.wall)]
            table.add_row(f"{wanted:,}", statistics, *each, f"{cost.statements / TICKS:g}")
    return table


def drain(town: Town, cases: int) -> Table:
    """Alone, and beside somebody who claims a task and gives it back again and again: `click` is the median of that."""
    table = Table(title="What has come due while no worker ran", title_justify="left")
    for column in ("beside", "due", "CPU s", "wall s", "CPU ms each", "statements", "click", "worst"):
        table.add_column(column, justify="right")
    own = town.refer(at=MORNING)
    table.add_row(
        "clicks alone", "", "", "", "", "", *_said(_clicks(town, own, lambda clicks: len(clicks) < 2 * CLICKS))
    )
    for beside in ("nobody", "clicks"):
        for _ in range(cases):
            town.refer()
        town.asleep_until((town.now + timedelta(days=20)).isoformat())
        with measured(town.engine.database) as cost, ThreadPoolExecutor() as pool:
            ticking = pool.submit(town.engine.tick)
            clicks = _clicks(town, own, lambda _, ticking=ticking: not ticking.done()) if beside == "clicks" else []
            done = ticking.result()
        each = (f"{1000 * cost.cpu / done:.1f}", f"{cost.statements / done:.0f}")
        if clicks:
            each = ("", "")  # both are in it
        table.add_row(beside, f"{done:,}", f"{cost.cpu:.1f}", f"{cost.wall:.1f}", *each, *_said(clicks))
    return table


def _clicks(town: Town, case: Case, go_on: Callable[[list[float]], bool]) -> list[float]:
    """How many milliseconds each click took."""
    actor, task_id, taken = town.person("shenhe.qh"), case.task("prepare_materials"), list[float]()
    while go_on(taken):
        for click in (town.engine.claim, town.engine.release):
            begun = time.perf_counter()
            click(actor, task_id)
            taken.append(1000 * (time.perf_counter() - begun))
        time.sleep(PAUSE)
    return taken


def _said(clicks: list[float]) -> tuple[str, str]:
    return (f"{median(clicks):.0f} ms", f"{max(clicks):.0f} ms") if clicks else ("", "")


def main() -> None:
    given = argparse.ArgumentParser(description="What the worker costs.")
    given.add_argument("--database", default="", help="an empty database, as LIANBAN_DATABASE_URL names it")
    given.add_argument("--waiting", type=int, nargs="+", default=[1000, 100_000])
    given.add_argument("--cases", type=int, default=100, help="overdue cases; each has some six things due")
    told = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Settings(data_dir=Path(folder), database_url=told.database))
        found(town.engine)
        town.clock.set(MORNING)
        console = Console()
        console.print(drain(town, told.cases))
        console.print(idle(town, sorted(told.waiting)))
        town.close()


if __name__ == "__main__":
    main()

"""`worker`: a tick when nothing is due among so many waiting cases, and how long what came due while no worker ran takes.

An idle tick is told with and without the database's statistics. Beside the drain somebody claims a task and gives it back, again
and again; `that` of such a click is how long it took while the worker had nothing to do, just before and just after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from statistics import median

from bench.many import Copies, analyze
from bench.measure import Meter, Row
from bench.options import Options
from tests.processes.town import MORNING, Case, Town

TICKS = 100
CLICKS = 50
PAUSE = 0.02
"""Seconds between two clicks of one person."""
OUTAGE = timedelta(days=20)


def rows(options: Options) -> Iterator[Row]:
    for kind in options.kinds:
        with closing(Town(options.stores.new(kind))) as town:
            yield from (replace(row, store=kind) for row in _drain(options, town))
        with closing(Town(options.stores.new(kind))) as town:
            yield from (replace(row, store=kind) for row in _idle(options, town))


def _idle(options: Options, town: Town) -> Iterator[Row]:
    copies = Copies(town.engine.database, town.refer(at=MORNING).deliver().id, town.now)
    first: float | None = None
    for total in options.rows:
        copies.grow(total)
        for statistics in ("without statistics", "with statistics"):
            if statistics.startswith("with "):
                analyze(town.engine.database)
            meter = Meter(options.stores.server_cpu)
            town.tick()
            for _ in range(3):
                with meter.taking("tick", town.engine.database.engine, TICKS):
                    for _ in range(TICKS):
                        town.tick()
            cost = meter.typical("tick")
            first = first or cost.cpu
            what = f"idle tick among {total:,} {statistics}".rstrip()
            yield Row("worker", what, cost=cost, instead=f"among {options.rows[0]:,}", beside=first)


def _drain(options: Options, town: Town) -> Iterator[Row]:
    """What is due of that many cases, alone and beside somebody who clicks."""
    own, engine = town.refer(at=MORNING), town.engine
    town.tick()
    for clicked in (False, True):
        meter = Meter(options.stores.server_cpu)
        for _ in range(options.cases):
            town.refer()
        alone = _clicks(town, own, _some) if clicked else []
        town.asleep_until((town.now + OUTAGE).isoformat())
        with meter.taking("due", engine.database.engine), ThreadPoolExecutor() as pool:
            ticking = pool.submit(engine.tick)
            beside = _clicks(town, own, partial(_goes_on, ticking)) if clicked else []
            done = ticking.result()
        whole = meter.typical("due")
        each = replace(whole, **{name: value / done for name, value in vars(whole).items()})
        if not clicked:
            yield Row("worker", f"{done:,} overdue things, each", cost=each, rate=1000 / (each.cpu + each.server))
        elif beside:
            usual = median(alone + _clicks(town, own, _some))
            yield Row(
                "worker", f"a click beside {done:,} overdue", instead="alone, ms", beside=usual, own=median(beside)
            )


def _some(clicks: list[float]) -> bool:
    return len(clicks) < 2 * CLICKS


def _goes_on(ticking: Future[int], _clicks: list[float]) -> bool:
    return not ticking.done()


def _clicks(town: Town, case: Case, go_on: Callable[[list[float]], bool]) -> list[float]:
    """How many milliseconds each click took."""
    actor, task_id, taken = town.person(case.referring.officer), case.task("prepare_materials"), list[float]()
    while go_on(taken):
        for click in (town.engine.tasks.claim, town.engine.tasks.release):
            begun = time.perf_counter()
            click(actor, task_id)
            taken.append(1000 * (time.perf_counter() - begun))
        time.sleep(PAUSE)
    return taken

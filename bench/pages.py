"""`pages`: what a page costs among so many running cases, asked for by somebody who is signed in.

The pages are asked for by their addresses within this process, so that statements can be counted: HTTP itself is not in
it. Beside each stands the same page at the smallest number of the same run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from bench.many import Copies, analyze
from bench.measure import Meter, Row
from bench.options import Options
from bench.served import open_doors, sit
from tasks_ui import create_app
from tests.processes.town import MORNING, Case, Town
from tests.web.office import LIAISON, OFFICER, SUPERVISION

OK = 200
WORKER_SECONDS = 3
"""So long the worker runs before anybody looks: what it keeps for pages is then kept."""
AT_MOST = 60
"""Seconds after which a page is not asked for again."""


def rows(options: Options) -> Iterator[Row]:
    for kind in options.kinds:
        settings = replace(options.stores.new(kind), tick_seconds=0.5)
        with closing(Town(settings)) as town:
            open_doors(town)
            case = town.refer(at=MORNING).deliver()
            copies = Copies(town.engine.database, case.id, town.now)
            town.tick()
        first: dict[str, float] = {}
        for total in options.rows:
            copies.grow(total)
            with closing(Town(settings)) as town:
                if not town.engine.database.is_sqlite:  # as it is in an installation, some minutes later
                    analyze(town.engine.database)
                _let_work(town)
                for row in _looked_at(options, town, Case(town, case.number, case.referring, case.receiving)):
                    assert row.cost is not None
                    name = row.what
                    instead = f"among {options.rows[0]:,}"
                    beside = first.setdefault(name, row.cost.cpu)
                    yield replace(row, what=f"{name} among {total:,}", store=kind, instead=instead, beside=beside)


def _let_work(town: Town) -> None:
    town.engine.worker.start()
    time.sleep(WORKER_SECONDS)
    town.engine.worker.stop()


def _looked_at(options: Options, town: Town, case: Case) -> Iterator[Row]:
    """Each page, as often as a round is, as long as there is time."""
    app, meter = create_app(town.engine), Meter(options.stores.server_cpu)
    liaison, officer, supervision = (sit(town.engine, app, login) for login in (LIAISON, OFFICER, SUPERVISION))
    pages = {
        "inbox": (liaison, "/inbox"),
        "task": (liaison, f"/tasks/{case.task('sign_for')}"),
        "instance": (officer, f"/instances/{case.number}"),
        "supervision": (supervision, "/supervision"),
    }
    for name, (desk, address) in pages.items():
        until = time.monotonic() + AT_MOST
        for _ in range(options.rounds + 1):
            page = meter.take(name, town.engine.database.engine, partial(desk.get, address))
            assert page.status == OK, page.text
            if time.monotonic() > until:
                break
        yield Row("pages", name, cost=meter.typical(name))

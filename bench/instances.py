"""`instances`: the procedure with one task from its start to its end, as many as there is CPU for.

First within one process, without pages, then over HTTP with two posts each, both by 1, 4 and 16 at once. Beside them stands
the same diagram with stock SpiffWorkflow and one row, in one thread. The clients' CPU is not counted, PostgreSQL's is.
The posts alone are those of a web without a worker. A worker that runs makes the archives of what has ended meanwhile, as many
as it comes to: what one costs is a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import perf_counter

from bench.measure import Cost, Meter, Row
from bench.options import Options
from bench.served import Browser, Served, open_doors, served, sit
from bench.step import STOCK
from bench.stock import Stock, in_the_library
from bench.stores import POSTGRESQL
from engine.app import Engine
from engine.deployments import definitions
from engine.organisation.assignment import Actor
from engine.settings import Settings
from tasks_ui import create_app
from tests.processes import one_task
from tests.processes.town import Town

CLIENTS = (1, 4, 16)
POSTS, ONE_PROCESS, SEVERAL = ("web",), ("serve",), ("web", "web", "worker")
_NAMES = {POSTS: "posts alone", ONE_PROCESS: "one process with its worker", SEVERAL: "two webs and a worker"}
TIMES = 16
"""Instances for each round that was asked for, shared by the clients."""


def rows(options: Options) -> Iterator[Row]:
    for kind in options.kinds:
        with closing(Town(options.stores.new(kind))) as town:
            town.engine.procedures_in_force.deploy(one_task.write(town.settings.data_dir / "drawn"), "bench")
            open_doors(town)
            stock = _stock(options, town)
            yield from _service(options, town, kind, stock)
            yield _archive(options, town, kind)
            posts = _posts(options, town)
            settings = town.settings
        for commands in (POSTS, ONE_PROCESS, SEVERAL) if kind == POSTGRESQL else (POSTS, ONE_PROCESS):
            yield from _over_http(options, settings, kind, commands, posts, stock)


def _stock(options: Options, town: Town) -> float:
    """Instances for one second of CPU."""
    specification = in_the_library(town, town.read(lambda tx: definitions.latest(tx, one_task.KEY)))
    meter = Meter(options.stores.server_cpu)
    with closing(Stock(town.settings.url, specification)) as stock:
        for _ in range(2):
            with meter.taking("pair", None, options.rounds):
                for _ in range(options.rounds):
                    stock.complete(stock.begin({}), "do", {})
    return _rate(meter.typical("pair"))


def _rate(cost: Cost) -> float:
    return 1000 / (cost.cpu + cost.server)


def _shared(total: int, clients: int, pair: Callable[[], object]) -> None:
    """So many instances, by clients that go on at once."""
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda _: pair(), range(total)))


def _service(options: Options, town: Town, kind: str, stock: float) -> Iterator[Row]:
    meter, actor, total = Meter(options.stores.server_cpu), town.person(one_task.BY), TIMES * options.rounds
    for clients in CLIENTS:
        for _ in range(2):
            with meter.taking(str(clients), town.engine.database.engine, total):
                _shared(total, clients, lambda: _pair(town.engine, actor))
        cost = meter.typical(str(clients))
        what = f"one process without pages, {clients} at once"
        yield Row("instances", what, kind, cost, _rate(cost), instead=STOCK, beside=stock)


def _pair(engine: Engine, actor: Actor) -> None:
    task_id = engine.instances.begin(actor, one_task.KEY, one_task.START).next_task_id
    assert task_id is not None
    engine.tasks.complete(actor, task_id, one_task.DONE)


def _archive(options: Options, town: Town, kind: str) -> Row:
    """The package of an ended instance, as the worker makes it."""
    town.engine.archives.make_wanted()
    actor, meter = town.person(one_task.BY), Meter(options.stores.server_cpu)
    for _ in range(options.rounds + 1):
        _pair(town.engine, actor)
        meter.take("archive", town.engine.database.engine, town.engine.archives.make_wanted)
    return Row("instances", "the archive of one", kind, meter.typical("archive"))


def _posts(options: Options, town: Town) -> Cost:
    """The two posts of an instance in this process, whose statements can be counted; its CPU is that of a client, too."""
    desk, meter = sit(town.engine, create_app(town.engine), one_task.BY), Meter(options.stores.server_cpu)
    token = {"csrf_token": desk.token()}
    for _ in range(3):
        with meter.taking("posts", town.engine.database.engine):
            begun = desk.send(f"/start/{one_task.KEY}", {**token, **one_task.START})
            done = desk.send(begun.location, {**token, **one_task.DONE})
        assert begun.status == done.status == 302
    return meter.typical("posts")


def _over_http(
    options: Options, settings: Settings, kind: str, commands: Sequence[str], posts: Cost, stock: float
) -> Iterator[Row]:
    total = TIMES * options.rounds
    with served(settings, commands) as processes:
        webs = [process for process in processes if process.command != "worker"]
        for clients in CLIENTS:
            browsers = [signed_in(webs[number % len(webs)]) for number in range(clients)]
            run(browsers, len(browsers) * 2)
            before, began = _spent(options, processes), perf_counter()
            run(browsers, total)
            cpu, server = (now - then for now, then in zip(_spent(options, processes), before, strict=True))
            wall = 1000 * (perf_counter() - began)
            cost = Cost(cpu / total, server / total, wall / total, posts.statements, posts.commits)
            what = f"over HTTP, {_NAMES[tuple(commands)]}, {clients} at once"
            yield Row("instances", what, kind, cost, _rate(cost), instead=STOCK, beside=stock)


def _spent(options: Options, processes: Sequence[Served]) -> tuple[float, float]:
    return sum(process.cpu for process in processes), options.stores.server_cpu()


def signed_in(process: Served) -> Browser:
    browser = Browser(process.port)
    browser.sign_in(one_task.BY)
    return browser


def run(browsers: Sequence[Browser], total: int) -> None:
    """So many instances, each browser one after the other, all of them at once."""

    def go_on(number: int) -> None:
        for _ in range(number, total, len(browsers)):
            begun = browsers[number].post(f"/start/{one_task.KEY}", one_task.START)
            done = browsers[number].post(begun.location, one_task.DONE)
            assert (begun.status, done.status) == (302, 302), (begun.body, done.body)

    with ThreadPoolExecutor(len(browsers)) as pool:
        list(pool.map(go_on, range(len(browsers))))

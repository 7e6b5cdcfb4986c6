"""`step`: a task completed, beside stock SpiffWorkflow with its serializer and one row in the same database, and bare.

Three ways are gone side by side in one run: an instance of Lianban's, a stock one, and one that only lies in memory. Every
step of one is followed at once by the same step of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from bench import referral
from bench.measure import Cost, Meter, Row, mean
from bench.options import Options
from bench.stock import Bare, Stock
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from tests.processes import one_task
from tests.processes.town import MORNING, Town, sent

LOOPS = (1, 10, 40)
STOCK, BARE = "stock SpiffWorkflow, one row", "bare step in memory"
_Step = tuple[str, Callable[[], object], Callable[[], object], Callable[[], object]]
"""What it is called, and how each of the three takes it."""


def rows(options: Options) -> Iterator[Row]:
    for kind in options.kinds:
        with closing(Town(options.stores.new(kind))) as town:
            folder = town.settings.data_dir / "drawn"
            for diagram in (one_task.write(folder), one_task.write_round(folder)):
                town.engine.procedures_in_force.deploy(diagram, "bench")
            town.refer(at=MORNING).deliver()
            yield from _referral(options, town, kind)
            yield from _one_task(options, town, kind)
            yield from _loops(options, town, kind)


def _latest(town: Town, key: str) -> Definition:
    return town.read(lambda tx: definitions.latest(tx, key))


def _take(meter: Meter, town: Town, step: _Step) -> None:
    name, ours, stock, bare = step
    meter.take(name, town.engine.database.engine, ours)
    meter.take(f"{name}, {STOCK}", None, stock)
    meter.take(f"{name}, {BARE}", None, bare)


def _beside(meter: Meter, names: list[str], what: str, kind: str) -> Iterator[Row]:
    """One line beside stock for what these steps cost on the average, and one beside the bare step."""
    cost = mean([meter.typical(name) for name in names])
    for other in (STOCK, BARE):
        beside = mean([meter.typical(f"{name}, {other}") for name in names]).cpu
        yield Row("step", what, kind, cost if other is STOCK else Cost(cost.cpu), instead=other, beside=beside)


def _referral(options: Options, town: Town, kind: str) -> Iterator[Row]:
    meter, definition = Meter(options.stores.server_cpu), _latest(town, "case_referral")
    with closing(Stock(town.settings.url, definition.specification)) as stock:
        for _ in range(options.rounds + 1):
            for step in _walk(town, stock, definition):
                _take(meter, town, step)
    names = [name for name, _, _ in referral.steps(town.refer())]
    for name, what in ((referral.NO_LETTER, "no letter"), (referral.LETTER, "a letter"), ("sign_for", "signed for")):
        yield from _beside(meter, [name], f"case_referral, {what}", kind)
    yield from _beside(meter, names, "case_referral, mean of eight", kind)


def _walk(town: Town, stock: Stock, definition: Definition) -> Iterator[_Step]:
    """The steps of one referral; between two of them is time to look up who is next."""
    case = town.refer()
    case.add_material("facts_statement")
    case.add_material("site_photos")
    known = dict(referral.facts(definition.facts, case))
    row, bare = stock.begin(known), Bare(definition.specification, known)
    for element, by, answers in referral.steps(case):
        actor, task_id, raw = town.person(by), case.task(element), sent(answers)
        yield (
            element,
            partial(town.engine.tasks.complete, actor, task_id, raw),
            partial(stock.complete, row, element, answers),
            partial(bare.complete, element, answers),
        )


def _one_task(options: Options, town: Town, kind: str) -> Iterator[Row]:
    meter, actor, engine = Meter(options.stores.server_cpu), town.person(one_task.BY), town.engine
    specification = _latest(town, one_task.KEY).specification
    with closing(Stock(town.settings.url, specification)) as stock:
        start = partial(engine.instances.start, actor, one_task.KEY, one_task.START)
        for _ in range(2 * options.rounds + 1):
            number = meter.take("start", engine.database.engine, start)
            row = meter.take(f"start, {STOCK}", None, lambda: stock.begin({}))
            bare = meter.take(f"start, {BARE}", None, lambda: Bare(specification, {}))
            task_id = one_task.open_task(town, number)
            _take(
                meter,
                town,
                (
                    "complete",
                    partial(engine.tasks.complete, actor, task_id, one_task.DONE),
                    partial(stock.complete, row, "do", {}),
                    partial(bare.complete, "do", {}),
                ),
            )
    for name in ("start", "complete"):
        yield from _beside(meter, [name], f"one task, {name}", kind)
    both = [meter.typical(name) for name in ("start", "complete")]
    stock_cpu = sum(meter.typical(f"{name}, {STOCK}").cpu for name in ("start", "complete"))
    yield Row("step", "one task, start to end", kind, _sum(*both), instead=STOCK, beside=stock_cpu)


def _sum(one: Cost, other: Cost) -> Cost:
    added = {name: value + getattr(other, name) for name, value in vars(one).items()}
    return replace(one, **added)


def _loops(options: Options, town: Town, kind: str) -> Iterator[Row]:
    """The two steps of the round that comes after so many."""
    meter, specification = Meter(options.stores.server_cpu), _latest(town, one_task.ROUND).specification
    with closing(Stock(town.settings.url, specification)) as stock:
        for _ in range(max(options.rounds // 4, 1) + 1):
            for step in _rounds(town, stock, Bare(specification, {})):
                _take(meter, town, step)
    for loops in LOOPS:
        yield from _beside(meter, [f"do {loops}", f"check {loops}"], f"two tasks, round {loops + 1}", kind)


def _rounds(town: Town, stock: Stock, bare: Bare) -> Iterator[_Step]:
    actor, engine = town.person(one_task.BY), town.engine
    number, row = engine.instances.start(actor, one_task.ROUND, one_task.START), stock.begin({})
    for loop in range(max(LOOPS) + 1):
        for element, raw, answers in (("do", one_task.DONE, {}), ("check", one_task.AGAIN, {"wanted": True})):
            task_id = one_task.open_task(town, number)
            yield (
                f"{element} {loop}",
                partial(engine.tasks.complete, actor, task_id, raw),
                partial(stock.complete, row, element, answers),
                partial(bare.complete, element, answers),
            )

"""`kernel`: what moves a process and what writes its state, without an office or a database, beside the bare library.

`restored`: the state is read, the task completed, the state written. `kept`: the process is in memory, as the last step left it.
The bare step moves the same diagram in the library's own classes, in memory, and writes nothing. Several times is
held against as many tasks that are drawn side by side, both ours.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from statistics import median
from typing import Any

from bench import referral
from bench.measure import Cost, Meter, Row, mean
from bench.options import Options
from bench.stock import Bare, in_the_library
from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.expressions import evaluate
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.host import Places
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Workflow
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from tests.processes import one_task
from tests.processes.town import MORNING, Town
from tests.reference.by_hand import both, each, end, node, process, start, user

LOOPS = (0, 40, 400)
ALIKE = 5
"""Rounds one after the other that count as one."""
TIMES = 30
BARE, PLAIN = "bare step in memory", f"{TIMES} plain tasks side by side"
Facts = dict[str, Any]
Steps = list[tuple[str, Facts]]


class Kernel:
    """A process of ours in a host that does nothing but answer from these facts."""

    def __init__(self, specification: Specification, facts: Facts) -> None:
        self._specification, self._facts = specification, dict(facts)
        self._workflow = Workflow(specification, self)
        self._workflow.run()
        self.state = self._workflow.to_bytes()

    def complete(self, element: str, answers: Facts, restores: bool) -> None:
        """The first open task of that element is done, and the state is written."""
        if restores:
            self._workflow = Workflow(self._specification, self, self.state)
        else:
            self._workflow.begin_step(self)
        self._facts.update(answers)
        task = next(task for task in self._workflow.user_tasks() if task.element_id == element)
        self._workflow.complete(task.id)
        self._workflow.facts_said()
        self.state = self._workflow.to_bytes()

    def evaluate(self, expression: str, names: Mapping[str, object] | None = None, *, place: Places = ()) -> object:
        value: object = evaluate(expression, {**self._facts, **(names or {})}, {})
        return value

    def operate(self, element_id: str, place: Places = ()) -> None: ...

    def call(self, element_id: str, task_id: str, place: Places = ()) -> None: ...


def rows(options: Options) -> Iterator[Row]:
    kind = options.kinds[0]
    with closing(Town(options.stores.new(kind))) as town:
        folder = town.settings.data_dir / "drawn"
        town.engine.procedures_in_force.deploy(one_task.write_round(folder), "bench")
        case = town.refer(at=MORNING)
        definition = _latest(town, "case_referral")
        steps = [(element, answers) for element, _by, answers in referral.steps(case)]
        facts = dict(referral.facts(definition.facts, case))
        yield from _referral(options, town, definition, facts, steps)
        yield from _loops(options, town)
    yield from _several(options)


def _latest(town: Town, key: str) -> Definition:
    return town.read(lambda tx: definitions.latest(tx, key))


def _referral(options: Options, town: Town, definition: Definition, facts: Facts, steps: Steps) -> Iterator[Row]:
    meter, library = Meter(options.stores.server_cpu), in_the_library(town, definition)
    specification = Specification(definition.diagram)
    for _ in range(options.rounds + 1):
        ours = {True: Kernel(specification, facts), False: Kernel(specification, facts)}
        bare = Bare(library, facts)
        for element, answers in steps:
            for restores, kernel in ours.items():
                meter.take(f"{element} {restores}", None, partial(kernel.complete, element, answers, restores))
            meter.take(f"{element} bare", None, partial(bare.complete, element, answers))
    beside = mean([meter.typical(f"{element} bare") for element, _answers in steps]).cpu
    for restores, how in ((True, "restored"), (False, "kept")):
        cost = mean([meter.typical(f"{element} {restores}") for element, _answers in steps])
        yield Row("kernel", f"case_referral, mean of eight, {how}", "", Cost(cost.cpu), instead=BARE, beside=beside)


def _loops(options: Options, town: Town) -> Iterator[Row]:
    """The two steps of a round, after so many rounds, beside the first round of the bare library."""
    meter, definition = Meter(options.stores.server_cpu), _latest(town, one_task.ROUND)
    library, specification = in_the_library(town, definition), Specification(definition.diagram)
    round_: Steps = [("do", {}), ("check", {"wanted": True})]
    for _ in range(max(options.rounds // 4, 1) + 1):
        kernel, bare = Kernel(specification, {"wanted": None}), Bare(library, {"wanted": None})
        for loop in range(max(LOOPS) + ALIKE):
            after = next((found for found in LOOPS if found <= loop < found + ALIKE), None)
            for element, answers in round_:
                ours = partial(kernel.complete, element, answers, restores=True)
                meter.take(f"{element} {after}", None, ours)
                if after == LOOPS[0]:
                    meter.take(f"{element} bare", None, partial(bare.complete, element, answers))
    beside = mean([meter.typical(f"{element} bare") for element, _answers in round_]).cpu
    for loop in LOOPS:
        cost = mean([meter.typical(f"{element} {loop}") for element, _answers in round_])
        yield Row("kernel", f"two tasks, round {loop + 1}, restored", "", Cost(cost.cpu), instead=BARE, beside=beside)


# --- several times, and as many tasks ---


def _several(options: Options) -> Iterator[Row]:
    keys = [f"t{number}" for number in range(TIMES)]
    flows = "; ".join(f"f>{key}; {key}>j" for key in keys)
    drawn = {
        "each": process(start(), node("userTask", "t", each()), end(), flows="start>t; t>end"),
        "plain": process(start(), both("f j"), user(" ".join(keys)), end(), flows=f"start>f; {flows}; j>end"),
    }
    elements = {"each": ["t"] * TIMES, "plain": keys}
    costs: dict[str, list[float]] = {name: [] for name in drawn}
    sizes: dict[str, int] = {}
    read = {name: Specification(read_elements(read_diagram(text.encode()))) for name, text in drawn.items()}
    for _ in range(options.rounds + 1):
        for name, specification in read.items():
            spent, sizes[name] = _whole(specification, elements[name])
            costs[name].append(spent)
    typical = {name: median(given[1:]) for name, given in costs.items()}
    yield Row(
        "kernel",
        f"{TIMES} iterations, begun and completed",
        "",
        Cost(typical["each"]),
        instead=PLAIN,
        beside=typical["plain"],
    )
    yield Row(
        "kernel",
        f"{TIMES} iterations, bytes of their state",
        "",
        own=sizes["each"],
        instead=PLAIN,
        beside=sizes["plain"],
    )


def _whole(specification: Specification, elements: list[str]) -> tuple[float, int]:
    """Milliseconds of CPU from the beginning to the end, restored before each step; and the bytes while all are open."""
    began = time.process_time()
    kernel = Kernel(specification, {"xs": [f"unit_{number}" for number in range(TIMES)]})
    size = len(kernel.state)
    for element in elements:
        kernel.complete(element, {}, True)
    return 1000 * (time.process_time() - began), size

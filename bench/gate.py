"""`gate`: how long a diagram is judged: one that is shipped, a large one, and a file of nothing but tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from bench.measure import Meter, Row
from bench.options import Options
from engine.forms.schema import Form
from tests.reference.by_hand import both, end, process, start, user, xor
from tests.unit.diagrams import form_of, problems_of, shipped, signature_of, text_field

LARGE, TASKS = 1_000, 9_000
IN_A_BLOCK = 6
"""A fork of two tasks that are joined, a task, and a decision that leads on or back."""


def rows(options: Options) -> Iterator[Row]:
    meter = Meter(options.stores.server_cpu)
    large, forms = _large()
    only_tasks = process(start(), user(" ".join(f"t{number}" for number in range(TASKS))), end(), flows="start>end")
    data, own = shipped("dispute_resolution")
    given = {
        "dispute_resolution, as it is shipped": partial(problems_of, data, own, signature_of("case_referral")),
        f"a procedure of {LARGE:,} elements": partial(problems_of, large, forms),
        f"a file of {TASKS:,} tasks": partial(problems_of, only_tasks, {}),
    }
    for _ in range(max(options.rounds // 4, 2) + 1):
        for name, judge in given.items():
            meter.take(name, None, judge)
    for name in given:
        yield Row("gate", name, "", meter.typical(name))


def _large() -> tuple[str, Mapping[str, Form]]:
    numbers = range((LARGE - 2) // IN_A_BLOCK)
    nodes = [both(f"f{n} j{n}") + user(f"a{n} b{n} c{n}") + xor(f"g{n}") for n in numbers]
    flows = [
        f"f{n}>a{n}; f{n}>b{n}; a{n}>j{n}; b{n}>j{n}; j{n}>c{n}; c{n}>g{n}; g{n}>c{n}[c{n}_note == 'again']; "
        f"g{n}>{f'f{n + 1}' if n + 1 in numbers else 'end'}*"
        for n in numbers
    ]
    forms = {f"c{n}": form_of(f"c{n}", [text_field(f"c{n}_note")]) for n in numbers}
    return process(start(), *nodes, end(), flows=f"start>f0; {'; '.join(flows)}"), forms

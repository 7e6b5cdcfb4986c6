"""Whether random drawings would notice when the gate is wrong: one line of what judges ways is broken at a time.

A gate that lets pass too much is noticed when a case stops or does something twice; one that refuses too much when it refuses
what the generator draws. What the other rules say has a test each, which fails when its rule is silent (`tests/conftest.py`).
"""

from __future__ import annotations

import importlib
import random
from types import ModuleType

from engine.problems import Severity
from tests.reference.mutants import Mutant, broken
from tests.reference.walks import drawing

PACKAGE = "engine.bpmn.gate"
WALKS = 4
"""Of each drawing that nobody would draw."""
_RELOADED = (f"{PACKAGE}.", "tests.unit.diagrams", "tests.reference.test_generator", "tests.hostile.test_walks")

GATE_MUTANTS = (
    Mutant("no state is looked through", "rules.sound", "        yield from _stuck(draft, seen)\n", ""),
    Mutant("of the ways out of a choice only the first is looked at", "states", "return [(key,) for key in keys]", "return [(keys[0],)]"),
    Mutant("a join goes on with the first that comes", "states", "return flows >= set(self._elements[key].incoming)", "return bool(flows)"),
    Mutant("a join never goes on", "states", "return flows >= set(self._elements[key].incoming)", "return False"),
    Mutant("of the tokens of a fork one goes on", "states", "return [tuple(keys)]", "return [tuple(keys[:1])]"),
    Mutant("an inclusive join never goes on", "states", "if self._is_inclusive(key) and not self._waits(key, flows, state)", "if False"),
    Mutant("an end of everything ends nothing else", "states", 'element.kind == "endEvent" and (element.event_kind', 'False and (element.event_kind'),
    Mutant("no meeting of branches is looked for", "rules.doubles", "        if alive and len(element.incoming) > 1:", "        if False:"),
    Mutant("a join forgets what it has waited for", "rules.doubles", "            coming[key] = colour | before\n", "            coming[key] = colour\n"),
    Mutant("every circle waits for nobody", "rules.loops", "for element in draft.running if is_automatic(draft, element) or interrupting(draft, element)", "for element in draft.running"),
)  # fmt: skip
# ruff: noqa: E501


def seen_at(mutant: Mutant, drawings: int) -> int | None:
    """The number of the first drawing that tells; None when none does."""
    with broken(mutant, PACKAGE, _RELOADED, "tests.hostile.test_walks") as hostile:
        judged = importlib.import_module("tests.reference.test_generator")
        for seed in range(drawings):
            if _refuses(judged, seed) or _lets_pass(hostile, seed):
                return seed
    return None


def _refuses(judged: ModuleType, seed: int) -> bool:
    return any(problem.severity is Severity.ERROR for problem in judged.problems(drawing(seed)))


def _lets_pass(hostile: ModuleType, seed: int) -> bool:
    """Whether a drawing that nobody would draw is accepted and then stops, or asks somebody twice."""
    found = hostile.Drawing(random.Random(seed), seed % 4)
    text = found.text()
    if hostile.problems_of(text, found.forms()):
        return False
    for number in range(WALKS):
        try:
            hostile.walk(text, random.Random(1000 * seed + number))
        except Exception:
            return True
    return False

"""What the generator draws is what the gate lets pass, and a failing walk is made small."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine.bpmn.gate.procedures import Signature
from engine.problems import Severity
from tests.reference.blocks import Block, Row, Task, Work
from tests.reference.generator import Drawn
from tests.reference.net import COMPLETE, Alone, Move
from tests.reference.walks import Failed, Walk, drawing, shrunk, sides_alone, take
from tests.unit.diagrams import form_of, problems_of

CALLED = {"one_task": Signature(frozenset({"subject", "note", "own_unit"}), frozenset())}
WORDS = {
    "border conditional beside", "border conditional interrupting", "border conditional lapsing",
    "border error interrupting", "border escalation beside", "border escalation interrupting",
    "border escalation lapsing", "border message beside", "border message interrupting",
    "border message lapsing", "border signal beside", "border signal interrupting", "border signal lapsing",
    "button beside", "button interrupting", "button lapsing", "call activity", "catch event", "cycle beside",
    "cycle lapsing", "end error", "end escalation", "end event", "event-based gateway", "exclusive gateway",
    "handler button beside", "handler button interrupting", "handler conditional beside",
    "handler conditional interrupting", "handler cycle beside", "handler error interrupting",
    "handler escalation beside", "handler escalation interrupting", "handler message beside",
    "handler message interrupting", "handler signal beside", "handler signal interrupting",
    "handler timer beside", "handler timer interrupting", "inclusiveGateway some",
    "inclusiveGateway some inclusiveGateway", "intermediateCatchEvent button",
    "intermediateCatchEvent conditional", "intermediateCatchEvent message", "intermediateCatchEvent signal",
    "intermediateCatchEvent timer", "intermediateThrowEvent escalation", "intermediateThrowEvent message",
    "intermediateThrowEvent signal", "link", "loop", "parallel gateway", "parallelGateway all", "receive task",
    "service task", "sub-process", "timer beside", "timer interrupting", "timer lapsing", "user task",
    "userTask all", "userTask all parallelGateway", "userTask some", "userTask some inclusiveGateway",
}  # fmt: skip
"""A new word joins here when it is drawn."""


def problems(drawn: Drawn) -> list:
    return problems_of(drawn.text, {key: form_of(key, fields) for key, fields in drawn.forms.items()}, CALLED)


def words_in(block: Block) -> set[str]:
    own = {border.word for border in getattr(block, "borders", ())}
    return own | {block.word}.union(*(words_in(part) for part in block.parts()))


@pytest.mark.parametrize("seed", range(40))
def test_every_drawing_passes_the_gate(seed: int):
    """What ends on a branch beside another is only warned of."""
    assert [problem for problem in problems(drawing(seed)) if problem.severity is Severity.ERROR] == []


def test_every_word_is_drawn():
    assert set().union(*(words_in(drawing(seed).whole) for seed in range(100))) - {"row"} == WORDS


def test_the_same_seed_draws_the_same():
    assert drawing(7).text == drawing(7).text


class Forgetful(Alone):
    """An engine that loses what is open at the second task of everything."""

    def seen(self):
        seen = super().seen()
        seen.open.pop("u2", None)
        return seen


def forgetful(drawn: Drawn) -> list:
    return [Forgetful(side._specification, restores=False) for side in sides_alone(drawn)[:1]]


def test_a_failing_walk_is_made_as_small_as_it_goes():
    whole = Row((Task("u1"), Work("v1"), Row((Task("u2"), Task("u3")))))
    walk = Walk(Drawn(whole), (("x", 0), ("y", 0)), (Move(COMPLETE, "u1", 0), Move(COMPLETE, "u2", 0)))

    small = shrunk(walk, forgetful)

    assert (small.drawn.whole, small.moves) == (Task("u2"), ())


def test_a_failing_walk_is_told_with_its_drawing():
    with pytest.raises(Failed, match=r"(?s)instead of.*<process id"):
        take(Drawn(Row((Task("u1"), Task("u2")))), 1, forgetful)


IN_A_PROCESS_OF_ITS_OWN = """
from tests.reference.walks import take, wide_drawing
print([take(wide_drawing(seed), seed).moves for seed in range(400, 430)])
"""


def test_the_same_seed_walks_the_same_in_every_process():
    """What strings hash to is another thing in each process, and must not choose."""

    def walked(hashes: str) -> str:
        own = {**os.environ, "PYTHONHASHSEED": hashes}
        return subprocess.check_output([sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN], env=own, text=True)

    assert walked("1") == walked("2")

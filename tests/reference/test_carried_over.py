"""An instance that runs in the form of before goes on in the new one: the same is open under the same ids, and it goes on right.

Whatever a button or a cycle had begun was gone with its task then; the drawings say so, or the reference would not know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import read_elements
from engine.bpmn.reading.read import read_diagram
from engine.bpmn.spiff.specification import specification
from engine.bpmn.spiff.specs import Specification
from engine.bpmn.spiff.workflow import Workflow
from tests.before import parse
from tests.before.workflow import Workflow as WorkflowBefore
from tests.reference.blocks import Block, Fork, Loop, Task
from tests.reference.generator import FLOWS, KEY, Drawn, Generator
from tests.reference.net import Asked, Different, Move, Seen, act, end_met_clocks, seen_of
from tests.reference.walks import SIZES, take

LAPSED = {"timer": 0.0, "cycle": 1.0, "button": 1.0}
BEFORE = b'{"format": 1, "specification": {}}'
"""How a version was stored then, but for what only SpiffWorkflow's classes needed."""
SHIPPED = sorted((Path(__file__).parents[2] / "processes").glob("*.bpmn"))


class CarriedOver:
    """Runs as before until so many moves are made; then its state is read by the engine of today."""

    name = "carried over"

    def __init__(self, text: str, after: int) -> None:
        root = read_diagram(text.encode())
        diagram = read_elements(root)
        self._left, self._host, self._passed = after, Asked(diagram), Counter[str]()
        self._today = Specification(diagram, all_lapses=True)
        self.workflow = WorkflowBefore(parse.restore_specification(parse.specify(root, KEY)), self._host)

    def begin(self, facts: Mapping[str, int]) -> None:
        self._host.facts = dict(facts)
        self.workflow.run()
        end_met_clocks(self.workflow, self._host, self._today)
        self._note()

    def move(self, move: Move, facts: Mapping[str, int]) -> None:
        self._host.facts = dict(facts)
        if self._left == 0:
            self._carry_over()
        self._left -= 1
        act(self.workflow, move)
        end_met_clocks(self.workflow, self._host, self._today)
        self._note()

    def seen(self) -> Seen:
        return seen_of(self.workflow, self._passed)

    def _carry_over(self) -> None:
        before = ids(self.workflow)
        self.workflow = Workflow(self._today, self._host, self.workflow.to_bytes())
        if ids(self.workflow) != before:
            raise Different(f"ids: {ids(self.workflow)} instead of {before}")

    def _note(self) -> None:
        self._passed += Counter(self.workflow.passed)
        self.workflow.passed.clear()


def ids(workflow: Workflow | WorkflowBefore) -> set[str]:
    found = (workflow.user_tasks(), workflow.armed_events(), workflow.open_calls(), workflow.open_clocks())
    return {one.id for several in found for one in several}


def joined_in_a_loop(block: Block, around: tuple[type, ...] = ()) -> bool:
    """Whether a join leads into a join within a loop: there the engine of before lost count."""
    if isinstance(block, Fork) and Fork in around and Loop in around:
        return True
    return any(joined_in_a_loop(part, (*around, type(block))) for part in block.parts())


def drawing(seed: int) -> Drawn:
    return Generator(seed, SIZES[seed % len(SIZES)], FLOWS, LAPSED).drawing()


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_what_runs_goes_on_as_the_reference_says_from_whatever_state_it_was_in(first: int):
    for seed in range(first, first + 20):
        drawn = drawing(seed)
        if not joined_in_a_loop(drawn.whole):
            take(drawn, seed, lambda drawn, seed=seed: [CarriedOver(drawn.text, seed % 7)])


def test_a_version_of_before_keeps_its_meaning():
    diagram = read_elements(read_diagram(SHIPPED[0].read_bytes().replace(b'name="lapses"', b'name="title"')))

    assert specification(diagram, BEFORE).task_specs["act_extend"].lapses


def test_a_task_that_was_carried_over_still_knows_the_way_it_came():
    root = read_diagram(SHIPPED[0].read_bytes())
    host = Asked()
    before = WorkflowBefore(parse.restore_specification(parse.specify(root, "case_referral")), host)
    host.evaluate = lambda expression: False
    before.run()
    before.complete(before.user_tasks()[0].id)
    (task,) = before.user_tasks()

    today = Workflow(Specification(read_elements(root), all_lapses=True), host, before.to_bytes())

    tasks = {"userTask"}
    elements = read_elements(root).elements
    known = [(one.id, one.element_id) for one in before.ancestors(task.id) if elements[one.element_id].kind in tasks]
    assert known
    assert [(one.id, one.element_id) for one in today.ancestors(task.id) if one.id] == known


def test_an_ended_process_is_ended():
    drawn = Drawn(Task("u1"))
    root, host = read_diagram(drawn.text.encode()), Asked()
    before = WorkflowBefore(parse.restore_specification(parse.specify(root, KEY)), host)
    before.run()
    before.complete(before.user_tasks()[0].id)

    assert Workflow(Specification(read_elements(root)), host, before.to_bytes()).completed

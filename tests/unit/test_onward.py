"""Which papers a task leads to, by what is answered in it; asked of the four procedures as they are drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import Diagram
from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.bpmn.reading.paths_ahead import elements_after
from engine.settings import PROJECT
from tests.reference.by_hand import border, end, event, process, some, start, sub, user, xor
from tests.unit.diagrams import diagram_of

PROCESSES = Path(PROJECT) / "processes"


def after(procedure: str, task: str, **answers: object) -> frozenset[str]:
    """What follows when only these answers are known."""

    def holds(condition: str) -> bool | None:
        known = compile_expression(condition).names <= answers.keys()
        return bool(evaluate(condition, answers, {})) if known else None

    return elements_after(diagram(procedure), task, holds)


def diagram(procedure: str) -> Diagram:
    return diagram_of((PROCESSES / f"{procedure}.bpmn").read_bytes())


@pytest.mark.parametrize(
    ("answers", "papers"),
    [
        ({}, {"tell_acceptance", "forward_application", "tell_supplement", "tell_refusal_a"}),
        ({"review_outcome": "accept"}, {"tell_acceptance", "forward_application"}),
        ({"review_outcome": "supplement"}, {"tell_supplement"}),
        ({"review_outcome": "not_accept"}, {"tell_refusal_a"}),
    ],
)
def test_the_answer_of_a_review_decides_which_paper_is_written(answers: Mapping[str, object], papers: set[str]) -> None:
    drafted = {"tell_acceptance", "forward_application", "tell_supplement", "tell_refusal_a"}

    assert after("dispute_resolution", "review_application", **answers) & drafted == papers


def test_who_takes_a_request_on_writes_no_refusal() -> None:
    assert "deliver_refusal" not in after("technical_assistance", "assign_request", assignment_outcome="assign")
    assert "deliver_refusal" in after("technical_assistance", "assign_request", assignment_outcome="not_our_duty")


def test_a_paper_behind_another_task_is_still_to_come() -> None:
    """Whether the leader agrees is not known while the officer prepares."""
    assert "deliver_referral" in after("case_referral", "prepare_materials", preparation_outcome="submit")
    assert "deliver_referral" not in after("case_referral", "prepare_materials", preparation_outcome="drop")


def test_a_way_that_comes_back_to_the_task_ends_there() -> None:
    """Sent back for more work, the letter is signed another time."""
    assert "deliver_referral" not in after("case_referral", "approve_referral", approval_outcome="return")


CHOSEN = process(
    start(),
    user("ask check measure photograph sum_up"),
    some("what all_in"),
    flows="start>ask; ask>what; what>check*; what>measure[x > 0]; what>photograph[x > 1]; check>all_in; measure>all_in; "
    "photograph>all_in; all_in>sum_up",
)


@pytest.mark.parametrize(
    ("known", "taken"),
    [
        ({}, {"check", "measure", "photograph"}),
        ({"x > 0": True, "x > 1": True}, {"measure", "photograph"}),
        ({"x > 0": True, "x > 1": False}, {"measure"}),
        ({"x > 0": True}, {"measure", "photograph"}),
        ({"x > 0": False, "x > 1": False}, {"check"}),
    ],
)
def test_of_an_inclusive_gateway_each_way_follows_whose_condition_holds_and_else_the_default(
    known: Mapping[str, bool], taken: set[str]
) -> None:
    after_it = elements_after(diagram_of(CHOSEN), "ask", known.get)

    assert after_it & {"check", "measure", "photograph"} == taken


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"x > 0": True, "x > 1": True}, ["measure", "photograph", "sum_up"]),
        ({"x > 0": False, "x > 1": False}, ["check", "sum_up"]),
        ({}, ["check", "sum_up"]),
    ],
)
def test_of_an_inclusive_gateway_every_way_is_foretold_that_will_be_taken(
    known: Mapping[str, bool], told: list[str]
) -> None:
    named = diagram_of(re.sub(r'<userTask id="(\w+)"', r'<userTask id="\1" name="\1"', CHOSEN))

    assert [element.id for element in named.expected_after("ask", holds=known.get)] == told


FAILS = process(
    start(),
    sub(
        "S",
        start("s"),
        user("x w"),
        xor("g"),
        end("well"),
        end("bad", event("error", "low")),
        flows="s>x; x>g; g>well*; g>w[k > 0]; w>bad",
    ),
    border("b", "S", event("error")),
    user("y z"),
    flows="start>S; S>y; b>z",
)


def test_an_error_leads_to_what_is_behind_the_border_that_catches_it_and_to_nothing_else() -> None:
    drawn = diagram_of(re.sub(r'<userTask id="(\w+)"', r'<userTask id="\1" name="\1"', FAILS))

    assert elements_after(drawn, "x", {"k > 0": False}.get) & {"w", "y", "z"} == {"y"}
    assert elements_after(drawn, "x", {"k > 0": True}.get) & {"w", "y", "z"} == {"w", "z"}
    assert [element.id for element in drawn.expected_after("w")] == ["z"]
    assert drawn.tasks_before("y") == {"x"}

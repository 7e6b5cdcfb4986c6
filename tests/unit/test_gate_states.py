"""Every state that a case can come to is looked at: where it stops is told with the way, and what is never done is told."""

from __future__ import annotations

import random

import pytest

from engine.bpmn.gate.draft import only_read
from engine.bpmn.gate.rules import sound
from engine.bpmn.gate.states import Net
from engine.problems import Problem, Severity
from tests.hostile.test_walks import Drawing, walk
from tests.reference.by_hand import TERMINATE, both, end, node, process, some, start, sub, user, xor
from tests.unit.diagrams import diagram_of, problems_of, properties

JOIN_RULES = {"join-starves", "branch-ends-early", "join-in-loop"}


def by_states(*inner: str, flows: str) -> list[Problem]:
    """What the states alone say."""
    return list(sound.check(only_read(diagram_of(process(start(), *inner, end(), flows=flows)), {})))


def told(*inner: str, flows: str) -> list[Problem]:
    """What the gate says of joins, ends and states."""
    found = problems_of(process(start(), *inner, end(), flows=flows), {})
    own = {sound.CASE_STUCK.id, sound.STEP_DEAD.id, sound.END_LEAVES_WORK.id, sound.WAYS_TOO_MANY.id}
    return [one for one in found if one.rule in JOIN_RULES | own]


# --- where a case stops ---


@pytest.mark.rule("case-stuck")
def test_a_join_for_which_something_never_comes_is_told_with_the_way() -> None:
    flows = "start>f; f>g; f>b; g>a*; g>out[k > 0]; a>j; b>j; j>end"
    (found,) = by_states(both("f j"), user("a b"), xor("g"), end("out"), flows=flows)

    assert (found.rule, found.element_id, found.severity) == ("case-stuck", "j", Severity.ERROR)
    assert "从“g”走“out”" in str(found.reason), found.reason


@pytest.mark.parametrize(
    ("inner", "flows"),
    [
        (both("f i j k") + some("g"), "start>f; f>j; f>k; f>g; g>i*; g>j[k > 0]; i>k; j>end; k>end"),
        (
            both("f i j k") + user("a b c") + xor("g"),
            "start>f; f>j; f>a; f>g; a>i; i>b; b>c; c>k; g>i*; g>b[k > 0]; g>c[k > 1]; j>k; k>end",
        ),
    ],
    ids=["a join or another", "a join or behind it"],
)
def test_a_branch_that_may_go_past_the_join_that_waits_for_it_is_found_by_states_alone(inner: str, flows: str) -> None:
    """No rule that judges by the drawing sees it, and a case stops."""
    assert {one.rule for one in told(inner, flows=flows)} == {"case-stuck"}
    assert _stops(process(start(), inner, end(), flows=flows))


@pytest.mark.rule("branch-ends-early", "join-starves")
def test_a_join_that_its_own_rule_tells_of_is_told_once_with_the_way() -> None:
    flows = "start>f; f>g; f>b; g>a*; g>j[k > 0]; a>c; c>j; b>j; j>end"
    found = told(both("f j"), user("a b c"), xor("g"), flows=flows)

    assert [one.rule for one in found] == ["join-starves"]
    assert "从“g”走" in str(found[0].reason)
    assert {one.rule for one in told(both("f j"), user("a b"), xor("g"), end("out"),
            flows="start>f; f>g; f>b; g>a*; g>out[k > 0]; a>j; b>j; j>end")} == {"branch-ends-early"}  # fmt: skip


def test_a_branch_of_which_a_part_ends_and_a_part_is_joined_is_accepted() -> None:
    """Where two come out of one step, one may be over while the other goes to the join."""
    inner, flows = both("f j") + user("a b c d"), "start>f; f>a; f>b; a>j; b>c; b>d; c>j; d>over; j>end"

    assert told(inner, end("over"), flows=flows) == []
    assert not _stops(process(start(), inner, end("over"), end(), flows=flows))


def test_two_decisions_on_one_answer_make_a_state_only_possible() -> None:
    """Both read k: perhaps no case goes by both of these flows."""
    flows = "start>g; g>f*; g>one[k > 0]; one>f; f>h; f>b; h>a*; h>out[k > 1]; a>j; b>j; j>end"
    (found,) = by_states(both("f j"), user("one a b"), xor("g h"), end("out"), flows=flows)
    assert found.severity is Severity.ERROR  # by the default flow of h alone a case goes there whatever g has decided

    flows = "start>g; g>b*; g>f[k > 0]; f>h; f>c; h>a*; h>out[k < 0]; a>j; c>j; j>end; b>end"
    (found,) = by_states(both("f j"), user("a b c"), xor("g h"), end("out"), flows=flows)
    assert found.severity is Severity.WARNING


def test_what_is_inside_a_sub_process_is_looked_through_by_itself() -> None:
    inner = sub(
        "s", start("s0"), both("f j"), xor("g"), user("a b"), end("s1"), end("out"),
        flows="s0>f; f>g; f>b; g>a*; g>out[k > 0]; a>j; b>j; j>s1",
    )  # fmt: skip
    (found,) = by_states(inner, flows="start>s; s>end")

    assert (found.rule, found.element_id) == ("case-stuck", "j")


def test_an_inclusive_join_waits_for_no_branch_that_has_ended() -> None:
    flows = "start>f; f>g; f>b; g>a*; g>out[k > 0]; a>j; b>j; j>end"

    assert by_states(both("f"), some("j"), user("a b"), xor("g"), end("out"), flows=flows) == []


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_the_states_say_of_random_drawings_what_walks_find(first: int) -> None:
    """Where a rule of joins refuses a drawing: states stop if and only if one of many walks does."""
    for seed in range(first, first + 40):
        drawing = Drawing(random.Random(seed), detours=1 + seed % 3)
        found = {problem.rule for problem in problems_of(drawing.text(), drawing.forms())}
        if found and found <= JOIN_RULES:
            states = sound.check(only_read(diagram_of(drawing.text()), drawing.forms()))
            assert any(one.rule == "case-stuck" for one in states) == _stops(drawing.text()), seed


def _stops(text: str) -> bool:
    for number in range(60):
        try:
            walk(text, random.Random(number))
        except AssertionError as error:
            if "nobody is asked" in str(error):
                return True
    return False


# --- what is never done, and what is left ---


@pytest.mark.rule("step-dead")
def test_what_stands_beside_an_end_that_comes_at_once_is_never_done() -> None:
    note = node("serviceTask", "note", properties(operation="record", **{"fact:x": "1"}))
    flows = "start>f; f>note; f>a; note>over; a>end"
    found = told(both("f"), note, user("a"), end("over", TERMINATE), flows=flows)

    assert [(one.rule, one.element_id) for one in found] == [("step-dead", "a")]


def test_a_join_that_everything_has_ended_before_is_never_passed() -> None:
    """One branch always ends everything, so what the join would let go never comes."""
    flows = "start>f; f>a; f>b; f>c; a>over; b>j; c>g; g>j*; g>w[k > 0]; w>over; j>end"
    found = by_states(both("f j"), user("a b c w"), xor("g"), end("over", TERMINATE), flows=flows)

    assert found == []  # whoever is slow with a lets the others pass


@pytest.mark.rule("end-leaves-work")
def test_a_result_beside_which_work_is_open_is_told() -> None:
    done = end("done", properties(result="done"))
    flows = "start>f; f>a; f>b; a>done; b>end"

    assert [(one.rule, one.element_id) for one in told(both("f"), user("a b"), done, flows=flows)] == [
        ("end-leaves-work", "done")
    ]
    closing = end("done", properties(result="done") + TERMINATE)
    assert told(both("f"), user("a b"), closing, flows=flows) == []


# --- how much is looked at ---


@pytest.mark.rule("ways-too-many")
def test_what_has_too_many_states_is_said_and_not_passed_over_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "STATES_AT_MOST", 2)
    flows = "start>g; g>a*; g>b[k > 0]; a>h; b>h; h>c*; h>d[k > 1]; c>end; d>end"
    found = told(xor("g h"), user("a b c d"), flows=flows)

    assert [(one.rule, one.severity) for one in found] == [("ways-too-many", Severity.WARNING)]


def test_branches_that_run_side_by_side_do_not_multiply_states() -> None:
    """Eight branches with a decision each: in any order there would be thousands."""
    names = [str(number) for number in range(8)]
    flows = "; ".join(f"f>g{n}; g{n}>a{n}*; g{n}>b{n}[k > {n}]; a{n}>m{n}; b{n}>m{n}; m{n}>j" for n in names)
    gates = xor(" ".join(f"g{n} m{n}" for n in names))
    tasks = user(" ".join(f"a{n} b{n}" for n in names))
    text = process(start(), both("f j"), gates, tasks, end(), flows=f"start>f; {flows}; j>end")
    seen = Net(only_read(diagram_of(text), {}), None).look()

    assert (seen.is_whole, seen.stuck, len(seen.came_from) < 40) == (True, [], True)


def test_what_no_start_event_is_drawn_for_begins_together() -> None:
    inner = sub("s", user("a b"), both("j"), end("s1"), flows="a>j; b>j; j>s1")

    assert by_states(inner, flows="start>s; s>end") == []

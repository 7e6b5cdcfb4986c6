"""What the gate asks of inclusive gateways: a question with a default, and no two joins that wait for each other."""

from __future__ import annotations

import pytest

from engine.problems import Problem
from tests.reference.by_hand import both, end, process, some, start, user, xor
from tests.unit.diagrams import END, broken, flow, problems_of, refused, the_problem

FORK, JOIN = '<parallelGateway id="fork" />', '<parallelGateway id="join" />'
SPLIT = (FORK, '<inclusiveGateway id="fork" name="核对什么？" default="fork__read_a" />')
CONDITIONS = (
    (flow("fork", "clock"), flow("fork", "clock", "agreed")),
    (flow("fork", "read_b"), flow("fork", "read_b", "agreed")),
)
WAITS = (JOIN, '<inclusiveGateway id="join" />')


def joins_that_wait(*inner: str, flows: str) -> list[Problem]:
    found = problems_of(process(start(), *inner, end(), flows=flows), {})
    return [problem for problem in found if problem.rule == "joins-wait"]


def test_branches_that_are_chosen_and_joined_by_inclusive_gateways_are_accepted() -> None:
    assert problems_of(broken(SPLIT, *CONDITIONS, WAITS)) == []


@pytest.mark.rule("gateway-no-default")
def test_an_inclusive_gateway_without_a_default_is_refused() -> None:
    without = (SPLIT[0], SPLIT[1].replace(' default="fork__read_a"', ""))
    refused(the_problem(broken(without, *CONDITIONS, WAITS)), "fork", "默认流")


@pytest.mark.rule("flow-without-condition")
def test_a_flow_of_an_inclusive_gateway_without_a_condition_is_refused() -> None:
    refused(the_problem(broken(SPLIT, CONDITIONS[0], WAITS)), "fork__read_b", "条件")


@pytest.mark.rule("join-starves")
def test_chosen_branches_are_not_joined_by_a_gateway_that_waits_for_all() -> None:
    refused(the_problem(broken(SPLIT, *CONDITIONS)), "join", "包容网关")


@pytest.mark.rule("merge-doubles")
def test_chosen_branches_are_not_joined_by_a_gateway_that_does_not_wait() -> None:
    split = (FORK, SPLIT[1].replace("fork__read_a", "fork__clock"))
    chosen = [(flow("fork", key), flow("fork", key, "agreed")) for key in ("read_a", "read_b")]
    refused(the_problem(broken(split, *chosen, (JOIN, '<exclusiveGateway id="join" />'))), "join", "包容网关")


def test_chosen_branches_that_ask_the_same_are_refused() -> None:
    asked_twice = ('camunda:formRef="read_b"', 'camunda:formRef="read_a"')
    rules = {problem.rule for problem in problems_of(broken(SPLIT, *CONDITIONS, WAITS, asked_twice))}
    assert "form-side-by-side" in rules


@pytest.mark.rule("loop-idle")
def test_a_loop_of_inclusive_gateways_in_which_nobody_is_waited_for_is_refused() -> None:
    around = (
        END,
        f'<inclusiveGateway id="again" name="再来？" default="again__review" />{flow("again", "review")}{END}',
    )
    back = (flow("join", "review"), flow("join", "again") + flow("again", "join", "agreed"))
    assert "loop-idle" in {problem.rule for problem in problems_of(broken(SPLIT, *CONDITIONS, WAITS, around, back))}


@pytest.mark.rule("joins-wait")
def test_two_inclusive_joins_that_wait_for_each_other_are_refused_by_both_names() -> None:
    (problem,) = joins_that_wait(
        both("f"),
        user("a b x y"),
        some("o1 o2"),
        xor("g1 g2"),
        flows="start>f; f>a; f>b; a>o1; b>o2; o1>g1; g1>x*; g1>end[k > 0]; x>o2; o2>g2; g2>y*; g2>end[k > 0]; y>o1",
    )
    assert problem.element_id == "o1"
    assert ("“o1”" in str(problem.reason), "“o2”" in str(problem.reason)) == (True, True)


@pytest.mark.rule("joins-wait")
def test_an_inclusive_join_and_a_parallel_one_that_wait_for_each_other_are_refused() -> None:
    (problem,) = joins_that_wait(
        both("f j"),
        user("a b x"),
        some("o"),
        xor("g"),
        flows="start>f; f>a; f>b; a>j; b>o; o>j; j>g; g>x[k > 0]; g>end*; x>o",
    )
    assert (problem.element_id, "“j”" in str(problem.reason)) == ("o", True)


@pytest.mark.parametrize(
    "flows",
    [
        "start>m; m>o; o>x*; o>y[k > 0]; x>j; y>j; j>g; g>m[k > 0]; g>end*",
        "start>m; m>o; o>x*; o>y[k > 0]; x>f; f>u; f>v; u>w; v>w; w>j; y>j; j>g; g>m[k > 0]; g>end*",
        "start>m; m>o; o>x*; o>y[k > 0]; x>j; y>j; j>p; p>u*; p>v[k > 0]; u>q; v>q; q>g; g>m[k > 0]; g>end*",
        "start>m; m>f; f>o; f>u; o>x*; o>y[k > 0]; x>j; y>j; j>w; u>w; w>g; g>m[k > 0]; g>end*",
    ],
    ids=["alone", "a parallel block within", "two in turn", "within a parallel block"],
)
def test_a_block_that_is_repeated_in_a_loop_waits_for_nothing_that_waits_for_it(flows: str) -> None:
    used = {name for name in "mojgpqfw" if f"{name}>" in flows}
    gates = "".join(some(name) if name in "ojpq" else xor(name) if name in "mg" else both(name) for name in used)
    assert joins_that_wait(gates, user("x y u v"), flows=flows) == []


@pytest.mark.rule("join-starves")
@pytest.mark.parametrize(
    "flows",
    [
        "start>f; f>o; f>j; o>j*; o>p[k > 0]; j>p; p>end",
        "start>f; f>u; f>j; u>j*; u>p[k > 0]; j>p; p>end",
    ],
    ids=["a gateway", "a task"],
)
def test_a_parallel_join_does_not_wait_for_a_way_that_something_between_chooses(flows: str) -> None:
    """Behind the fork one of the branches goes into the join by this flow or by that one."""
    text = process(start(), both("f p"), some("o j" if "f>o" in flows else "j"), user("u"), end(), flows=flows)
    found = [problem for problem in problems_of(text, {}) if problem.rule == "join-starves"]
    assert [(problem.element_id, "包容网关" in str(problem.remedy)) for problem in found] == [("p", True)]

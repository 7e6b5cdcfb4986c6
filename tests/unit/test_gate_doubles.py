"""Nothing that the gate lets pass is done twice because paths that are alive at the same time meet or lead back."""

from __future__ import annotations

import pytest

from tests.reference.by_hand import both, end, process, start, user, xor
from tests.unit.diagrams import problems_of


def doubles(*inner: str, flows: str) -> set[tuple[str, str]]:
    """(rule, element) of what would be done twice."""
    found = problems_of(process(start(), *inner, end(), flows=flows), {})
    return {(problem.rule, problem.element_id) for problem in found if problem.rule.endswith("-doubles")}


@pytest.mark.rule("loop-doubles")
def test_a_step_with_two_ways_on_of_which_one_leads_back_begins_the_other_again_and_again() -> None:
    flows = "start>m; m>a; a>b; a>m; b>end"
    assert doubles(user("a b"), xor("m"), flows=flows) == {("loop-doubles", "a")}


def test_paths_that_were_joined_may_lead_back_before_the_split() -> None:
    flows = "start>m; m>f; f>a; f>b; a>j; b>j; j>g; g>m[k > 0]; g>end*"
    assert doubles(user("a b"), both("f j"), xor("m g"), flows=flows) == set()


@pytest.mark.rule("merge-doubles")
def test_what_a_join_of_two_lets_go_does_not_meet_the_third_without_waiting() -> None:
    flows = "start>f; f>a; f>b; f>c; a>j; b>j; j>m; c>m; m>d; d>end"
    assert doubles(user("a b c d"), both("f j"), xor("m"), flows=flows) == {("merge-doubles", "m")}


@pytest.mark.rule("merge-doubles")
def test_a_way_round_the_split_hides_nothing() -> None:
    flows = "start>g; g>f[k > 0]; g>d*; f>a; f>b; a>d; b>d; d>end"
    assert doubles(user("a b d"), both("f"), xor("g"), flows=flows) == {("merge-doubles", "d")}


def test_a_condition_and_the_default_flow_beside_it_are_never_taken_at_once() -> None:
    flows = "start>a; a>m[k > 0]; a>b*; b>m; m>c; c>end"
    assert doubles(user("a b c"), xor("m"), flows=flows) == set()


def test_paths_that_only_end_together_need_no_join() -> None:
    assert doubles(user("a b"), both("f"), flows="start>f; f>a; f>b; a>end; b>end") == set()

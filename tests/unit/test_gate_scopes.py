"""What the gate asks of sub-processes: where they begin, what stands on their border, and that nothing crosses it."""

from __future__ import annotations

import pytest

from engine.problems import Severity
from tests.unit.diagrams import END, REVIEW, broken, flow, problems_of, properties, refused

INNER = '<startEvent id="in_start" />' + REVIEW + '<endEvent id="in_end" />'
WAY = flow("in_start", "review") + flow("review", "in_end")
FRAME = f'<subProcess id="frame" name="审查环节">{INNER}{WAY}</subProcess>'
AROUND = flow("join", "frame") + flow("frame", "g_review")


def framed(*changes: tuple[str, str]) -> str:
    """The small diagram, in which the review stands in a frame, with these changes."""
    taken_out = ((flow("join", "review"), ""), (flow("review", "g_review"), ""), (REVIEW, FRAME))
    in_its_lane = ("<flowNodeRef>review</flowNodeRef>", "<flowNodeRef>frame</flowNodeRef>")
    return broken(*taken_out, in_its_lane, (END, AROUND + END), *changes)


def test_a_frame_with_its_own_start_and_end_is_accepted() -> None:
    assert problems_of(framed()) == []


def test_a_frame_in_a_frame_is_accepted() -> None:
    inner = f'<subProcess id="deep" name="合议">{INNER}{WAY}</subProcess>'
    outer = (
        '<startEvent id="out_start" /><endEvent id="out_end" />' + flow("out_start", "deep") + flow("deep", "out_end")
    )
    assert problems_of(framed((FRAME, f'<subProcess id="frame" name="审查环节">{outer}{inner}</subProcess>'))) == []


@pytest.mark.rule("subprocess-start")
def test_a_frame_begins_at_one_start_event() -> None:
    second = '<startEvent id="in_start" /><startEvent id="in_second" />' + flow("in_second", "review")
    (problem,) = problems_of(framed(('<startEvent id="in_start" />', second)))[:1]
    refused(problem, "frame", "开始事件")


def test_a_frame_without_a_start_event_begins_at_the_step_that_none_comes_before() -> None:
    """BPMN 2.0.2, 13.3.4: all activities without an incoming flow begin."""
    assert problems_of(framed(('<startEvent id="in_start" />', ""), (flow("in_start", "review"), ""))) == []


@pytest.mark.rule("subprocess-start")
def test_a_frame_in_which_every_step_comes_behind_another_one_never_begins() -> None:
    (problem,) = problems_of(
        framed(('<startEvent id="in_start" />', ""), (flow("in_start", "review"), flow("in_end", "review")))
    )[:1]
    refused(problem, "frame", "开始")


@pytest.mark.rule("subprocess-start")
def test_where_a_frame_begins_with_several_steps_is_drawn() -> None:
    second = framed(
        ('<startEvent id="in_start" />', '<userTask id="read" camunda:formRef="read_a" />'),
        (flow("in_start", "review"), flow("read", "in_end")),
    )
    assert "subprocess-start" in {problem.rule for problem in problems_of(second)}


@pytest.mark.rule("nobody-asked")
def test_a_frame_with_nothing_in_it_is_passed_with_a_warning() -> None:
    found = problems_of(
        framed(
            (FRAME, REVIEW + '<subProcess id="frame" name="里面没有" />'),
            (flow("frame", "g_review"), flow("frame", "review") + flow("review", "g_review")),
        )
    )
    assert [(one.rule, one.element_id, one.severity) for one in found if one.rule == "nobody-asked"] == [
        ("nobody-asked", "frame", Severity.WARNING)
    ]


@pytest.mark.rule("subprocess-start")
def test_the_start_of_a_frame_has_no_form() -> None:
    with_form = '<startEvent id="in_start" camunda:formRef="permit_start" />'
    (problem,) = problems_of(framed(('<startEvent id="in_start" />', with_form)))
    refused(problem, "in_start", "用户任务")


@pytest.mark.rule("flow-crosses")
def test_no_flow_leads_into_a_frame_past_its_border() -> None:
    problems = problems_of(framed((flow("join", "frame"), flow("join", "review"))))
    assert "flow-crosses" in {problem.rule for problem in problems}


@pytest.mark.rule("result-within")
def test_the_end_of_a_frame_is_no_result_of_the_case() -> None:
    ended = f'<endEvent id="in_end">{properties(result="agreed")}</endEvent>'
    (problem,) = problems_of(framed(('<endEvent id="in_end" />', ended)))
    refused(problem, "in_end", "子流程后面")


def test_a_loop_through_a_frame_in_which_nobody_is_waited_for_turns_by_itself() -> None:
    """A frame is no person: it is passed at once when all its steps are."""
    idle = '<startEvent id="in_start" /><endEvent id="in_end" />' + flow("in_start", "in_end")
    again = '<exclusiveGateway id="again" name="再来？" default="again__g_review" />'
    around = flow("join", "merge") + flow("merge", "frame") + flow("frame", "again") + flow("again", "g_review")
    back = '<exclusiveGateway id="merge" />' + flow("again", "merge", "told_at is None")
    frame = f'<subProcess id="frame" name="审查环节">{idle}</subProcess>'
    problems = problems_of(framed((FRAME, frame), (AROUND, around + again + back)))
    assert "loop-idle" in {problem.rule for problem in problems}


def test_two_frames_side_by_side_do_not_ask_the_same_form() -> None:
    def asking(name: str) -> str:
        inner = f'<startEvent id="{name}_s" /><userTask id="{name}_t" name="核对" camunda:formRef="read_a" />'
        way = flow(f"{name}_s", f"{name}_t") + flow(f"{name}_t", f"{name}_e")
        return f'<subProcess id="{name}" name="{name}">{inner}<endEvent id="{name}_e" />{way}</subProcess>'

    task_b = '<userTask id="read_b" name="核对依据" camunda:formRef="read_b" />'
    problems = problems_of(broken((task_b, asking("read_b"))))
    assert "form-side-by-side" in {problem.rule for problem in problems}

"""The deployment gate on branches, timers and periods: one thing is wrong, and that alone is told."""

from __future__ import annotations

import pytest

from engine.errors import Problem
from engine.problems import Severity
from tests.unit.diagrams import (
    END,
    REVIEW,
    broken,
    flow,
    forms_of,
    problems_of,
    properties,
    refused,
    text_field,
    the_problem,
    with_more,
)

# --- branches ---


@pytest.mark.rule("join-starves")
def test_a_join_that_waits_for_a_way_not_taken_is_refused():
    text = broken(
        ('<parallelGateway id="fork" />', '<exclusiveGateway id="fork" name="核对什么？" default="fork__read_a" />'),
        (flow("fork", "clock"), flow("fork", "clock", "agreed")),
        (flow("fork", "read_b"), flow("fork", "read_b", "agreed")),
    )
    refused(the_problem(text), "join", "判断网关合并")


def test_a_task_and_its_limit_that_meet_in_a_join_are_refused():
    limit = '<boundaryEvent id="limit" name="限时" attachedToRef="read_a"><timerEventDefinition><timeDuration>PT4H'
    text = with_more(f"{limit}</timeDuration></timerEventDefinition></boundaryEvent>", flow("limit", "join"))
    refused(the_problem(text), "join", "限时的路")


@pytest.mark.rule("join-in-loop")
def test_a_loop_back_into_a_join_is_refused():
    refused(the_problem(with_more(flow("g_review", "join", "agreed"))), "join", "回路")


@pytest.mark.rule("branch-ends-early")
def test_a_plain_end_before_the_join_is_refused():
    text = broken(
        (flow("read_a", "join"), flow("read_a", "enough") + flow("enough", "join")),
        (
            END,
            f'<exclusiveGateway id="enough" name="够吗？" default="enough__join" />{flow("enough", "late2", "agreed")}{END}',
        ),
    )
    text = broken((END, f'<endEvent id="late2" name="不够" />{END}'), text=text)
    refused(the_problem(text), "late2", "终止结束事件")


def test_a_terminate_end_before_the_join_is_fine():
    text = broken(
        (flow("read_a", "join"), flow("read_a", "enough") + flow("enough", "join")),
        (
            END,
            f'<exclusiveGateway id="enough" name="够吗？" default="enough__join" />{flow("enough", "refused", "agreed")}{END}',
        ),
    )
    assert problems_of(text) == []


def test_two_working_branches_need_not_be_joined():
    both = ((flow("read_b", "join"), flow("read_b", "b_end")), (flow("read_a", "join"), flow("read_a", "join")))
    text = broken(*both, (END, f'<endEvent id="b_end" />{END}'))
    assert problems_of(text) == []


@pytest.mark.rule("merge-doubles")
def test_branches_that_meet_without_waiting_for_each_other_are_refused():
    text = broken(('<parallelGateway id="join" />', '<exclusiveGateway id="join" />'))
    assert {problem.element_id for problem in problems_of(text)} == {"join"}


def test_branches_may_meet_before_a_terminate_end():
    out = '<exclusiveGateway id="{0}" name="不办？" default="{0}__join" />'
    text = broken(
        (flow("read_a", "join"), flow("read_a", "a_out") + flow("a_out", "join") + flow("a_out", "none", "agreed")),
        (flow("read_b", "join"), flow("read_b", "b_out") + flow("b_out", "join") + flow("b_out", "none", "agreed")),
        (
            END,
            out.format("a_out")
            + out.format("b_out")
            + '<exclusiveGateway id="none" />'
            + flow("none", "refused")
            + END,
        ),
    )
    assert problems_of(text) == []


OWN = "<flowNodeRef>join</flowNodeRef>"


def in_lane(nodes: str) -> str:
    return "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes.split())


def written_twice(problem: Problem, element_id: str, tasks: str) -> None:
    refused(problem, element_id, "请给它们各做一张表单")
    assert tasks in str(problem.reason)


SAME_FORM = 'name="核对依据" camunda:formRef="read_a"'


@pytest.mark.rule("form-side-by-side")
def test_two_tasks_of_different_branches_do_not_write_one_form():
    text = broken(('name="核对依据" camunda:formRef="read_b"', SAME_FORM))
    written_twice(the_problem(text), "read_b", "“核对事实”和“核对依据”会同时办理")


def test_two_tasks_side_by_side_may_show_what_neither_writes():
    text = broken(('name="核对依据" camunda:formRef="read_b"', SAME_FORM))
    assert problems_of(text, forms_of({"read_a": [text_field("subject", readonly=True)]})) == []


def test_two_tasks_of_one_branch_may_have_one_form():
    again = '<userTask id="read_again" name="复核" camunda:formRef="read_a" />'
    more = flow("read_a", "read_again") + flow("read_again", "join")
    text = broken((flow("read_a", "join"), more), (END, again + END), (OWN, OWN + in_lane("read_again")))
    assert problems_of(text) == []


def test_a_task_does_not_write_the_form_of_one_that_joins_another_branch_later():
    """Three branches of which two are joined first: what follows them still runs beside the third."""
    more = (
        '<userTask id="read_c" name="核对证据" camunda:formRef="read_c" /><parallelGateway id="first" />'
        '<userTask id="both" name="合并核对" camunda:formRef="read_c" />'
    )
    flows = flow("fork", "read_c") + flow("read_c", "join") + flow("first", "both") + flow("both", "join")
    text = broken(
        (flow("read_a", "join"), flow("read_a", "first")),
        (flow("read_b", "join"), flow("read_b", "first") + flows),
        (END, more + END),
        (OWN, OWN + in_lane("read_c first both")),
    )
    told = problems_of(text, forms_of({"read_c": [text_field("evidence")]}))
    written_twice(told[0], "both", "“核对证据”和“合并核对”会同时办理")
    assert len(told) == 1


def test_what_an_event_opens_beside_a_task_does_not_write_the_same_form():
    who = properties(unit="asking_unit", role="case_officer")
    button = f'<boundaryEvent id="ask" name="再核" attachedToRef="read_a" cancelActivity="false">{who}'
    beside = '<userTask id="beside" name="另行核对" camunda:formRef="read_a" /><endEvent id="told" name="已核" />'
    text = broken(
        (flow("read_a", "join"), flow("read_a", "join") + flow("ask", "beside") + flow("beside", "told")),
        (END, f"{button}<messageEventDefinition /></boundaryEvent>{beside}{END}"),
        (OWN, OWN + in_lane("beside told")),
    )
    written_twice(the_problem(text), "beside", "“核对事实”和“另行核对”会同时办理")


@pytest.mark.rule("event-flows-back")
def test_a_branch_of_an_event_that_flows_into_the_work_is_refused():
    text = broken((flow("chased", "chase_end"), flow("chased", "g_review")), ('<endEvent id="chase_end" />', ""))
    refused(the_problem(text), "chase", "中断型")


def test_a_branch_of_a_button_within_a_branch_keeps_to_itself_too():
    who = properties(unit="asking_unit", role="case_officer")
    button = f'<boundaryEvent id="ask" name="再问" attachedToRef="withdraw" cancelActivity="false">{who}'
    text = broken(
        (flow("withdraw", "withdrawn"), flow("withdraw", "told") + flow("told", "withdrawn") + flow("ask", "told")),
        (END, f'<exclusiveGateway id="told" />{button}<messageEventDefinition /></boundaryEvent>{END}'),
    )
    refused(the_problem(text), "ask", "自己结束")


@pytest.mark.rule("timer-branch-waits")
def test_a_person_is_not_asked_in_the_branch_of_a_single_timer():
    text = broken(
        (flow("due", "late"), flow("due", "explain") + flow("explain", "late")),
        (END, f'<userTask id="explain" name="说明超期" camunda:formRef="explain" />{END}'),
        ("<flowNodeRef>late</flowNodeRef>", "<flowNodeRef>late</flowNodeRef><flowNodeRef>explain</flowNodeRef>"),
    )
    found = the_problem(text, forms_of({"explain": [text_field("explanation")]}))
    assert found.severity is Severity.WARNING  # BPMN 2.0.2, 13.5.3: it lives on
    refused(found, "explain", "timeCycle")


HARD = '<camunda:property name="hard" value="true" />'
LAPSES = '<camunda:property name="lapses" value="true" />'


def test_a_person_may_be_asked_in_the_branch_of_a_single_timer_that_lapses_with_its_task():
    text = broken(
        (HARD, HARD + LAPSES),
        (flow("due", "late"), flow("due", "explain") + flow("explain", "late")),
        (END, f'<userTask id="explain" name="说明超期" camunda:formRef="explain" />{END}'),
        ("<flowNodeRef>late</flowNodeRef>", "<flowNodeRef>late</flowNodeRef><flowNodeRef>explain</flowNodeRef>"),
    )
    assert problems_of(text, forms_of({"explain": [text_field("explanation")]})) == []


@pytest.mark.rule("lapses-unused")
@pytest.mark.parametrize("value", ["false", "", "yes"])
def test_lapses_is_written_true_or_not_at_all(value: str):
    text = broken((HARD, HARD + LAPSES.replace("true", value)))

    refused(the_problem(text), "due", "请写 true")


@pytest.mark.rule("lapses-unused")
def test_nothing_lapses_with_a_task_that_the_event_itself_interrupts():
    limit = "<timerEventDefinition><timeDuration>PT4H</timeDuration></timerEventDefinition></boundaryEvent>"
    event = f'<boundaryEvent id="limit" attachedToRef="read_a">{properties(lapses="true")}{limit}'
    text = broken(
        (flow("read_a", "join"), flow("read_a", "met") + flow("limit", "met") + flow("met", "join")),
        (END, f'<exclusiveGateway id="met" />{event}{END}'),
    )

    refused(the_problem(text), "limit", "非中断型")


def test_a_person_may_be_asked_in_the_branch_of_a_cycle():
    text = broken(
        (flow("chase", "chased"), flow("chase", "explain") + flow("explain", "chased")),
        (END, f'<userTask id="explain" name="说明进展" camunda:formRef="explain" />{END}'),
        ("<flowNodeRef>late</flowNodeRef>", "<flowNodeRef>late</flowNodeRef><flowNodeRef>explain</flowNodeRef>"),
    )
    assert problems_of(text, forms_of({"explain": [text_field("explanation")]})) == []


# --- timers and periods ---


DATE = "<timeDate>working_days(3, asked_at)</timeDate>"
CYCLE = "<timeCycle>natural_days(10 * n, asked_at)</timeCycle>"


@pytest.mark.parametrize("text", ["<timeDuration>PT24H</timeDuration>", "<timeDate>2026-10-10T00:00:00+08:00</timeDate>",
                                  "<timeDuration>P2W</timeDuration>", "<timeDate>hours(24, asked_at)</timeDate>"])  # fmt: skip
def test_timers_that_run_are_accepted(text: str):
    assert problems_of(broken((DATE, text))) == []


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("<timeDate></timeDate>", "PT24H"),
        ("<timeDate>2026-10-10T00:00:00</timeDate>", "能用的时间"),
        ("<timeDate>0001-01-01T00:00:00+14:00</timeDate>", "能用的时间"),
        ("<timeDuration>PT0S</timeDuration>", "能用的时间"),
        ("<timeDuration>P99999D</timeDuration>", "PT24H"),
        ("<timeDuration>P9999D</timeDuration>", "能用的时间"),
        ("<timeDuration>P3M</timeDuration>", "months"),
        ("<timeDuration>P1Y</timeDuration>", "months"),
        ("<timeDate>R3/P1D</timeDate>", "P1D"),
        ("<timeDate>working_days(3 asked_at)</timeDate>", "docs/reference/bpmn.zh.md"),
        ("<timeDate>working_days(3)</timeDate>", "参数"),
        ("<timeDate>working_days(3, found_at)</timeDate>", "字段"),
        ("<timeDate>workdays(3, asked_at)</timeDate>", "working_days"),
        ("<timeDate>natural_days(10 * n, asked_at)</timeDate>", "字段"),
        ("<timeDate>now()</timeDate><timeDuration>P1D</timeDuration>", "只留"),
    ],
)
def test_timers_that_do_not_run_are_refused(text: str, remedy: str):
    refused(the_problem(broken((DATE, text))), "due", remedy)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("<timeCycle>natural_days(10, asked_at)</timeCycle>", "n"),
        ("<timeCycle>2026-10-10T00:00:00+08:00</timeCycle>", "n"),
        ("<timeCycle>R/PT0S</timeCycle>", "能用的时间"),
        ("<timeCycle>0 0 * * *</timeCycle>", "docs/reference/bpmn.zh.md"),
    ],
)
def test_cycles_that_would_come_all_at_once_are_refused(text: str, remedy: str):
    refused(the_problem(broken((CYCLE, text))), "chase", remedy)


def test_a_cycle_at_a_fixed_distance_is_accepted():
    assert problems_of(broken((CYCLE, "<timeCycle>P10D</timeCycle>"))) == []


@pytest.mark.rule("cycle-interrupting")
def test_a_cycle_that_interrupts_is_refused():
    changed = broken(('attachedToRef="review" cancelActivity="false"', 'attachedToRef="review"'))
    refused(the_problem(changed), "chase", "timeDate")


@pytest.mark.rule("cycle-not-boundary")
def test_a_cycle_that_stands_in_the_way_is_refused():
    wait = '<intermediateCatchEvent id="wait" name="等"><timerEventDefinition><timeCycle>P1D</timeCycle></timerEventDefinition>'
    text = broken(
        (flow("review", "g_review"), flow("review", "wait") + flow("wait", "g_review")),
        (END, f"{wait}</intermediateCatchEvent>{END}"),
    )
    refused(the_problem(text), "wait", "timeDuration")


def test_waiting_for_an_instant_is_accepted():
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    wait = f'<intermediateCatchEvent id="wait" name="等">{timer}'
    text = broken(
        (flow("review", "g_review"), flow("review", "wait") + flow("wait", "g_review")),
        (END, f"{wait}</intermediateCatchEvent>{END}"),
    )
    assert problems_of(text) == []


@pytest.mark.parametrize(
    ("name", "value"), [("rule", "R22"), ("basis", "应在3个工作日内答复"), ("hard", "true"), ("unit", "asked_unit")]
)
def test_a_period_that_does_not_say_everything_is_refused(name: str, value: str):
    due = broken().split('attachedToRef="clock" cancelActivity="false">')[1].split("</extensionElements>")[0]
    changed = broken((due, due.replace(f'<camunda:property name="{name}" value="{value}" />', "")))
    refused(the_problem(changed), "due", name)


@pytest.mark.rule("period-hard")
def test_a_period_that_is_neither_hard_nor_not_is_refused():
    refused(the_problem(broken(('name="hard" value="true"', 'name="hard" value="yes"'))), "due", "hard")


@pytest.mark.rule("period-unmarked")
def test_the_marks_of_a_period_without_a_deadline_are_refused():
    text = broken(
        ('<camunda:property name="deadline" value="answer" />', ""),
        ('name="meets" value="answer"', 'name="title" value="函"'),
    )
    assert {problem.element_id for problem in problems_of(text)} == {"due"}


@pytest.mark.rule("period-key")
def test_a_period_with_a_name_that_cannot_be_one_is_refused():
    text = broken(
        ('name="deadline" value="answer"', 'name="deadline" value="答复"'),
        ('name="meets" value="answer"', 'name="meets" value="答复"'),
    )
    refused(the_problem(text), "due", "小写")


@pytest.mark.rule("period-cycle")
def test_a_period_that_comes_again_and_again_is_refused():
    refused(the_problem(broken((DATE, "<timeCycle>hours(24 * n, asked_at)</timeCycle>"))), "due", "timeDate")


@pytest.mark.rule("period-unnamed")
def test_a_period_without_a_name_is_refused():
    refused(the_problem(broken((' name="3 个工作日届满"', ""))), "due", "名称")


def test_a_period_may_have_a_title_for_a_name():
    titled = 'name="title" value="答复期限" /><camunda:property name="deadline" value="answer"'
    assert problems_of(broken((' name="3 个工作日届满"', ""), ('name="deadline" value="answer"', titled))) == []


@pytest.mark.rule("period-twice")
def test_one_period_twice_on_one_task_is_refused():
    second = (
        f'<boundaryEvent id="due2" name="又" attachedToRef="clock" cancelActivity="false">'
        f"{properties(deadline='answer', rule='R22', basis='x', hard='true', unit='asked_unit')}"
        f"<timerEventDefinition>{DATE}</timerEventDefinition></boundaryEvent>"
    )
    refused(the_problem(with_more(second, flow("due2", "late"))), "due2", "另一个名字")


@pytest.mark.rule("period-unknown")
def test_a_task_under_a_period_that_is_not_drawn_is_refused():
    changed = broken((REVIEW, f"{REVIEW[:-3]}>{properties(deadline='gone')}</userTask>"))
    refused(the_problem(changed), "review", "answer")


def test_meeting_a_period_that_is_not_drawn_is_refused():
    changed = broken(('name="meets" value="answer"', 'name="meets" value="gone"'))
    assert {problem.element_id for problem in problems_of(changed)} == {"clock", "answer"}


@pytest.mark.rule("period-never-met")
def test_a_clock_whose_period_nobody_meets_is_refused():
    changed = broken(('<camunda:property name="meets" value="answer" />', ""))
    refused(the_problem(changed), "clock", "meets=answer")


@pytest.mark.rule("clock-not-last")
def test_a_clock_that_leads_into_the_work_is_refused():
    text = broken((flow("clock", "clock_end"), flow("clock", "tell") + flow("tell", "clock_end")),
                  (END, f'<exclusiveGateway id="tell" />{END}'))  # fmt: skip
    refused(the_problem(text), "clock", "并行")


@pytest.mark.rule("clock-empty")
def test_a_clock_with_nothing_on_it_is_refused():
    clock = "<flowNodeRef>clock</flowNodeRef>"
    text = broken(
        (flow("fork", "clock"), flow("fork", "clock") + flow("fork", "idle") + flow("idle", "idle_end")),
        (END, f'<receiveTask id="idle" name="空" /><endEvent id="idle_end" />{END}'),
        (clock, f"{clock}<flowNodeRef>idle</flowNodeRef>"),
    )
    refused(the_problem(text), "idle", "deadline")


@pytest.mark.rule("clock-endless")
def test_a_clock_that_only_the_end_of_the_instance_can_end_needs_such_an_end():
    text = broken(
        ('<camunda:property name="deadline" value="answer" />', ""),
        ('<camunda:property name="meets" value="answer" />', ""),
    )
    for name, value in (("rule", "R22"), ("basis", "应在3个工作日内答复"), ("hard", "true")):
        text = broken((f'<camunda:property name="{name}" value="{value}" />', ""), text=text)
    due = text.index('<boundaryEvent id="due"')
    text = text[:due] + text[due:].replace('<camunda:property name="unit" value="asked_unit" />', "", 1)
    assert problems_of(text) == []
    refused(the_problem(text.replace("<terminateEventDefinition />", "")), "clock", "终止结束事件")

"""The deployment gate on what a file holds and how it flows: one thing is wrong, and that alone is told."""

from __future__ import annotations

import pytest

from engine.problems import Severity
from tests.unit.diagrams import (
    END,
    GATEWAY,
    REVIEW,
    broken,
    flow,
    forms_of,
    problems_of,
    properties,
    refused,
    shipped,
    signature_of,
    text_field,
    the_problem,
    with_more,
)


def test_the_case_referral_is_accepted():
    assert problems_of(*shipped(), signature_of("dispute_resolution")) == []


@pytest.mark.rule("call-unknown")
def test_the_case_referral_is_refused_where_nobody_can_settle_a_dispute():
    refused(the_problem(*shipped()), "settle_dispute", "请先部署它")


def test_the_dispute_resolution_is_accepted():
    assert problems_of(*shipped("dispute_resolution")) == []


def test_the_first_responder_is_accepted_where_a_case_can_be_referred_and_a_dispute_settled():
    called = {**signature_of("case_referral"), **signature_of("dispute_resolution")}
    assert problems_of(*shipped("first_responder"), called) == []


def test_the_small_diagram_is_accepted():
    assert problems_of(broken()) == []


@pytest.mark.rule("period-basis")
def test_every_problem_is_told_at_once():
    found = problems_of(broken((' name="同意？"', ' name="同意"'), ("R22", "")))
    assert {problem.element_id for problem in found} == {"g_review", "due"}


# --- what the file holds ---


def test_a_file_without_a_process_is_refused():
    root = broken().split("<process")[0] + "</definitions>"
    assert "文件里没有可执行的流程。" in [str(problem.reason) for problem in problems_of(root, {})]


@pytest.mark.rule("process-missing")
def test_a_process_that_is_not_executable_is_refused():
    refused(the_problem(broken(('isExecutable="true" ', ""))), "", "Executable")


@pytest.mark.rule("process-twice")
def test_a_second_executable_process_is_refused():
    second = '<process id="second" isExecutable="true"><startEvent id="s2" /></process></definitions>'
    refused(the_problem(broken(("</definitions>", second))), "second", "勾选可执行")


@pytest.mark.rule("process-not-executable")
def test_of_a_second_process_that_is_not_executable_it_is_said_that_nothing_in_it_runs():
    second = '<process id="second"><startEvent id="s2" /></process></definitions>'
    found = the_problem(broken(("</definitions>", second)))
    assert found.severity is Severity.WARNING
    assert "里面的都不执行" in str(found)


def test_a_collapsed_pool_is_only_a_drawing():
    pools = '<collaboration id="c"><participant id="p" name="当事人" /></collaboration><process id="permit"'
    assert problems_of(broken(('<process id="permit"', pools))) == []


@pytest.mark.rule("process-id")
def test_a_process_key_that_no_address_can_hold_is_refused():
    refused(the_problem(broken(('<process id="permit"', '<process id="征求意见"'))), "征求意见", "英文字母")


@pytest.mark.rule("id-twice")
def test_two_elements_with_one_id_are_refused():
    refused(
        the_problem(with_more('<textAnnotation id="review"><text>批注</text></textAnnotation>')), "review", "不能重复"
    )


@pytest.mark.rule("id-missing", "unreachable")
def test_an_element_without_an_id_is_refused():
    found = problems_of(with_more("<endEvent />"))
    assert "endEvent 没有 id。" in [str(problem.reason) for problem in found]


@pytest.mark.rule("id-spelling")
def test_an_id_in_chinese_is_refused():
    text = broken().replace("chase_end", "催办完")
    assert {problem.element_id for problem in problems_of(text)} == {"催办完", "chased__催办完"}


@pytest.mark.rule("namespace-unknown")
def test_an_unknown_element_of_another_namespace_is_refused():
    refused(the_problem(with_more('<x:thing xmlns:x="urn:x" />')), "permit", "docs/reference/bpmn.zh.md")


@pytest.mark.rule("extension-engine")
def test_an_extension_of_another_engine_is_refused_by_its_owner():
    zeebe = '<extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="t" /></extensionElements>'
    refused(the_problem(broken((REVIEW, f"{REVIEW[:-3]}>{zeebe}</userTask>"))), "review", "请删去")


def test_colours_and_notes_of_modelers_are_kept():
    colour = 'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" bioc:stroke="#fff" camunda:formRef="review"'
    assert problems_of(broken(('camunda:formRef="review"', colour))) == []


def test_documentation_annotations_and_groups_are_kept():
    drawn = [
        '<textAnnotation id="note"><text>一句话</text></textAnnotation>',
        '<association id="line" sourceRef="note" targetRef="review" />',
        '<group id="box" />',
    ]
    assert problems_of(with_more(*drawn)) == []


def test_definitions_that_nothing_uses_are_kept():
    orphans = '<signal id="s" name="s" /><error id="e" /><escalation id="x" /><process id="permit"'
    assert problems_of(broken(('<process id="permit"', orphans))) == []


@pytest.mark.rule("text-only")
def test_markup_in_a_documentation_is_refused():
    text = broken((REVIEW, f"{REVIEW[:-3]}><documentation><lane id='hidden' /></documentation></userTask>"))
    assert "documentation 里只能写文字。" in [str(problem.reason) for problem in problems_of(text)]


@pytest.mark.rule("pool-process")
def test_a_pool_of_a_process_that_does_not_exist_is_refused():
    pool = '<collaboration id="c"><participant id="pool" processRef="gone" /></collaboration><process id="permit"'
    refused(the_problem(broken(('<process id="permit"', pool))), "pool", "重新画")


@pytest.mark.rule("message-missing")
def test_a_message_that_does_not_exist_is_refused():
    refused(
        the_problem(broken(('messageRef="message_withdraw"', 'messageRef="nobody"'))), "act_withdraw", "重新选择消息"
    )


def test_an_attribute_that_would_do_nothing_is_refused():
    refused(the_problem(broken((REVIEW, REVIEW[:-3] + ' camunda:dueDate="${x}" />'))), "review", "定时边界事件")


def test_an_attribute_value_that_does_not_run_is_refused():
    changed = broken(('id="answer" name="复函"', 'id="answer" name="复函" completionQuantity="2"'))
    refused(the_problem(changed), "answer", "completionQuantity")


@pytest.mark.rule("attribute-value")
def test_a_truth_that_is_none_is_refused():
    changed = broken(('attachedToRef="review" cancelActivity="false"', 'attachedToRef="review" cancelActivity="no"'))
    assert "cancelActivity 的值“no”不能用。" in [str(problem.reason) for problem in problems_of(changed)]


def test_a_form_that_binds_to_its_latest_version_is_refused():
    changed = broken((REVIEW, REVIEW[:-3] + ' camunda:formRefBinding="latest" />'))
    refused(the_problem(changed), "review", "deployment")


def test_a_language_of_a_condition_is_refused():
    changed = broken(("<conditionExpression>", '<conditionExpression language="javascript">'))
    refused(the_problem(changed), "g_review__answer", "language")


# --- flows ---


@pytest.mark.rule("flow-loose")
def test_a_flow_into_nowhere_is_refused():
    found = problems_of(with_more(flow("review", "gone")))
    assert ("review__gone", "流的一端不存在（gone）。") in {
        (problem.element_id, str(problem.reason)) for problem in found
    }


@pytest.mark.rule("start-missing")
def test_a_diagram_without_a_start_event_is_refused():
    text = broken(
        ('<startEvent id="start" name="发函" camunda:formRef="permit_start" />', ""), (flow("start", "fork"), "")
    )
    reasons = [str(problem.reason) for problem in problems_of(text)]
    assert "流程没有发起事件。" in reasons


@pytest.mark.rule("flow-after-end")
def test_a_flow_out_of_an_end_event_is_refused():
    found = problems_of(with_more(flow("late", "chased")))
    assert "结束事件之后还有流。" in [str(problem.reason) for problem in found]


@pytest.mark.rule("flow-into-event")
def test_a_flow_into_the_start_event_is_refused():
    found = problems_of(broken((flow("chased", "chase_end"), flow("chased", "start"))))
    assert "发起事件和边界事件不能有流进来。" in [str(problem.reason) for problem in found]


@pytest.mark.rule("condition-elsewhere")
def test_a_condition_behind_a_parallel_gateway_is_refused_because_it_takes_all_its_flows():
    changed = broken((flow("join", "review"), flow("join", "review", "told_at is None")))
    refused(the_problem(changed), "join__review", "判断网关")


@pytest.mark.rule("flow-twice")
def test_two_flows_between_the_same_elements_are_told():
    """Each counts, so a decision may lead to the same step for two reasons; what forks so is done twice, and is refused."""
    twin = '<sequenceFlow id="twin" sourceRef="g_review" targetRef="answer"><conditionExpression>agreed</conditionExpression>'
    found = the_problem(with_more(f"{twin}</sequenceFlow>"))
    refused(found, "twin", "合成一个条件")
    assert found.severity is Severity.WARNING


@pytest.mark.rule("merge-doubles")
def test_two_flows_that_are_both_taken_do_the_step_twice():
    twin = '<sequenceFlow id="twin" sourceRef="fork" targetRef="read_a" />'
    assert {"flow-twice", "merge-doubles"} <= {one.rule for one in problems_of(with_more(twin))}


def test_a_path_may_end_at_a_task():
    assert problems_of(broken((flow("chased", "chase_end"), ""), ('<endEvent id="chase_end" />', ""))) == []


def test_several_flows_may_leave_a_task():
    more = ('<endEvent id="other_end" />', flow("chased", "other_end"))
    assert problems_of(with_more(*more)) == []


@pytest.mark.rule("split-no-default")
def test_a_task_whose_flows_all_have_conditions_is_refused():
    conditional = flow("chased", "chase_end", "agreed")
    refused(the_problem(broken((flow("chased", "chase_end"), conditional))), "chased", "默认流")


def test_a_flow_needs_no_id():
    assert problems_of(broken(('<sequenceFlow id="join__review"', "<sequenceFlow"))) == []


LINKED = (
    '<intermediateThrowEvent id="on"><linkEventDefinition name="further" /></intermediateThrowEvent>'
    '<intermediateCatchEvent id="here"><linkEventDefinition name="further" /></intermediateCatchEvent>'
)


def test_a_path_goes_on_where_its_link_is_caught():
    ways = flow("join", "on") + flow("here", "review")
    assert problems_of(broken((flow("join", "review"), ways), (END, LINKED + END))) == []


@pytest.mark.rule("link-loose")
def test_a_link_that_nobody_catches_is_refused():
    drawn = LINKED.replace('name="further" /></intermediateCatch', 'name="elsewhere" /></intermediateCatch')
    ways = flow("join", "on") + flow("here", "review")
    found = problems_of(broken((flow("join", "review"), ways), (END, drawn + END)))
    refused(next(problem for problem in found if problem.rule == "link-loose"), "on", "同名")


@pytest.mark.rule("gateway-no-way-in")
def test_an_element_that_is_never_reached_is_refused_once_with_all_that_follows():
    lost = ('<exclusiveGateway id="lost" />', flow("lost", "review"))
    assert [problem.element_id for problem in problems_of(with_more(*lost))] == ["lost", "lost"]


def test_a_loop_of_tasks_that_is_never_reached_is_refused():
    lost = (
        '<exclusiveGateway id="one" name="再来？" default="one__two" /><exclusiveGateway id="two" />',
        flow("one", "two"),
        flow("two", "one"),
        flow("one", "review", "agreed"),
    )
    found = problems_of(with_more(*lost))
    assert "从发起事件走不到这里。" in [str(problem.reason) for problem in found]


@pytest.mark.rule("no-way-to-end")
def test_a_loop_without_a_way_out_is_refused():
    again = '<userTask id="chased" name="催办" camunda:formRef="withdraw" /><exclusiveGateway id="round" />'
    text = broken(
        (
            f'<sendTask id="chased" name="催办">{properties(operation="notify", to="asked_unit:liaison", text="请尽快答复。")}',
            again,
        ),
        ("</sendTask>", ""),
        ('<endEvent id="chase_end" />', ""),
        (flow("chase", "chased"), flow("chase", "round")),
        (flow("chased", "chase_end"), flow("chased", "round") + flow("round", "chased")),
    )
    refused(the_problem(text), "chase", "出口")


@pytest.mark.rule("loop-idle")
def test_a_loop_that_waits_for_nobody_is_refused():
    text = broken(
        (flow("review", "g_review"), flow("review", "turn") + flow("turn", "again") + flow("again", "turn", "agreed")),
        (
            END,
            f'<exclusiveGateway id="turn" /><exclusiveGateway id="again" name="再来？" default="again__g_review" />{END}',
        ),
    )
    text = broken((END, flow("again", "g_review") + END), text=text)
    refused(the_problem(text), "turn", "用户任务")


@pytest.mark.rule("loop-idle")
def test_a_loop_through_links_waits_for_nobody():
    """A pair of links is a flow like any other."""
    turn = '<exclusiveGateway id="turn" /><exclusiveGateway id="again" name="再来？" default="again__review" />'
    ways = (
        flow("join", "turn") + flow("turn", "again") + flow("again", "on", "asked_unit is None") + flow("here", "turn")
    )
    text = broken((flow("join", "review"), ways + flow("again", "review")), (END, turn + LINKED + END))
    assert {problem.rule for problem in problems_of(text)} == {"loop-idle"}


@pytest.mark.rule("loop-idle")
def test_a_loop_that_waits_for_a_fixed_instant_alone_turns_when_that_is_past():
    """A duration is waited for in each round, an instant in the first."""
    again = '<exclusiveGateway id="turn" /><exclusiveGateway id="again" name="再来？" default="again__review" />'
    ways = (
        flow("join", "turn")
        + flow("turn", "wait")
        + flow("wait", "again")
        + flow("again", "turn", "asked_unit is None")
    )
    for written, found in (("timeDate>2026-10-10T00:00:00+08:00", {"loop-idle"}), ("timeDuration>PT4H", set())):
        name = written.partition(">")[0]
        timer = f"<timerEventDefinition><{written}</{name}></timerEventDefinition>"
        caught = f'<intermediateCatchEvent id="wait" name="等">{timer}</intermediateCatchEvent>'
        drawn = broken((flow("join", "review"), ways + flow("again", "review")), (END, again + caught + END))
        assert {problem.rule for problem in problems_of(drawn)} == found


@pytest.mark.rule("loop-no-gateway")
def test_a_loop_in_which_nothing_decides_is_refused():
    limit = '<boundaryEvent id="limit" name="限时" attachedToRef="review"><timerEventDefinition><timeDuration>PT4H'
    again = f"{limit}</timeDuration></timerEventDefinition></boundaryEvent>"
    refused(the_problem(with_more(again, flow("limit", "review"))), "review", "判断网关")


@pytest.mark.rule("diagram-too-large")
def test_a_diagram_of_more_than_a_thousand_elements_is_refused():
    nodes = "".join(f'<exclusiveGateway id="x{number}" />' for number in range(1_000))
    found = problems_of(with_more(nodes))
    assert str(found[0].reason).startswith("流程图太大")


# --- events ---


@pytest.mark.rule("boundary-loose")
def test_a_boundary_event_without_a_host_is_refused():
    changed = broken(('attachedToRef="review"', 'attachedToRef="gone"'))
    refused(the_problem(changed), "chase", "拖到")


@pytest.mark.rule("boundary-service")
def test_a_boundary_event_on_a_service_task_is_refused():
    changed = broken(('attachedToRef="review"', 'attachedToRef="answer"'))
    refused(the_problem(changed), "chase", "用户任务")


@pytest.mark.rule("boundary-host")
def test_a_boundary_event_on_a_gateway_is_refused():
    changed = broken(('attachedToRef="review"', 'attachedToRef="join"'))
    refused(the_problem(changed), "chase", "任务")


@pytest.mark.rule("event-triggers")
def test_an_event_with_two_triggers_is_refused():
    both = "<timerEventDefinition><timeDate>now()</timeDate></timerEventDefinition><messageEventDefinition />"
    changed = broken(('<messageEventDefinition messageRef="message_withdraw" />', both))
    assert "一个事件有几种触发。" in [str(problem.reason) for problem in problems_of(changed)]


@pytest.mark.rule("event-no-trigger")
def test_an_event_without_a_trigger_is_refused():
    cycle = "<timerEventDefinition><timeCycle>natural_days(10 * n, asked_at)</timeCycle></timerEventDefinition>"
    refused(the_problem(broken((cycle, ""))), "chase", "Timer")


@pytest.mark.parametrize(
    ("event", "definition", "remedy"),
    [
        ("refused", "compensateEventDefinition", "判断网关"),
    ],
)
def test_an_event_whose_trigger_does_not_run_there_is_refused(event: str, definition: str, remedy: str):
    start = '<startEvent id="start" name="发函" camunda:formRef="permit_start" />'
    if event == "start":
        text = broken((start, f"{start[:-3]}><{definition} /></startEvent>"))
    else:
        text = broken(("<terminateEventDefinition /></endEvent>\n<seq", f"<{definition} /></endEvent>\n<seq"))
    refused(the_problem(text), event, remedy)


# --- gateways ---


@pytest.mark.rule("gateway-no-question")
def test_a_gateway_that_asks_no_question_is_refused():
    refused(the_problem(broken((' name="同意？"', ' name="审查结果"'))), "g_review", "？")


@pytest.mark.rule("gateway-no-default")
def test_a_gateway_without_a_default_is_refused():
    refused(the_problem(broken((' default="g_review__refused"', ""))), "g_review", "默认流")


@pytest.mark.rule("default-elsewhere")
def test_a_default_that_is_not_the_gateways_own_flow_is_refused():
    changed = broken((' default="g_review__refused"', ' default="start__fork"'))
    assert "默认流不是从这个环节出去的。" in [str(problem.reason) for problem in problems_of(changed)]


@pytest.mark.parametrize("usual", ["g_review__answer", "g_review__refused", "none"])
def test_a_gateway_says_which_of_its_flows_is_the_usual_one(usual: str):
    assert problems_of(broken((GATEWAY, f"{GATEWAY[:-3]}>{properties(usual=usual)}</exclusiveGateway>"))) == []


@pytest.mark.rule("usual-elsewhere")
@pytest.mark.parametrize("usual", ["start__fork", "refused", ""])
def test_a_usual_flow_that_is_not_the_gateways_own_is_refused(usual: str):
    changed = broken((GATEWAY, f"{GATEWAY[:-3]}>{properties(usual=usual)}</exclusiveGateway>"))
    refused(the_problem(changed), "g_review", "请写其中一条流的 id")


@pytest.mark.rule("flow-without-condition")
def test_a_flow_without_a_condition_is_refused():
    changed = broken((flow("g_review", "answer", 'review_outcome == "agree"'), flow("g_review", "answer")))
    refused(the_problem(changed), "g_review__answer", "条件")


@pytest.mark.rule("default-with-condition")
def test_a_condition_on_the_default_flow_is_refused():
    changed = broken((flow("g_review", "refused"), flow("g_review", "refused", "agreed")))
    refused(the_problem(changed), "g_review__refused", "默认流")


@pytest.mark.rule("condition-single")
def test_a_condition_with_nothing_to_choose_is_refused():
    text = broken(
        (flow("review", "g_review"), flow("review", "pass") + flow("pass", "g_review", "agreed")),
        (END, f'<exclusiveGateway id="pass" />{END}'),
    )
    refused(the_problem(text), "pass__g_review", "默认流")


def test_a_task_may_have_a_default_flow():
    assert problems_of(broken((REVIEW, REVIEW[:-3] + ' default="review__g_review" />'))) == []


@pytest.mark.rule("attribute-unknown")
def test_an_attribute_that_nobody_reads_is_refused():
    refused(the_problem(broken((REVIEW, REVIEW[:-3] + ' favourite="yes" />'))), "review", "请删去")


def test_a_parallel_gateway_may_join_and_fork():
    """BPMN 2.0.2, 13.4.1: it waits for a token on each flow in, and goes on by each flow out."""
    again = ("again_a", "again_b", "again_join")
    text = broken(
        (flow("join", "review"), flow("join", again[0]) + flow("join", again[1])),
        (END, f'<userTask id="{again[0]}" name="再核" camunda:formRef="again_a" />{flow(again[0], again[2])}{END}'),
        (
            "<flowNodeRef>read_a</flowNodeRef>",
            "".join(f"<flowNodeRef>{key}</flowNodeRef>" for key in ("read_a", *again[:2])),
        ),
    )
    text = broken(
        (END, f'<userTask id="{again[1]}" name="再看" camunda:formRef="again_b" />{flow(again[1], again[2])}{END}'),
        text=text,
    )
    text = broken((END, f'<parallelGateway id="{again[2]}" />{flow(again[2], "review")}{END}'), text=text)
    forms = forms_of({key: [text_field(f"{key}_text")] for key in again[:2]})
    assert problems_of(text, forms) == []

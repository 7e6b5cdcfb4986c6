"""What diagrams that were drawn in other tools hold: read where its meaning is one, kept where it only explains."""

from __future__ import annotations

import pytest

from engine.bpmn.reading.scripts import rewritten
from engine.problems import Problem, Severity
from tests.unit.diagrams import END, HEAD, REVIEW, broken, flow, problems_of, properties, the_problem

ANSWER = flow("g_review", "answer", 'review_outcome == "agree"')


def in_the_lane(key: str) -> tuple[str, str]:
    held = "<flowNodeRef>answer</flowNodeRef>"
    return held, f"{held}<flowNodeRef>{key}</flowNodeRef>"


def script(text: str, more: str = "") -> str:
    """The small diagram with a script task behind its decision."""
    task = f'<scriptTask id="reckon" name="算"{more}><script>{text}</script></scriptTask>'
    onward = flow("g_review", "reckon", 'review_outcome == "agree"') + flow("reckon", "answer")
    return broken((ANSWER, onward), (END, task + END), in_the_lane("reckon"))


def between(element: str, key: str) -> str:
    """The same with this element."""
    onward = flow("g_review", key, 'review_outcome == "agree"') + flow(key, "answer")
    return broken((ANSWER, onward), (END, element + END), in_the_lane(key))


def beside(*drawn: str) -> list[Problem]:
    return problems_of(broken((END, "".join(drawn) + END)))


def test_a_script_of_assignments_is_accepted_and_says_its_facts() -> None:
    is_read = (
        'review_outcome == "agree"</conditionExpression>',
        'is_late and review_outcome == "agree"</conditionExpression>',
    )
    assert problems_of(script("is_late = False\n# nothing else\nsecond = is_late")) == []
    assert "fact-unknown" in {one.rule for one in problems_of(broken(is_read))}
    assert "fact-unknown" not in {one.rule for one in problems_of(script("is_late = False").replace(*is_read))}


def test_a_modeler_that_wants_a_format_is_given_ours() -> None:
    assert problems_of(script("is_late = False", ' scriptFormat="lianban"')) == []


@pytest.mark.rule("script-format")
def test_a_script_in_another_language_is_refused_with_the_lines_in_ours() -> None:
    found = the_problem(
        script('execution.setVariable("late", true);\nvar x = 1 &amp;&amp; !late;', ' scriptFormat="javascript"')
    )
    assert (found.element_id, found.rewrite) == ("reckon", "late = True\nx = 1 and not late")


@pytest.mark.parametrize("text", ["if (x) { y = 1; }", "println('x')", "for x in y:", ""])
def test_nothing_is_rewritten_that_is_no_assignment(text: str) -> None:
    assert rewritten(text) == ""


@pytest.mark.rule("script-lines")
@pytest.mark.parametrize("text", ["", "notify()", "a == 1", "is_late = True\nprint(is_late)"])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    assert {one.rule for one in problems_of(script(text))} == {"script-lines"}


@pytest.mark.rule("script-names")
def test_one_script_does_not_say_a_fact_twice() -> None:
    assert the_problem(script("a = 1\na = 2")).element_id == "reckon"


def test_what_a_script_reads_is_judged_as_any_expression() -> None:
    found = the_problem(script("late = nobody_says_it"))
    assert (found.rule, "late" in str(found.reason)) == ("fact-unknown", True)


@pytest.mark.rule("nobody-asked")
@pytest.mark.parametrize("kind", ["task", "manualTask"])
def test_a_task_without_a_kind_is_passed_and_it_is_said_that_nobody_is_asked(kind: str) -> None:
    found = the_problem(between(f'<{kind} id="file" name="归档" />', "file"))
    assert (found.element_id, found.severity) == ("file", Severity.WARNING)


def test_what_rules_decide_is_an_expression() -> None:
    decided = (
        f'<businessRuleTask id="decide" name="定级">{properties(operation="record", fact_level="2")}</businessRuleTask>'
    )
    assert problems_of(between(decided, "decide")) == []


def test_a_decision_table_is_refused() -> None:
    table = '<businessRuleTask id="decide" name="定级" camunda:decisionRef="levels" />'
    assert {one.rule for one in problems_of(between(table, "decide"))} == {"camunda-decisionRef", "operation-unknown"}


@pytest.mark.rule("drawn-only")
def test_data_and_other_tools_notes_are_kept_with_one_warning() -> None:
    note = '<x:size xmlns:x="urn:other-tool" value="2"><x:deeper /></x:size>'
    found = beside(
        '<dataObject id="letter" /><dataObjectReference id="ref" dataObjectRef="letter" itemSubjectRef="t" />',
        '<dataStoreReference id="store" name="档案" />',
        f'<textAnnotation id="a"><extensionElements>{note}</extensionElements><text>一句话</text></textAnnotation>',
    )
    (one,) = found
    assert (one.rule, one.severity) == ("drawn-only", Severity.WARNING)
    assert all(name in str(one.reason) for name in ("dataObject", "dataObjectReference", "dataStoreReference", "size"))


def test_messages_between_pools_are_kept_with_the_same_warning() -> None:
    pools = (
        '<collaboration id="c"><participant id="p" name="当事人"><interfaceRef>tns:desk</interfaceRef>'
        '<participantMultiplicity maximum="2" /></participant>'
        '<messageFlow id="m" sourceRef="p" targetRef="review" /></collaboration><process id="permit"'
    )
    found = the_problem(broken(('<process id="permit"', pools)))
    assert (found.rule, found.severity) == ("drawn-only", Severity.WARNING)


def test_an_attribute_of_another_tool_is_kept() -> None:
    ours, theirs = (
        HEAD.replace("<definitions", '<definitions xmlns:x="urn:other-tool" '),
        '<userTask id="review" x:size="2"',
    )
    found = the_problem(broken(('<userTask id="review"', theirs)).replace(HEAD, ours))
    assert (found.rule, "size" in str(found.reason)) == ("drawn-only", True)


def test_data_that_would_be_worked_out_is_refused() -> None:
    worked_out = "<assignment><from>1</from><to>x</to></assignment>"
    given = f"<dataInputAssociation><targetRef>x</targetRef>{worked_out}</dataInputAssociation>"
    found = problems_of(broken((REVIEW, f"{REVIEW[:-3]}>{given}</userTask>")))
    assert {one.rule for one in found if one.severity is Severity.ERROR} == {"element-assignment"}


@pytest.mark.parametrize("which", ["http://www.omg.org/spec/BPMN/20100524/MODEL", ""])
def test_what_another_file_defines_is_refused(which: str) -> None:
    more = f'<import importType="{which}" location="other.bpmn" namespace="urn:x" />' if which else "<import />"
    found = the_problem(broken(("</definitions>", f"{more}</definitions>")))
    assert found.rule == "element-import"


def test_types_of_another_file_are_kept() -> None:
    types = '<import importType="http://www.w3.org/2001/XMLSchema" location="x.xsd" namespace="urn:x" />'
    assert the_problem(broken(("</definitions>", f"{types}</definitions>"))).rule == "drawn-only"


@pytest.mark.rule("setting-idle")
def test_settings_of_camundas_engine_are_kept_with_one_warning() -> None:
    retries = "<extensionElements><camunda:failedJobRetryTimeCycle>R3/PT1M</camunda:failedJobRetryTimeCycle></extensionElements>"
    text = broken((REVIEW, f'{REVIEW[:-3]} camunda:asyncBefore="true" camunda:priority="3">{retries}</userTask>'))
    found = the_problem(text)
    assert (found.rule, found.severity) == ("setting-idle", Severity.WARNING)
    assert all(name in str(found.reason) for name in ("asyncBefore", "priority", "failedJobRetryTimeCycle"))


def test_what_the_modeler_writes_for_itself_is_not_worth_a_word() -> None:
    named = (
        'camunda:modelerTemplate="lianban.task" camunda:modelerTemplateVersion="1" camunda:modelerTemplateIcon="data:x"'
    )
    assert problems_of(broken((REVIEW, f"{REVIEW[:-3]} {named} />"))) == []


def test_settings_of_a_relative_are_the_same() -> None:
    text = broken((REVIEW, f'{REVIEW[:-3]} flowable:async="true" />')).replace(
        HEAD, HEAD.replace("<definitions", '<definitions xmlns:flowable="http://flowable.org/bpmn"')
    )
    assert {one.rule for one in problems_of(text)} == {"setting-idle"}


SEVERAL = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"


def test_what_waits_for_a_period_or_a_message_does_so_once() -> None:
    found = problems_of(between(f'<receiveTask id="often" name="几次">{SEVERAL}</receiveTask>', "often"))
    assert "receiveTask-multiInstanceLoopCharacteristics" in {one.rule for one in found}


@pytest.mark.parametrize("kind", ["serviceTask", "businessRuleTask", "task", "manualTask"])
def test_what_needs_nobody_may_be_done_several_times(kind: str) -> None:
    own = properties(operation="record") if kind in ("serviceTask", "businessRuleTask") else ""
    found = problems_of(between(f'<{kind} id="often" name="几次">{own}{SEVERAL}</{kind}>', "often"))
    assert {one.rule for one in found} <= {"nobody-asked"}


@pytest.mark.parametrize("text", ["R3/PT1H", "R/P1D", "P2D"])
def test_a_cycle_comes_a_number_of_times_or_without_end(text: str) -> None:
    cycle = broken(("<timeCycle>natural_days(10 * n, asked_at)</timeCycle>", f"<timeCycle>{text}</timeCycle>"))
    assert problems_of(cycle) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("R0/PT1H", "timer-unreadable"),
        ("R3/PT1S", "timer-bounds"),
        ("R3/2026-10-10T00:00:00+08:00/PT1H", "timer-unreadable"),
    ],
)
def test_a_cycle_that_comes_never_or_too_often_is_refused(text: str, rule: str) -> None:
    cycle = broken(("<timeCycle>natural_days(10 * n, asked_at)</timeCycle>", f"<timeCycle>{text}</timeCycle>"))
    assert the_problem(cycle).rule == rule


LINKED = (
    '<intermediateThrowEvent id="over" name="转"><linkEventDefinition id="here" name="B"><target>there</target>'
    '</linkEventDefinition></intermediateThrowEvent><intermediateCatchEvent id="on" name="接">'
    '<linkEventDefinition id="there" name="B"><source>here</source></linkEventDefinition></intermediateCatchEvent>'
)


def linked(drawn: str) -> list[Problem]:
    onward = flow("g_review", "over", 'review_outcome == "agree"') + flow("on", "answer")
    return problems_of(broken((ANSWER, onward), (END, drawn + END), in_the_lane("over</flowNodeRef><flowNodeRef>on")))


@pytest.mark.rule("link-loose")
def test_the_other_end_of_a_link_may_be_written_and_is_the_one_of_its_name() -> None:
    assert linked(LINKED) == []
    for wrong in (("<target>there", "<target>nowhere"), ('id="there" name="B"', 'id="there" name="C"')):
        assert "link-loose" in {one.rule for one in linked(LINKED.replace(*wrong))}


def test_the_type_of_an_element_may_be_written() -> None:
    typed = (REVIEW, f'{REVIEW[:-3]} xsi:type="tUserTask" />')
    assert problems_of(broken(typed)) == []
    assert "attribute-unknown" in {
        one.rule for one in problems_of(broken((typed[0], typed[1].replace("tUser", "tSend"))))
    }


@pytest.mark.rule("drawn-only")
def test_a_definition_that_no_event_refers_to_has_no_effect() -> None:
    spare = '<timerEventDefinition id="spare"><timeDuration>PT1H</timeDuration></timerEventDefinition></definitions>'
    found = the_problem(broken(("</definitions>", spare)))
    assert (found.rule, found.severity) == ("drawn-only", Severity.WARNING)


@pytest.mark.parametrize("kind", ["conditional", "error", "escalation"])
def test_a_case_does_not_begin_by_what_only_a_case_has(kind: str) -> None:
    start = f'<startEvent id="other" name="另一种"><{kind}EventDefinition /></startEvent>'
    assert f"startEvent-{kind}EventDefinition" in {one.rule for one in beside(start)}

"""The deployment gate on who does what: one thing is wrong, and that alone is told."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import FORMS, REVIEW, broken, flow, forms_of, problems_of, properties, refused, the_problem

# --- who ---


@pytest.mark.rule("nobody-starts")
def test_a_process_that_nobody_may_start_is_refused():
    refused(
        the_problem(broken((' camunda:candidateStarterGroups="town:case_officer"', ""))), "permit", "town:case_officer"
    )


@pytest.mark.parametrize("group", ["case_officer", "castle:case_officer", "town:king"])
def test_starters_who_do_not_exist_are_refused(group: str):
    assert the_problem(broken(("town:case_officer", group))).element_id == "permit"


@pytest.mark.rule("number-prefix")
def test_a_number_prefix_that_is_no_prefix_is_refused():
    refused(the_problem(broken(('value="YJ"', 'value="意见"'))), "permit", "大写字母")


@pytest.mark.rule("title-unsaid")
def test_a_title_that_nobody_writes_is_refused():
    refused(the_problem(broken(('value="subject"', 'value="headline"'))), "permit", "title")


@pytest.mark.rule("starter-missing")
def test_a_process_without_a_starter_is_refused():
    text = broken(('<camunda:property name="starter" value="asking_unit" />', ""))
    assert "没有写明发起单位记在哪里。" in [str(problem.reason) for problem in problems_of(text)]


@pytest.mark.rule("starter-asked")
def test_a_starter_that_a_form_lets_people_write_is_refused():
    unit = {"type": "select", "key": "asking_unit", "label": "发函单位", "properties": {"widget": "unit"}}
    forms = forms_of({"permit_start": [*FORMS["permit_start"], unit]})
    refused(the_problem(broken(), forms), "permit", "只读")


@pytest.mark.rule("parties-missing")
def test_a_process_without_parties_is_refused():
    text = broken(('<camunda:property name="parties" value="asking_unit,asked_unit" />', ""))
    refused(the_problem(text), "permit", "parties")


@pytest.mark.rule("starter-no-party")
def test_a_starter_who_is_no_party_is_refused():
    refused(the_problem(broken(('value="asking_unit,asked_unit"', 'value="asked_unit"'))), "permit", "asking_unit")


@pytest.mark.rule("party-unsaid")
def test_a_party_that_nobody_names_is_refused():
    text = broken(('value="asking_unit,asked_unit"', 'value="asking_unit,asked_unit,third_unit"'))
    refused(the_problem(text), "permit", "parties")


@pytest.mark.rule("unit-unknown")
def test_a_lane_of_a_unit_that_nobody_knows_is_refused():
    lane = '<lane id="asked" name="asked"><extensionElements><camunda:properties><camunda:property name="unit" value='
    refused(the_problem(broken((f'{lane}"asked_unit"', f'{lane}"nobody"'))), "asked", "单位的代码")


@pytest.mark.rule("unit-not-held")
def test_a_lane_of_a_fact_that_holds_no_unit_is_refused():
    lane = '<lane id="asked" name="asked"><extensionElements><camunda:properties><camunda:property name="unit" value='
    refused(the_problem(broken((f'{lane}"asked_unit"', f'{lane}"subject"'))), "asked", "装着单位的事实")


@pytest.mark.rule("post-unknown")
def test_a_lane_with_a_role_that_does_not_exist_is_refused():
    refused(the_problem(broken(('value="deputy_leader"', 'value="deputy_leader,king"'))), "asked", "deputy_leader")


@pytest.mark.rule("lane-half", "task-nobody")
def test_a_lane_with_a_unit_but_no_role_is_refused():
    text = broken(('<camunda:property name="role" value="deputy_leader" />', ""))
    found = problems_of(text)
    assert [problem.element_id for problem in found] == ["asked", "review"]


@pytest.mark.rule("task-outside-lanes")
def test_a_task_outside_the_lanes_is_refused():
    refused(the_problem(broken(("<flowNodeRef>review</flowNodeRef>", ""))), "review", "泳道")


@pytest.mark.rule("lane-step-twice")
def test_a_task_in_two_lanes_is_refused():
    both = "<flowNodeRef>read_a</flowNodeRef><flowNodeRef>review</flowNodeRef>"
    refused(the_problem(broken(("<flowNodeRef>read_a</flowNodeRef>", both))), "asked", "其中一个泳道")


@pytest.mark.rule("lane-step-missing")
def test_a_lane_that_holds_what_does_not_exist_is_refused():
    more = "<flowNodeRef>review</flowNodeRef><flowNodeRef>gone</flowNodeRef>"
    refused(the_problem(broken(("<flowNodeRef>review</flowNodeRef>", more))), "asked", "重新保存")


@pytest.mark.parametrize(
    "groups", ["deputy_leader", "asked_unit:king", "asked_unit:liaison,asking_unit:liaison", "nobody:liaison"]
)
def test_candidate_groups_that_name_nobody_are_refused(groups: str):
    changed = broken((REVIEW, f'{REVIEW[:-3]} camunda:candidateGroups="{groups}" />'))
    assert the_problem(changed).element_id == "review"


@pytest.mark.rule("unit-or-post-alone")
def test_a_task_with_a_unit_of_its_own_but_no_role_is_refused():
    changed = broken((REVIEW, f"{REVIEW[:-3]}>{properties(unit='asked_unit')}</userTask>"))
    refused(the_problem(changed), "review", "两个都写")


@pytest.mark.rule("button-nobody")
def test_a_button_without_a_role_is_refused():
    text = broken(('<camunda:property name="unit" value="asking_unit" /><camunda:property name="role" value="case_officer" />'
                   '<camunda:property name="when"', '<camunda:property name="when"'),
                  ("<flowNodeRef>clock</flowNodeRef>", ""), ('<receiveTask id="clock"', '<receiveTask id="clock"'))  # fmt: skip
    assert "没有说明哪个单位、哪个岗位可以按。" in [str(problem.reason) for problem in problems_of(text)]


def test_a_button_takes_the_place_of_a_user_task():
    """Where one unit does not go on, another one does: the way leads on from the button."""
    text = broken((
        f'{REVIEW}', f'{REVIEW}<boundaryEvent id="take" name="接手" attachedToRef="review">'
        f'{properties(unit="asking_unit", role="case_officer")}<messageEventDefinition /></boundaryEvent>'
        '<endEvent id="taken" />' + flow("take", "taken")
    ))  # fmt: skip

    assert problems_of(text) == []


@pytest.mark.rule("end-tasks-unknown")
def test_a_task_that_is_to_be_ended_is_a_user_task():
    changed = broken((
        properties(operation="notify", to="asked_unit:liaison", text="请尽快答复。"),
        properties(operation="end_tasks", tasks="review, clock"),
    ))  # fmt: skip
    refused(the_problem(changed), "chased", "不用再办的用户任务")


@pytest.mark.rule("button-interrupts")
def test_a_button_that_interrupts_a_clock_is_refused():
    changed = broken(('name="撤回" attachedToRef="clock" cancelActivity="false"', 'name="撤回" attachedToRef="clock"'))
    refused(the_problem(changed), "act_withdraw", "cancelActivity")


@pytest.mark.rule("button-unnamed")
def test_a_button_without_a_name_is_refused():
    refused(the_problem(broken((' name="撤回" attachedToRef', " attachedToRef"))), "act_withdraw", "写上")


@pytest.mark.rule("button-reason")
def test_a_condition_of_a_button_without_a_reason_is_refused():
    changed = broken(('<camunda:property name="otherwise" value="已经答复，不能撤回。" />', ""))
    refused(the_problem(changed), "act_withdraw", "otherwise")


def test_a_reason_of_a_button_without_a_condition_is_refused():
    changed = broken(('name="otherwise"', 'name="otherwise_2"'))
    assert {problem.element_id for problem in problems_of(changed)} == {"act_withdraw"}


# --- properties and operations ---


@pytest.mark.rule("property-unknown")
def test_a_property_with_a_spelling_mistake_is_refused():
    refused(the_problem(broken(('name="forms"', 'name="form"'))), "answer", "forms")


def test_a_property_on_a_gateway_is_refused():
    fork = '<parallelGateway id="fork" />'
    refused(
        the_problem(broken((fork, f"{fork[:-3]}>{properties(role='liaison')}</parallelGateway>"))), "fork", "请删去"
    )


def test_a_property_of_the_process_that_lies_on_the_pool_is_refused():
    pool = f'<collaboration id="c"><participant id="pool" processRef="permit">{properties(number_prefix="YJ")}</participant>'
    refused(
        the_problem(broken(('<process id="permit"', f'{pool}</collaboration><process id="permit"'))), "pool", "删去"
    )


@pytest.mark.rule("property-twice")
def test_a_property_twice_is_refused():
    twice = '<camunda:property name="hard" value="true" /><camunda:property name="hard" value="false" />'
    changed = broken(('<camunda:property name="hard" value="true" />', twice))
    refused(the_problem(changed), "due", "其中一个")


@pytest.mark.rule("operation-unknown")
def test_a_service_task_without_an_operation_is_refused():
    text = broken(('<camunda:property name="operation" value="notify" />', ""))
    refused(the_problem(text), "chased", "operation")


def test_an_operation_that_does_not_exist_is_refused():
    refused(the_problem(broken(('value="notify"', 'value="shout"'))), "chased", "notify")


@pytest.mark.rule("operation-incomplete")
def test_an_operation_without_what_it_needs_is_refused():
    changed = broken(('<camunda:property name="text" value="请尽快答复。" />', ""))
    refused(the_problem(changed), "chased", "text")


@pytest.mark.parametrize("to", ["asked_unit", "asked_unit:king", "nobody:liaison"])
def test_a_notice_to_nobody_is_refused(to: str):
    assert the_problem(broken(('value="asked_unit:liaison"', f'value="{to}"'))).element_id == "chased"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name="to" value="asking_unit"', 'name="to" value="nobody"'),
        ('name="to" value="asking_unit"', 'name="to" value="asked_unit"'),
        ('name="forms" value="review"', 'name="forms" value="gone"'),
        ('name="fact:agreed"', 'name="fact:_agreed"'),
        ('name="fact:agreed"', 'name="fact:is"'),
        ('name="document" value="D01"', 'name="document" value=" "'),
        ('name="forms" value="review"', 'name="copy" value="ja"'),
    ],
)
def test_a_document_that_could_not_be_delivered_is_refused(old: str, new: str):
    assert the_problem(broken((old, new))).element_id == "answer"


# --- sending back to other units ---


@pytest.mark.rule("send-back-unknown")
@pytest.mark.parametrize("target", ["nowhere", "answer", "review"])
def test_a_way_back_that_leads_to_no_other_task_is_refused(target: str):
    there = f'<userTask id="review" name="审查" camunda:formRef="review">{properties(send_back_to=target)}</userTask>'
    refused(the_problem(broken((REVIEW, there))), "review", "用户任务的 id")


def test_a_way_back_to_an_earlier_task_of_another_unit_is_drawn_with_a_property():
    back = properties(send_back_to="read_a, read_b")
    there = f'<userTask id="review" name="审查" camunda:formRef="review">{back}</userTask>'
    assert problems_of(broken((REVIEW, there))) == []


@pytest.mark.rule("button-presser")
def test_a_button_of_several_units_keeps_which_of_them_pressed_it():
    old = (
        '<camunda:property name="unit" value="asking_unit" /><camunda:property name="role" value="case_officer" />'
        '<camunda:property name="when"'
    )
    both = old.replace('value="asking_unit"', 'value="asking_unit,asked_unit"')
    refused(the_problem(broken((old, both))), "act_withdraw", "pressed_by")
    kept = f'<camunda:property name="pressed_by" value="pressing_unit" />{both}'
    assert problems_of(broken((old, kept))) == []


def test_a_further_unit_of_a_paper_is_a_unit():
    to = '<camunda:property name="to" value="asking_unit" />'
    also = '<camunda:property name="also" value="{}" />'
    assert problems_of(broken((to, to + also.format("ecology")))) == []
    refused(the_problem(broken((to, to + also.format("nowhere")))), "answer", "单位的代码")


@pytest.mark.rule("notice-receiver")
def test_each_addressee_of_a_notice_is_a_unit_and_a_role():
    old = 'value="asked_unit:liaison"'
    assert problems_of(broken((old, 'value="asked_unit:liaison,asking_unit:liaison"'))) == []
    refused(the_problem(broken((old, 'value="asked_unit:liaison,asking_unit"'))), "chased", "单位:岗位")


@pytest.mark.rule("document-unknown")
@pytest.mark.parametrize("key", ["drafts", "signs_for"])
def test_a_step_drafts_and_signs_for_papers_that_the_diagram_sends(key: str):
    told = f"{REVIEW[:-3]}>{properties(**{key: 'read_a'})}</userTask>"
    refused(the_problem(broken((REVIEW, told))), "review", "可以写的有：answer")


@pytest.mark.rule("addressed-drafts", "addressed-value")
def test_what_is_said_to_the_other_parties_is_written_so_and_is_no_draft():
    def step(**given: str):
        return broken((REVIEW, f"{REVIEW[:-3]}>{properties(**given)}</userTask>"))

    assert problems_of(step(addressed="parties")) == []
    refused(the_problem(step(addressed="true")), "review", "请写 parties")
    refused(the_problem(step(addressed="parties", drafts="answer")), "review", "删去其中一个")

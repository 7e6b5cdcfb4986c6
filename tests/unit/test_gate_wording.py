"""The deployment gate on forms and expressions: one thing is wrong, and that alone is told."""

from __future__ import annotations

import pytest

from tests.unit.diagrams import (
    FORMS,
    REVIEW,
    broken,
    forms_of,
    problems_of,
    properties,
    refused,
    text_field,
    the_problem,
)

# --- forms ---


@pytest.mark.rule("form-missing")
def test_a_start_without_a_form_is_refused():
    text = broken((' camunda:formRef="permit_start"', ""))
    refused(the_problem(text), "start", "Form reference")


def test_a_task_without_a_form_is_refused():
    refused(the_problem(broken((' camunda:formRef="read_a"', ""))), "read_a", "Form reference")


@pytest.mark.rule("form-not-deployed")
def test_a_form_that_did_not_come_along_is_refused():
    forms = forms_of()
    del forms["read_a"]
    refused(the_problem(broken(), forms), "read_a", "read_a.form")


@pytest.mark.rule("form-id-differs")
def test_a_form_whose_file_has_another_name_is_refused():
    forms = forms_of()
    forms["read_a"] = forms_of({"read_other": [text_field("facts_checked")]})["read_other"]
    refused(the_problem(broken(), forms), "read_a", "同一个名字")


@pytest.mark.rule("field-asked-twice")
def test_one_key_in_two_forms_is_refused():
    forms = forms_of({"read_b": [text_field("facts_checked")]})
    refused(the_problem(broken(), forms), "read_b.facts_checked", "readonly")


def test_one_key_in_two_forms_is_fine_when_one_only_shows_it():
    assert problems_of(broken(), forms_of({"read_b": [text_field("facts_checked", readonly=True)]})) == []


@pytest.mark.rule("readonly-unsaid")
def test_something_read_only_that_nobody_writes_is_refused():
    forms = forms_of({"read_b": [text_field("gone", readonly=True)]})
    refused(the_problem(broken(), forms), "read_b.gone", "default")


@pytest.mark.rule("answer-shared")
def test_one_answer_of_two_tasks_is_refused():
    refused(the_problem(broken(('camunda:formRef="read_a"', 'camunda:formRef="review"'))), "review", "复制一份表单")


@pytest.mark.rule("outcome-twice")
def test_two_answers_in_one_form_are_refused():
    second = {**FORMS["review"][0], "key": "other_outcome"}
    forms = forms_of({"review": [FORMS["review"][0], second]})
    refused(the_problem(broken(), forms), "review.other_outcome", "只留一个")


@pytest.mark.rule("field-key")
def test_a_key_that_no_expression_could_read_is_refused():
    forms = forms_of({"read_b": [text_field("class")]})
    refused(the_problem(broken(), forms), "read_b.class", "英文名字")


@pytest.mark.rule("unit-kind-unknown")
def test_a_form_that_asks_for_a_kind_of_unit_that_does_not_exist_is_refused():
    unit = {
        "type": "select",
        "key": "third",
        "label": "第三方",
        "properties": {"widget": "unit", "kind": "town,castle"},
    }
    refused(the_problem(broken(), forms_of({"read_b": [unit]})), "read_b.third", "town")


# --- expressions ---


@pytest.mark.parametrize(
    ("condition", "remedy"),
    [
        ("review_outcome = 1", "按本系统的写法写"),
        ("outcome == 1", "字段"),
        ('due("gone") is None', "answer"),
        ("due(subject) is None", "引号"),
        ('config("gone") == 1', "acceptance.wd"),
        ('completed_at("answer") is None', "review"),
        ('deadline_is("answer", "late")', "overdue"),
        ("now(1) is None", "参数"),
        ('review_outcome == "agre"', "agree"),
        ('review_outcome in ["agree", "refus"]', "refuse"),
        ('"agre" != review_outcome', "agree"),
        ('= review_outcome = "agree"', "按本系统的写法写"),
        ('working_day(3, "2026-10-08") is None', "：working_days、"),
        ('open("x")', "全部见 docs/reference/bpmn.zh.md"),
        ("any(x for x in [1]) and x", "字段"),
    ],
)
def test_an_expression_that_could_not_be_evaluated_is_refused_where_it_stands(condition: str, remedy: str):
    changed = broken(('review_outcome == "agree"', condition))
    refused(the_problem(changed), "g_review__answer", remedy)


@pytest.mark.rule("expression-spelling")
def test_where_an_expression_is_wrong_is_told_by_line_and_column():
    problem = the_problem(broken(('review_outcome == "agree"', "(agreed and\n  (lambda: 1))")))
    assert "第 2 行第 4 列" in str(problem.reason)


@pytest.mark.rule("fact-unknown")
@pytest.mark.parametrize(
    ("old", "new", "element_id"),
    [
        ('name="when" value="told_at is None"', 'name="when" value="gone is None"', "act_withdraw"),
        ('name="fact:agreed" value="True"', 'name="fact:agreed" value="gone"', "answer"),
        (REVIEW, REVIEW.replace(" />", f">{properties(excused='gone')}</userTask>"), "review"),
    ],
)
def test_expressions_in_properties_are_read_too(old: str, new: str, element_id: str):
    assert the_problem(broken((old, new))).element_id == element_id


@pytest.mark.parametrize("name", ["rule", "warn", "show", "default"])
def test_expressions_in_forms_are_read_too(name: str):
    forms = forms_of({"read_b": [text_field("basis_checked", properties={name: "gone == 1"})]})
    refused(the_problem(broken(), forms), "read_b.basis_checked", "字段")


def test_the_value_of_a_field_is_known_to_its_rules_only():
    assert (
        problems_of(broken(), forms_of({"read_b": [text_field("basis_checked", properties={"rule": "value"})]})) == []
    )
    forms = forms_of({"read_b": [text_field("basis_checked", properties={"show": "value"})]})
    refused(the_problem(broken(), forms), "read_b.basis_checked", "字段")


def test_the_end_of_a_day_is_known_to_the_form_that_asks_it():
    day = {
        "type": "datetime",
        "subtype": "date",
        "key": "until",
        "label": "到",
        "properties": {"rule": "until_end > now()"},
    }
    assert problems_of(broken(), forms_of({"read_b": [day]})) == []


def test_the_parameters_of_an_operation_that_are_expressions_are_read():
    old = properties(operation="notify", to="asked_unit:liaison", text="请尽快答复。")
    new = properties(operation="extend_deadline", deadline="answer", until="gone", cap="working_days(10, asked_at)")
    refused(the_problem(broken((old, new))), "chased", "字段")

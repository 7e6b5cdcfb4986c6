"""One form for several tasks: what it leaves open, each task fills in, and the gate sees that it does."""

from __future__ import annotations

from typing import Any

import pytest

from engine.deployments.definitions import read_forms
from engine.errors import DiagramRefused, Problem
from engine.forms.schema import Form, read_form
from tests.unit.builders import AS_ASKED, form_json, problems_of
from tests.unit.diagrams import FORMS, REVIEW, broken, diagram_of, text_field
from tests.unit.diagrams import problems_of as judged

TOLD: list[dict[str, Any]] = [
    {
        "type": "group",
        "label": "{party}答复",
        "components": [
            {
                "type": "radio",
                "key": "reply__side",
                "label": "{party}的答复",
                "values": [{"value": "yes", "label": "{party}同意"}, {"value": "no", "label": "不同意"}],
                "properties": {"hint:yes": "{party}自愿", "offer:no": "now() < due('reply__side')"},
            },
            text_field(
                "reply__side_note",
                description="{party}的理由",
                properties={
                    "show": 'reply__side == "no"',
                    "rule": "value is not None or reply__side == 'yes'",
                    "message": "请写{party}的理由。",
                    "warn": 'f"{party}" == "no"',
                    "warning": "{party}不同意。",
                },
            ),
        ],
    }
]


def read(given: dict[str, str]) -> Form:
    return read_form(form_json(*TOLD), given)


def gate(asked: str, given: str = "") -> list[Problem]:
    """What the gate says when the task `review` asks a form with this key and gives these properties."""
    drawn = broken(
        (REVIEW, f"{REVIEW[:-3]}>{extensions(given)}</userTask>"),
        ('name="forms" value="review"', 'name="copy" value="true"'),
    )
    fields = [*FORMS["review"], text_field(asked, label="{party}说明" if "party" in given else "说明")]
    contents = {
        form_id: form_json(*components, form_id=form_id) for form_id, components in {**FORMS, "review": fields}.items()
    }
    return judged(drawn, read_forms(diagram_of(drawn), contents))


def extensions(given: str) -> str:
    return f"<extensionElements><camunda:properties>{given}</camunda:properties></extensionElements>" if given else ""


def gives(name: str, value: str) -> str:
    return f'<camunda:property name="form:{name}" value="{value}" />'


# --- filling in ---


def test_what_is_given_stands_in_keys_expressions_and_texts() -> None:
    filled = read({"side": "a", "party": "甲方"})
    answer, note = filled.fields

    assert filled.groups[0].label.drawn == "甲方答复"
    assert (answer.key, str(answer.label), str(answer.options[0].label)) == ("reply_a", "甲方的答复", "甲方同意")
    assert (str(answer.options[0].hint), answer.options[1].offer) == ("甲方自愿", "now() < due('reply_a')")
    assert (note.key, str(note.description), note.show) == ("reply_a_note", "甲方的理由", 'reply_a == "no"')
    assert (note.rules[0].expression, str(note.rules[0].message)) == (
        "value is not None or reply_a == 'yes'",
        "请写甲方的理由。",
    )


def test_braces_in_an_expression_are_its_own() -> None:
    """In an expression they write a fact into a text."""
    (warning,) = read({"party": "甲方", "side": "a"}).fields[1].warnings

    assert (warning.expression, str(warning.message)) == ('f"{party}" == "no"', "甲方不同意。")


def test_an_empty_value_leaves_the_name_without_that_part() -> None:
    assert [field.key for field in read({"side": "", "party": ""}).fields] == ["reply", "reply_note"]


def test_a_form_says_what_it_leaves_open() -> None:
    asked = read({}).parameters

    assert (asked.in_names, asked.in_texts) == ({"side"}, {"party"})


def test_a_form_to_which_nothing_is_given_is_read_as_it_is_written() -> None:
    """Versions that were stored before there were parameters keep their names and texts."""
    assert [field.key for field in read({}).fields] == ["reply__side", "reply__side_note"]
    assert read({}).groups[0].label.drawn == "{party}答复"


def test_what_a_person_did_wrong_is_said_of_the_field_of_his_side() -> None:
    form = AS_ASKED["dispose(side=b, party=乙方)"]

    problems = problems_of(
        form, {"is_ongoing": True}, disposal_b="not_needed", disposal_b_note="现场已经无人，无需处置。"
    )

    assert problems.keys() == {"disposal_b"}
    assert "先予协同处置" in problems["disposal_b"]


def test_the_sides_of_a_dispute_are_asked_by_one_form_under_the_names_that_they_have_always_had() -> None:
    keys = {name: form.own_keys for name, form in AS_ASKED.items() if form.id == "dispose"}

    assert keys == {
        f"dispose(side={side}, party={party})": {
            f"disposal_{side}", *(f"disposal_{side}_{part}" for part in ("at", "officers", "result", "note"))
        }
        for side, party in (("a", "甲方"), ("b", "乙方"), ("c", "丙方"))
    }  # fmt: skip


# --- the gate ---


def test_a_task_that_gives_what_its_form_asks_is_accepted() -> None:
    assert gate("note__side", gives("side", "a") + gives("party", "甲方")) == []


@pytest.mark.parametrize(
    ("given", "reason", "remedy"),
    [
        pytest.param("", "表单 review 要参数 side，这个环节没有给。", "请给环节加属性 form:side，或改掉表单里的 __side。",
                     marks=pytest.mark.rule("parameter-missing")),
        pytest.param(gives("side", "甲"), "属性 form:side 的值“甲”要写进表单的 key 或表达式，不能用。",
                     "请只用英文字母、数字和下划线", marks=pytest.mark.rule("parameter-value")),
        pytest.param(gives("side", "a") + gives("sides", "b"), "属性 form:sides 不起作用：表单 review 里没有这个参数。",
                     "表单要的参数：side。", marks=pytest.mark.rule("parameter-unknown")),
        pytest.param(gives("side", "a" * 200), "给表单的参数太长。", "最多 120 个字符。",
                     marks=pytest.mark.rule("parameters-long")),
    ],
)  # fmt: skip
def test_what_is_not_given_or_cannot_stand_there_is_refused(given: str, reason: str, remedy: str) -> None:
    problems = gate("note__side", given)

    (problem,) = [problem for problem in problems if problem.element_id == "review"]
    assert (str(problem.element_name), str(problem.reason)) == ("审查", reason)
    assert remedy in str(problem.remedy)


def test_a_start_form_has_no_parameters() -> None:
    contents = {"permit_start": [*FORMS["permit_start"], text_field("note__side")]}
    forms = {
        form_id: read_form(form_json(*fields, form_id=form_id)) for form_id, fields in {**FORMS, **contents}.items()
    }

    (problem,) = judged(broken(), forms)

    assert str(problem.reason) == "表单 permit_start 要参数 side，这个环节没有给。"
    assert str(problem.remedy) == "发起表单不能有参数，请改掉表单里的 __side。"


def test_a_key_that_becomes_another_one_by_what_is_given_is_refused_with_what_was_given() -> None:
    with pytest.raises(DiagramRefused) as refused:
        read_forms(
            diagram_of(broken((REVIEW, f"{REVIEW[:-3]}>{extensions(gives('side', 'a'))}</userTask>"))),
            {"review": form_json(text_field("note_a"), text_field("note__side"), form_id="review")},
        )

    assert "表单 review(side=a)：同一个表单里有两个同名字段。" in str(refused.value)

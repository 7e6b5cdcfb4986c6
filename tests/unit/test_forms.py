"""Forms: what is read of form-js and what is refused; what a browser sent, typed and checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.bpmn.reading.expressions import compile_expression, evaluate
from engine.errors import DiagramRefused, ExpressionError
from engine.forms.schema import SIZE_LIMIT, Field, Form, read_form
from engine.forms.validate import defaults, following, shown_keys, warnings
from engine.messages import Worded, speaking
from engine.messages import gettext as _
from tests.unit.builders import FORM_FUNCTIONS, FORM_NOW, FORMS, answer, at, form_json, problems_of, shipped_form

SHIPPED = sorted(FORMS.rglob("*.form"))
UNTOUCHED_PAGE = "表单里没有“evil”这一项，这次提交没有生效。请刷新页面后重新填写。"


def component(type_: str = "textfield", key: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": type_, "id": f"Field_{key}", "key": key, "label": f"字段{key}", **more}


def choice(type_: str, key: str = "a", **more: Any) -> dict[str, Any]:
    values = [{"value": "x", "label": "甲"}, {"value": "y", "label": "乙"}]
    return component(type_, key, values=values, **more)


def form(*components: Mapping[str, Any]) -> Form:
    return read_form(form_json(*components))


def field(*components: Mapping[str, Any]) -> Field:
    return form(*components).fields[0]


def refusal(*components: Any) -> list[tuple[str, str, str]]:
    """(element, reason, remedy) of every problem."""
    with pytest.raises(DiagramRefused) as caught:
        read_form(form_json(*components))
    return [(problem.element_id, str(problem.reason), str(problem.remedy)) for problem in caught.value.problems]


# --- reading ---


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_form_reads_without_a_problem(path: Path) -> None:
    read = read_form(path.read_bytes())

    assert read.id == path.stem
    assert read.fields


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_expression_of_a_shipped_form_compiles(path: Path) -> None:
    read = read_form(path.read_bytes())

    called = {name for _, source, _ in read.expressions() for name in compile_expression(source).functions}

    assert called <= set(FORM_FUNCTIONS) | {"any", "all", "len", "str"}


def test_all_shipped_forms_are_looked_at() -> None:
    assert len(SHIPPED) >= 23


def test_a_field_is_read_with_all_that_can_be_said_of_it() -> None:
    read = field(
        component(
            "textarea",
            "reason",
            description="写明理由",
            validate={"required": True, "minLength": 5, "maxLength": 60},
            properties={
                "rule": "value != 1",
                "message": "甲",
                "rule_2": "value != 2",
                "message_2": "乙",
                "span": "full",
            },
        )
    )

    assert (read.key, str(read.label), str(read.description), read.required) == (
        "reason",
        "字段reason",
        "写明理由",
        True,
    )
    assert (read.min_length, read.max_length, read.wide) == (5, 60, True)
    assert [(rule.expression, str(rule.message)) for rule in read.rules] == [("value != 1", "甲"), ("value != 2", "乙")]


def test_a_rule_without_a_sentence_gets_one() -> None:
    assert str(field(component(properties={"rule": "value"})).rules[0].message) == "请检查这一项。"


def test_a_choice_has_its_options_with_their_hints() -> None:
    read = field(choice("radio", properties={"hint:x": "选甲的后果"}))

    assert [(option.value, str(option.label), str(option.hint)) for option in read.options] == [
        ("x", "甲", "选甲的后果"),
        ("y", "乙", ""),
    ]
    assert (str(read.label_of("y")), str(read.label_of("z"))) == ("乙", "z")


@pytest.mark.parametrize("name", ["readonly", "disabled"])
def test_a_field_that_cannot_be_edited_is_read_only(name: str) -> None:
    assert field({**component(), name: True}).readonly


def test_components_between_groups_stand_in_a_group_without_a_heading() -> None:
    read = form(
        component(key="a"),
        {"type": "group", "id": "G", "label": "情况", "components": [component(key="b")], "properties": {"show": "a"}},
        {"type": "text", "id": "T", "text": "说明"},
        component(key="c"),
    )

    assert [(str(group.label), group.show, len(group.items)) for group in read.groups] == [
        ("", "", 1),
        ("情况", "a", 1),
        ("", "", 2),
    ]
    assert list(read.by_key) == ["a", "b", "c"]


def test_the_answer_of_a_task_is_the_radio_whose_key_ends_in_outcome() -> None:
    assert form(component(key="x_outcome"), choice("radio", "y_outcome")).outcome_key == "y_outcome"
    assert form(component(key="a")).outcome_key is None


def test_opinions_come_before_reasons_in_the_history() -> None:
    assert form(component(key="a_reason"), component(key="b_opinion")).remark_keys == ("b_opinion", "a_reason")


def test_a_list_of_material_asks_for_no_value() -> None:
    read = form(component("filepicker", "file", properties={"widget": "materials"}), component(key="a"))

    assert read.keys == {"a"}


def test_a_read_only_field_is_not_the_forms_own() -> None:
    read = form(component(key="a", readonly=True), component(key="b"))

    assert (set(read.keys), set(read.own_keys)) == ({"a", "b"}, {"b"})


@pytest.mark.parametrize("kind", ["datetime", "textfield", "textarea", "number"])
def test_a_field_says_whether_it_may_be_corrected(kind: str) -> None:
    read = form(component(kind, "a", properties={"correctable": "true"}), component(kind, "b"))

    assert [field.correctable for field in read.fields] == [True, False]


# --- what is refused when it is read ---


@pytest.mark.rule("field-correctable")
@pytest.mark.parametrize("kind", ["checkbox", "radio", "select", "checklist"])
def test_what_decides_the_way_may_not_be_marked_as_correctable(kind: str) -> None:
    options = {"values": [{"value": "x", "label": "X"}]}

    (problem,) = refusal(component(kind, "a", properties={"correctable": "true"}, **options))

    assert problem[1] == "这一项不能标 correctable。"


def test_a_unit_that_was_chosen_may_not_be_marked_as_correctable() -> None:
    (problem,) = refusal(component("textfield", "a", properties={"correctable": "true", "widget": "unit"}))

    assert problem[0] == "tried.a"


@pytest.mark.rule("component-unknown")
@pytest.mark.parametrize("kind", ["button", "html", "iframe", "script", "image", "taglist", "table", "expression", ""])
def test_a_component_that_cannot_be_rendered_is_refused_with_its_place_and_a_remedy(kind: str) -> None:
    assert refusal(component(kind, "a")) == [
        ("tried.a", f"不支持 {kind} 这种组件。", "请换成 docs/reference/forms.zh.md 里列出的组件。")
    ]


def test_a_group_inside_a_group_is_refused() -> None:
    inner = {"type": "group", "id": "Inner", "components": []}

    assert refusal({"type": "group", "id": "G", "components": [inner]})[0][:2] == (
        "tried.Inner",
        "不支持 group 这种组件。",
    )


@pytest.mark.parametrize("key", ["", "1a", "a b", "_a", "a-b", "字段", "typename", "value", "n", "__class__"])
def test_a_key_that_no_expression_could_name_is_refused(key: str) -> None:
    assert [reason for _, reason, _ in refusal(component(key=key))] == [f"字段的 key “{key}”不能用。"]


@pytest.mark.rule("field-property")
@pytest.mark.parametrize(
    "name", ["onclick", "rule_10", "rule_1", "message_", "default_2", "show_2", "widget_3", "hint", "minimum"]
)
def test_a_property_that_nobody_reads_is_refused(name: str) -> None:
    assert refusal(component(properties={name: "1"})) == [
        ("tried.a", f"不认识属性 {name}。", "请对照 docs/reference/forms.zh.md。")
    ]


@pytest.mark.rule("matter-property")
@pytest.mark.parametrize("name", ["receiver", "basis", "on", "own"])
def test_what_only_a_matter_has_is_refused_elsewhere(name: str) -> None:
    reasons = [reason for _, reason, _ in refusal(component(properties={name: "a"}))]

    assert f"属性 {name} 只能用于控件 matter。" in reasons


@pytest.mark.rule("field-widget")
def test_a_widget_that_does_not_exist_is_refused_with_those_that_do() -> None:
    [(element, reason, remedy)] = refusal(component(properties={"widget": "map"}))

    assert (element, reason) == ("tried.a", "不认识控件 map。")
    assert "people" in remedy


@pytest.mark.rule("field-conditional")
@pytest.mark.parametrize(
    "conditional",
    [
        component(key="a", conditional={"hide": "=b"}),
        {"type": "text", "id": "a", "text": "说明", "conditional": {"hide": "=b"}},
        {"type": "group", "id": "a", "components": [], "conditional": {"hide": "=b"}},
    ],
)
def test_a_condition_of_form_js_is_refused_with_what_to_use_instead(conditional: Mapping[str, Any]) -> None:
    assert refusal(conditional) == [("tried.a", "不支持 form-js 的 conditional。", "请改用属性 show，写我们的表达式。")]


@pytest.mark.parametrize("kind", ["text", "group"])
def test_a_rule_on_what_takes_no_value_is_refused(kind: str) -> None:
    assert refusal({"type": kind, "id": "a", "properties": {"rule": "False"}})[0][1] == "不认识属性 rule。"


@pytest.mark.rule("field-validate")
@pytest.mark.parametrize("validate", [{"pattern": "[0-9]+"}, {"validationType": "email"}, {"custom": "x"}])
def test_a_check_of_form_js_that_the_server_does_not_make_is_refused(validate: Mapping[str, str]) -> None:
    [name] = validate

    assert refusal(component(validate=validate))[0][:2] == ("tried.a", f"不支持 validate 里的 {name}。")


def test_the_validation_type_that_the_form_editor_writes_for_lengths_is_read() -> None:
    assert field(component(validate={"validationType": "custom", "pattern": "", "minLength": 3})).min_length == 3


@pytest.mark.rule("field-length")
@pytest.mark.parametrize("name", ["minLength", "maxLength"])
def test_a_length_that_is_no_number_is_refused(name: str) -> None:
    assert refusal(component(validate={name: "many"}))[0][:2] == ("tried.a", f"{name} 不是整数。")


@pytest.mark.rule("field-count")
@pytest.mark.parametrize("count", ["two", "-1", "1.5", ""])
def test_a_number_of_people_that_is_no_number_is_refused(count: str) -> None:
    people = component("checklist", properties={"widget": "people", "count": count})

    assert refusal(people)[0][:2] == ("tried.a", f"属性 count “{count}”不是整数。")


@pytest.mark.rule("field-time-kind")
def test_a_time_without_a_day_is_refused() -> None:
    assert refusal(component("datetime", subtype="time"))[0][:2] == ("tried.a", "不支持 time 这种时间。")


@pytest.mark.rule("field-no-options")
@pytest.mark.parametrize("kind", ["radio", "select", "checklist"])
def test_a_choice_without_values_is_refused(kind: str) -> None:
    assert refusal(component(kind))[0][:2] == ("tried.a", "没有可选的值。")


@pytest.mark.rule("field-twice")
def test_two_fields_of_one_name_are_refused() -> None:
    assert refusal(component(key="a"), component(key="a")) == [
        ("tried.a", "同一个表单里有两个同名字段。", "请改掉其中一个的 key。")
    ]


def test_every_problem_of_a_form_is_told_at_once() -> None:
    assert len(refusal(component("html", "a"), component(key="_b"), component(properties={"x": "1"}))) == 3


@pytest.mark.rule("component-spelling")
@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "textfield",
        [],
        {},
        component(["textfield"]),  # type: ignore[arg-type]
        component(properties=["rule"]),
        component(properties="rule"),
        component(validate=["required"]),
        component(validate="required"),
        component("radio", values="xy"),
        component("radio", values=["x"]),
        component("radio", values=[{"value": "x"}]),
        {"type": "group", "id": "g", "components": {"a": 1}},
        {"type": "group", "id": "g", "components": [None]},
    ],
)
def test_a_component_that_is_no_component_is_refused(broken: Any) -> None:
    assert [remedy for _, _, remedy in refusal(broken)] == ["请用表单编辑器重新保存。"]


@pytest.mark.parametrize("part", ["properties", "validate", "values", "components"])
@pytest.mark.parametrize("empty", [None, [], {}])
def test_an_empty_part_of_a_component_says_nothing(part: str, empty: Any) -> None:
    assert form(component(**{part: empty})).keys == {"a"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "表单文件不是完整的 JSON。"),
        (b"{", "表单文件不是完整的 JSON。"),
        (b"\xff\xfe\x00", "表单文件不是完整的 JSON。"),
        (b"[" * 100_000, "表单文件不是完整的 JSON。"),
        (b"[]", "这不是 form-js 表单。"),
        (b"null", "这不是 form-js 表单。"),
        (b'{"components": []}', "这不是 form-js 表单。"),
        (b'{"id": 1, "components": []}', "这不是 form-js 表单。"),
        (b'{"id": "a", "components": {}}', "这不是 form-js 表单。"),
        (b" " * (SIZE_LIMIT + 1), "表单文件太大。"),
    ],
    ids=["empty", "cut", "bytes", "deep", "list", "null", "no id", "number as id", "no list", "large"],
)
def test_a_file_that_is_no_form_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DiagramRefused) as caught:
        read_form(content)

    assert [str(problem.reason) for problem in caught.value.problems] == [reason]
    assert all(str(problem.remedy) for problem in caught.value.problems)


# --- types ---


@pytest.mark.parametrize(
    ("made_of", "sent", "value"),
    [
        (component(), "  甲&乙<丙>  ", "甲&乙<丙>"),
        (component("textarea"), "第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        (component("number"), "12", 12),
        (component("number"), "-1.5", -1.5),
        (component("number"), "3.0", 3),
        (component("number"), "0", 0),
        (component("checkbox"), "on", True),
        (component("checkbox"), "false", False),
        (component("checkbox"), "", False),
        (choice("radio"), "x", "x"),
        (choice("select"), "y", "y"),
        (choice("checklist"), ["x", "y"], ["x", "y"]),
        (component("datetime", subtype="date"), "2026-10-09", date(2026, 10, 9)),
        (component("datetime"), "2026-10-09T09:30", datetime(2026, 10, 9, 1, 30, tzinfo=UTC)),
        (component("datetime"), "2026-10-09 09:30:15.25", datetime(2026, 10, 9, 1, 30, 15, 250_000, UTC)),
        (component("datetime"), "2026-10-09T09:30Z", datetime(2026, 10, 9, 9, 30, tzinfo=UTC)),
        (component("select", properties={"widget": "unit"}), "dept_a", "dept_a"),
        (component("select", properties={"widget": "internal_body"}), "body_a", "body_a"),
        (component("select", properties={"widget": "matter"}), "M-01", "M-01"),
        (component("checklist", properties={"widget": "people"}), ["p2", "p1"], ["p2", "p1"]),
    ],
)
def test_what_a_browser_sent_becomes_a_value_of_its_type(made_of: Any, sent: Any, value: object) -> None:
    typed = answer(form(made_of), a=sent)["a"]

    assert typed == value
    assert type(typed) is type(value)


@pytest.mark.parametrize("kind", ["textfield", "textarea", "number", "datetime"])
@pytest.mark.parametrize("sent", [[], [""], ["   "], ["\n"]])
def test_a_field_that_is_left_empty_has_no_value(kind: str, sent: list[str]) -> None:
    assert answer(form(component(kind)), a=sent) == {"a": None}


def test_a_checkbox_that_a_browser_does_not_send_is_not_ticked() -> None:
    assert answer(form(component("checkbox"))) == {"a": False}


def test_a_checklist_that_a_browser_does_not_send_is_empty() -> None:
    assert answer(form(choice("checklist"))) == {"a": []}


@pytest.mark.parametrize(
    ("made_of", "sent", "sentence"),
    [
        (component("number"), "十二", "请填写数字。"),
        (component("number"), "nan", "请填写数字。"),
        (component("number"), "inf", "数字太大，请检查。"),
        (component("number"), "1e300", "数字太大，请检查。"),
        (component("number"), "1" * 21, "数字太长，请检查。"),
        (component("datetime", subtype="date"), "2026-02-30", "请填写日期，例如 2026-10-09。"),
        (component("datetime", subtype="date"), "0001-01-01", "年份不对，请检查。"),
        (component("datetime", subtype="date"), "9999-12-31", "年份不对，请检查。"),
        (component("datetime"), "昨天", "请填写日期和时间，例如 2026-10-09 09:30。"),
        (component("datetime"), "0001-01-01T00:00", "请填写日期和时间，例如 2026-10-09 09:30。"),
        (component("datetime"), "9999-12-31T23:59-08:00", "请填写日期和时间，例如 2026-10-09 09:30。"),
        (component("datetime"), "1989-06-01T00:00", "年份不对，请检查。"),
        (component("datetime"), "2100-01-01T09:00", "年份不对，请检查。"),
        (choice("radio"), "z", "请从列出的选项里选择。"),
        (choice("select"), "甲", "请从列出的选项里选择。"),
        (choice("checklist"), ["x", "z"], "请从列出的选项里选择。"),
        (choice("checklist"), ["x", "x"], "同一项选了两次，请重新选择。"),
        (component("select", properties={"widget": "unit"}), "nobody", "没有这个单位，请重新选择。"),
        (component("select", properties={"widget": "internal_body"}), "dept_a", "没有这个内设机构，请重新选择。"),
        (component("select", properties={"widget": "matter"}), "M-99", "职责边界清单里没有这一项，请重新选择。"),
        (component("checklist", properties={"widget": "people"}), ["p1", "p9"], "只能选本单位在任的人员，请重新选择。"),
        (component(), ["x", "y"], "这一项只能有一个值，请刷新页面后重新填写。"),
        (component(), "a\x00b", "这一项里有看不见的特殊字符（U+0000），请删掉重填。"),
        (component(validate={"maxLength": 3}), "一二三四", "已写 4 字，最多 3 字，请精简。"),
        (component("textarea"), "长" * 10_001, "已写 10001 字，最多 10000 字，请精简。"),
    ],
)
def test_a_value_of_another_type_is_refused_with_a_sentence(made_of: Any, sent: Any, sentence: str) -> None:
    assert problems_of(form(made_of), a=sent) == {"a": sentence}


def test_a_unit_of_another_kind_is_refused_by_its_name() -> None:
    made_of = component("select", properties={"widget": "unit", "kind": "town,department"})

    assert answer(form(made_of), a="town_b") == {"a": "town_b"}
    assert problems_of(form(made_of), a="court") == {"a": "市人民法院不能选在这里，请重新选择。"}


def test_r50_a_body_inside_the_unit_is_no_unit() -> None:
    made_of = component("select", properties={"widget": "unit", "kind": "town,department"})

    assert problems_of(form(made_of), a="body_a") == {"a": "没有这个单位，请重新选择。"}


# --- what must be given ---


@pytest.mark.parametrize(
    ("made_of", "sentence"),
    [
        (component(), "请填写。"),
        (component("number"), "请填写。"),
        (component("datetime"), "请填写。"),
        (component("checkbox"), "请勾选。"),
        (choice("radio"), "请选择。"),
        (choice("checklist"), "请选择。"),
        (component("select", properties={"widget": "unit"}), "请选择。"),
    ],
)
def test_what_must_be_given_is_asked_for_in_fitting_words(made_of: dict[str, Any], sentence: str) -> None:
    assert problems_of(form({**made_of, "validate": {"required": True}})) == {"a": sentence}


def test_a_text_that_is_too_short_is_told_how_long_and_what_it_should_say() -> None:
    made_of = component(validate={"minLength": 5}, description="请写明时间和地点。")

    assert problems_of(form(made_of), a="一二三") == {"a": "已写 3 字，至少 5 字。请写明时间和地点。"}
    assert problems_of(form(made_of), a="") == {}


def test_fewer_people_than_needed_are_told_how_many_are_missing() -> None:
    made_of = component("checklist", properties={"widget": "people", "count": "2"})

    assert problems_of(form(made_of), a=["p1"]) == {"a": "字段a不少于 2 名，还差 1 名。"}
    assert problems_of(form(made_of), a=["p1", "p2"]) == {}


def test_a_number_outside_its_bounds_is_refused() -> None:
    made_of = component("number", validate={"min": 0, "max": 10})

    assert problems_of(form(made_of), a="-1") == {"a": "不能小于 0，请检查。"}
    assert problems_of(form(made_of), a="11") == {"a": "不能大于 10，请检查。"}
    assert [problems_of(form(made_of), a=sent) for sent in ("", "0", "10")] == [{}, {}, {}]


def test_a_bound_may_be_an_expression() -> None:
    made_of = component("datetime", properties={"max": "now()"})

    assert problems_of(form(made_of), a="2026-10-09T10:01") == {"a": "超出了允许的范围，请检查。"}
    assert problems_of(form(made_of), a="2026-10-09T10:00") == {}


def test_a_negative_bound_is_a_number() -> None:
    assert problems_of(form(component("number", validate={"min": -2.5})), a="-3") == {"a": "不能小于 -2.5，请检查。"}


# --- rules ---


def test_a_rule_that_does_not_hold_says_its_own_sentence() -> None:
    made_of = component("datetime", properties={"rule": "value <= now()", "message": "晚于现在。"})

    assert problems_of(form(made_of), a="2026-10-09T10:01") == {"a": "晚于现在。"}
    assert problems_of(form(made_of), a="2026-10-09T10:00") == {}


def test_the_first_rule_that_does_not_hold_speaks() -> None:
    properties = {"rule": "value > 1", "message": "一", "rule_2": "value > 2", "message_2": "二", "rule_9": "value > 9"}
    made_of = form(component("number", properties=properties))

    assert [problems_of(made_of, a=sent) for sent in ("1", "2", "9")] == [
        {"a": "一"},
        {"a": "二"},
        {"a": "请检查这一项。"},
    ]


def test_a_rule_may_read_the_other_fields_and_the_facts() -> None:
    made_of = form(component("number", "a"), component("number", "b", properties={"rule": "value == a + c"}))

    assert problems_of(made_of, {"c": 1}, a="2", b="3") == {}
    assert problems_of(made_of, {"c": 1}, a="2", b="4") == {"b": "请检查这一项。"}


def test_what_is_sent_wins_over_what_was_known() -> None:
    made_of = form(component("number", "a", properties={"rule": "a == 5"}))

    assert problems_of(made_of, {"a": 4}, a="5") == {}


def test_a_rule_about_a_field_that_is_wrong_waits_until_it_is_right() -> None:
    made_of = form(component("number", "a", properties={"rule": "value < b"}), component("number", "b"))

    assert problems_of(made_of, a="1", b="many") == {"b": "请填写数字。"}


def test_a_rule_about_a_later_field_that_is_missing_waits_until_it_is_given() -> None:
    later = component("number", "b", validate={"required": True})
    made_of = form(component("number", "a", properties={"rule": "value < b"}), later)

    assert problems_of(made_of, a="1") == {"b": "请填写。"}


def test_a_rule_that_cannot_be_evaluated_over_good_values_is_a_fault_of_the_form() -> None:
    with pytest.raises(ExpressionError):
        problems_of(form(component(properties={"rule": "value < nowhere"})), a="1")


def test_the_end_of_a_day_is_known_to_rules() -> None:
    properties = {"rule": "a_end <= now()", "message": "晚于今天。"}
    made_of = form(component("datetime", subtype="date", validate={"required": True}, properties=properties))

    assert problems_of(made_of, a="2026-10-08") == {}
    assert problems_of(made_of, a="2026-10-09") == {"a": "晚于今天。"}


# --- hidden, read-only, undeclared ---

HIDING = form(
    component("checkbox", "urgent"),
    component("textarea", "why", validate={"required": True, "minLength": 5}, properties={"show": "urgent"}),
)


def test_a_field_that_is_not_asked_is_not_missed_and_has_no_value() -> None:
    assert answer(HIDING) == {"urgent": False, "why": None}


def test_what_is_sent_for_a_field_that_is_not_asked_is_not_taken() -> None:
    assert answer(HIDING, why="偷偷写上的理由") == {"urgent": False, "why": None}
    assert answer(HIDING, why="\x00") == {"urgent": False, "why": None}


def test_a_field_that_is_asked_is_checked() -> None:
    assert problems_of(HIDING, urgent="on", why="短") == {"why": "已写 1 字，至少 5 字。"}
    assert answer(HIDING, urgent="on", why="证据可能灭失") == {"urgent": True, "why": "证据可能灭失"}


def test_what_hangs_on_a_field_that_is_not_asked_is_not_asked_either() -> None:
    made_of = form(
        component("checkbox", "a"),
        component("checkbox", "b", properties={"show": "a"}),
        component("textfield", "c", properties={"show": "b"}, validate={"required": True}),
    )

    assert answer(made_of, b="on", c="x") == {"a": False, "b": None, "c": None}


def test_a_group_that_is_not_shown_asks_for_nothing() -> None:
    inner = component(key="why", validate={"required": True})
    made_of = form(component("checkbox", "a"), {"type": "group", "components": [inner], "properties": {"show": "a"}})

    assert answer(made_of, why="x") == {"a": False, "why": None}
    assert problems_of(made_of, a="on") == {"why": "请填写。"}


def test_what_hangs_on_a_value_that_is_wrong_is_told_only_after_it() -> None:
    made_of = form(component("number", "a"), component("textfield", "b", properties={"show": "a > 5"}))

    assert problems_of(made_of, a="many", b="x") == {"a": "请填写数字。"}


def test_a_read_only_field_keeps_what_is_known() -> None:
    made_of = form(component(key="a", readonly=True))

    assert answer(made_of, {"a": "known"}) == {"a": "known"}
    assert answer(made_of, {"a": "known"}, a="known") == {"a": "known"}
    assert problems_of(made_of, {"a": "known"}, a="changed") == {"a": "这一项不能改动，请刷新页面后重新填写。"}


def test_a_read_only_field_that_nobody_knows_has_its_default_whatever_is_sent() -> None:
    made_of = form(component(key="a", readonly=True, properties={"default": "b"}))

    assert answer(made_of, {"b": "town_a"}) == {"a": "town_a"}
    assert answer(form(component(key="a", readonly=True)), a="invented") == {"a": None}


def test_a_field_that_the_form_does_not_declare_refuses_the_whole_form() -> None:
    assert problems_of(form(component()), a="x", evil="1") == {"": UNTOUCHED_PAGE}


def test_a_list_of_material_cannot_be_sent_as_a_value() -> None:
    made_of = form(component("filepicker", "evil", properties={"widget": "materials"}))

    assert problems_of(made_of, evil="1") == {"": UNTOUCHED_PAGE}


def test_a_rule_on_a_list_of_material_is_checked() -> None:
    properties = {"widget": "materials", "rule": 'materials("photos") > 1', "message": "缺照片。"}

    assert problems_of(form(component("filepicker", properties=properties))) == {"a": "缺照片。"}


# --- what a form holds when it is opened, and what should be read ---


def test_a_form_opens_with_what_is_known_or_else_its_defaults() -> None:
    made_of = form(component(key="a"), component(key="b", properties={"default": "now()"}), component(key="c"))

    assert defaults(made_of, {"a": 1, "b": None}, FORM_FUNCTIONS, evaluate) == {"a": 1, "b": FORM_NOW}


def test_what_is_known_wins_over_a_default() -> None:
    made_of = form(component(key="b", properties={"default": "now()"}))

    assert defaults(made_of, {"b": "known"}, FORM_FUNCTIONS, evaluate) == {"b": "known"}


def test_a_conclusion_is_drawn_anew_each_time() -> None:
    """The step comes round again: nobody signs what the last round decided, but reads what it was decided on."""
    made_of = form(
        choice("radio", "a_outcome"),
        component("textarea", "a_opinion", properties={"fresh": "true"}),
        component("textarea", "text"),
        choice("radio", "b_outcome", readonly=True),
    )
    said = {"a_outcome": "x", "a_opinion": "退回", "text": "甲", "b_outcome": "y"}

    assert defaults(made_of, said, FORM_FUNCTIONS, evaluate) == {"text": "甲", "b_outcome": "y"}


def test_a_default_may_follow_another_answer() -> None:
    made_of = form(
        component("datetime", "a"),
        component("datetime", "b", properties={"default": "a"}),
        component(key="c", properties={"default": "now()"}),
    )

    empty = {"a": None, "b": None, "c": None}

    assert defaults(made_of, empty, FORM_FUNCTIONS, evaluate) == {"c": FORM_NOW}
    assert following(made_of, {"a": FORM_NOW}, empty, FORM_FUNCTIONS, evaluate) == {"b": FORM_NOW}
    assert following(made_of, empty, empty, FORM_FUNCTIONS, evaluate) == {}


def test_a_warning_is_said_but_refuses_nothing() -> None:
    made_of = form(component("checkbox", properties={"warn": "value", "warning": "须先责令停止。"}))

    assert warnings(made_of, {"a": True}, {}, FORM_FUNCTIONS, evaluate) == {"a": "须先责令停止。"}
    assert warnings(made_of, {"a": False}, {}, FORM_FUNCTIONS, evaluate) == {}
    assert answer(made_of, a="on") == {"a": True}


def test_a_warning_may_tell_what_it_has_found() -> None:
    made_of = form(component(properties={"warn": '"已有 " + value if value == "SW-1" else ""', "warning": "没有用到"}))

    assert warnings(made_of, {"a": "SW-1"}, {}, FORM_FUNCTIONS, evaluate) == {"a": "已有 SW-1"}
    assert warnings(made_of, {"a": "SW-2"}, {}, FORM_FUNCTIONS, evaluate) == {}


def test_what_a_warning_has_found_stands_in_its_place_in_the_reader_s_language() -> None:
    made_of = form(component(properties={"warn": "check(value)", "warning": "已有{found}，请核对。"}))
    functions = {**FORM_FUNCTIONS, "check": lambda value: Worded(_("No comment")) if value else ""}

    assert warnings(made_of, {"a": "SW-1"}, {}, functions, evaluate) == {"a": "已有无意见，请核对。"}
    with speaking("en"):
        assert warnings(made_of, {"a": "SW-1"}, {}, functions, evaluate) == {"a": "已有No comment，请核对。"}
    assert warnings(made_of, {"a": ""}, {}, functions, evaluate) == {}


def test_a_warning_about_what_is_not_given_yet_waits() -> None:
    made_of = form(component("number", properties={"warn": "value > 5"}))

    assert warnings(made_of, {"a": None}, {}, FORM_FUNCTIONS, evaluate) == {}


def test_the_fields_that_are_asked_follow_the_values() -> None:
    assert shown_keys(HIDING, {"urgent": False}, {}, FORM_FUNCTIONS, evaluate) == {"urgent"}
    assert shown_keys(HIDING, {"urgent": True}, {}, FORM_FUNCTIONS, evaluate) == {"urgent", "why"}


def test_what_hangs_on_a_value_that_is_not_given_yet_is_shown() -> None:
    made_of = form(component("number", "a"), component("textfield", "b", properties={"show": "a > 5"}))

    assert shown_keys(made_of, {"a": None, "b": None}, {}, FORM_FUNCTIONS, evaluate) == {"a", "b"}


# --- the shipped forms ---

START: Mapping[str, str] = {
    "matter_code": "M-01",
    "receiving_unit": "dept_a",
    "jurisdiction_reason": "职责边界清单第 3 项",
    "discovered_at": "2026-10-08T09:00",
    "jurisdiction_found_at": "2026-10-08T10:00",
    "source": "report",
    "case_title": "河道内堆放砂石",
    "violation_summary": "2026年10月8日上午在河口村河道内发现堆放砂石约二十吨。",
    "location": "河口村",
}
FROM_TOWN = {"referring_unit": "town_a"}


def start_problems(**changes: str) -> Mapping[str, str]:
    return problems_of(shipped_form("case_referral_start"), FROM_TOWN, **{**START, **changes})


def test_r55_a_town_starts_a_referral_to_a_department() -> None:
    values = answer(shipped_form("case_referral_start"), FROM_TOWN, **START)

    assert (values["referring_unit"], values["receiving_unit"]) == ("town_a", "dept_a")
    assert values["jurisdiction_found_at"] == datetime(2026, 10, 8, 2, 0, tzinfo=UTC)


def test_a21_a_town_cannot_refer_to_a_town() -> None:
    assert "镇街只能移送市级部门" in start_problems(receiving_unit="town_b")["receiving_unit"]


def test_r50_an_internal_body_cannot_be_the_sender() -> None:
    assert "不得以内设机构的名义移送" in start_problems(sending_body="body_a")["sending_body"]


def test_r50_a_statutory_exception_needs_its_citation() -> None:
    assert set(start_problems(sending_body="body_a", statutory_exception="on")) == {"legal_citation"}
    assert start_problems(sending_body="body_a", statutory_exception="on", legal_citation="某法第三条") == {}


@pytest.mark.parametrize("key", ["discovered_at", "jurisdiction_found_at"])
def test_r55_a_finding_in_the_future_is_refused(key: str) -> None:
    assert "晚于现在" in start_problems(**{key: "2026-10-09T10:01"})[key]


def test_a3_the_jurisdiction_cannot_be_found_before_the_violation() -> None:
    assert "早于发现时间" in start_problems(jurisdiction_found_at="2026-10-08T08:59")["jurisdiction_found_at"]


def test_r55_a_late_entry_needs_its_reason() -> None:
    late = {"discovered_at": "2026-09-01T09:00", "jurisdiction_found_at": "2026-09-01T09:00"}

    assert set(start_problems(**late)) == {"late_reason"}
    assert start_problems(**late, late_reason="系统停机") == {}


def test_r57_an_urgent_case_is_late_after_twenty_four_hours() -> None:
    found = {"discovered_at": "2026-10-08T09:59", "jurisdiction_found_at": "2026-10-08T09:59"}

    assert set(start_problems(**found, is_urgent="on", urgent_reason="证据可能灭失")) == {"late_reason"}


def test_r57_an_urgent_case_needs_its_reason() -> None:
    assert start_problems(is_urgent="on")["urgent_reason"] == "请填写。"


def test_a_summary_under_twenty_characters_is_refused() -> None:
    assert start_problems(violation_summary="堆放砂石")["violation_summary"].startswith("已写 4 字，至少 20 字。")


def test_a3_a_long_time_between_the_two_findings_is_warned_of() -> None:
    read = shipped_form("case_referral_start")
    values = answer(read, FROM_TOWN, **{**START, "discovered_at": "2026-09-01T09:00"})

    assert set(warnings(read, values, FROM_TOWN, FORM_FUNCTIONS, evaluate)) == {"jurisdiction_found_at"}


FOUND = {"jurisdiction_found_at": datetime(2026, 9, 30, 1, 30, tzinfo=UTC)}


def extension_ground() -> str:
    return shipped_form("request_extension").by_key["extension_ground"].options[0].value


@pytest.mark.parametrize(
    ("until", "refused"),
    [("2026-10-10", True), ("2026-10-11", False), ("2026-10-20", False), ("2026-10-21", True)],
)
def test_r56_an_extension_ends_after_the_period_and_within_ten_working_days(until: str, refused: bool) -> None:
    sent = {"extension_ground": extension_ground(), "extension_reason": "需要核实权属情况", "extension_until": until}

    assert ("extension_until" in problems_of(shipped_form("request_extension"), FOUND, **sent)) is refused


def test_r57_an_urgent_referral_is_not_extended() -> None:
    asked = {
        "extension_ground": extension_ground(),
        "extension_reason": "需要核实权属情况",
        "extension_until": "2026-10-12",
    }
    urgent = {**FOUND, "is_urgent": True}

    assert "不能延长" in problems_of(shipped_form("request_extension"), urgent, **asked)["extension_until"]
    assert set(problems_of(shipped_form("approve_extension"), urgent, extension_outcome="approve")) == {
        "extension_outcome"
    }


def test_r5_delegated_power_cannot_be_the_only_ground_of_an_objection() -> None:
    sent: dict[str, Any] = {
        "acceptance_outcome": "object_jurisdiction",
        "objection_basis": "赋权清单",
        "suggested_unit": "town_b",
        "acceptance_opinion": "不属本单位管辖",
    }
    read = shipped_form("review_acceptance")
    other = next(
        option.value for option in read.by_key["objection_grounds"].options if option.value != "power_delegated"
    )

    assert set(problems_of(read, {"supplements": 0}, **sent, objection_grounds=["power_delegated"])) == {
        "objection_grounds"
    }
    assert problems_of(read, {"supplements": 0}, **sent, objection_grounds=["power_delegated", other]) == {}


def test_a_case_is_accepted_with_two_handlers() -> None:
    read = shipped_form("review_acceptance")
    sent: dict[str, Any] = {
        "acceptance_outcome": "accept",
        "first_step": "现场勘验",
        "acceptance_opinion": "属本单位管辖",
    }

    one, two = (
        problems_of(read, {"supplements": 0}, **sent, acceptance_handlers=who) for who in (["p1"], ["p1", "p2"])
    )

    assert ("还差 1 名" in one["acceptance_handlers"], two) == (True, {})


def test_the_json_of_a_form_is_read_whatever_the_order_of_its_keys() -> None:
    turned = json.dumps(dict(reversed(list(json.loads(SHIPPED[0].read_bytes()).items())))).encode()

    assert read_form(turned) == read_form(SHIPPED[0].read_bytes())


def test_a_time_written_to_the_minute_is_not_before_a_delivery_of_the_same_minute() -> None:
    form, delivered = shipped_form("dispatch_onsite"), {"request_delivered_at": at("2026-10-09 09:30:20")}

    assert "dispatched_at" not in problems_of(form, delivered, dispatched_at="2026-10-09T09:30")
    assert "dispatched_at" in problems_of(form, delivered, dispatched_at="2026-10-09T09:29")

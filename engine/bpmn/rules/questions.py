"""Forms: every task has one, it came with the diagram, and each answer is asked in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.elements import Element
from engine.bpmn.rules.draft import Draft, about, called, every, named
from engine.bpmn.rules.properties import can_be_a_fact
from engine.errors import Problem
from engine.forms.schema import Field, Form


def check(draft: Draft) -> Iterator[Problem]:
    for element in draft.of_kind("startEvent", "userTask"):
        yield from _reference(draft, element)
    yield from _shared_names(draft)
    yield from _shared_answers(draft)
    for form_id, form in draft.forms.items():
        yield from _outcomes(form_id, form)
        for field in form.fields:
            yield from _field(draft, form_id, field)


def _reference(draft: Draft, element: Element) -> Iterator[Problem]:
    what = "发起表单" if element.kind == "startEvent" else "表单"
    if not element.form_ref:
        yield about(element, f"没有{what}。", "请在 Forms 里选 Camunda Forms，把 Form reference 写成表单的 id。")
    elif element.form_ref not in draft.forms:
        yield about(
            element,
            f"{what} {element.form_ref[:80]} 没有一起部署。",
            f"请把 {element.form_ref[:80]}.form 与流程图一起交来，或改正名称。",
        )
    elif draft.forms[element.form_ref].id != element.form_ref:
        other = draft.forms[element.form_ref].id
        yield about(
            element, f"表单文件 {element.form_ref[:80]}.form 里的 id 是 {other[:80]}。", "请把两处改成同一个名字。"
        )


def _shared_names(draft: Draft) -> Iterator[Problem]:
    """One key in two forms is refused unless it is read-only in all but one."""
    asked: dict[str, list[str]] = defaultdict(list)
    for form_id, form in draft.forms.items():
        for key in form.own_keys:
            asked[key].append(form_id)
    for key, form_ids in sorted(asked.items()):
        if len(form_ids) > 1:
            yield Problem(
                f"{sorted(form_ids)[-1]}.{key}",
                draft.fields[key].label.drawn,
                f"字段 {key} 在几个表单里都要填（{named(form_ids)}），后填的会盖掉先填的。",
                "请给它们各起一个名字；只是给人看的，请设为只读（readonly）。",
            )


def _shared_answers(draft: Draft) -> Iterator[Problem]:
    """One answer, one task: a condition must know whose answer it reads."""
    asked: dict[str, str] = {}
    for element in draft.of_kind("userTask"):
        form = draft.forms.get(element.form_ref or "")
        if form is None or form.outcome_key is None:
            continue
        if element.form_ref in asked:
            yield about(
                element,
                f"表单 {element.form_ref} 已用在“{asked[element.form_ref]}”，两个环节的答复（{form.outcome_key}）分不开。",
                "请复制一份表单，给答复的字段另起名字。",
            )
        else:
            asked[element.form_ref or ""] = called(element)


def _outcomes(form_id: str, form: Form) -> Iterator[Problem]:
    outcomes = [field for field in form.fields if field.type == "radio" and field.key.endswith("_outcome")]
    for field in outcomes[1:]:
        yield _in_form(
            form_id, field, "一个表单里有两个答复（_outcome）。", "请只留一个，另一个的 key 不要以 _outcome 结尾。"
        )


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    if not can_be_a_fact(field.key):
        yield _in_form(
            form_id,
            field,
            f"字段的 key “{field.key[:80]}”不能用。",
            "请换一个短些的英文名字，不要用 class、is 这样的词。",
        )
    if field.readonly and field.asks and not field.default and field.key not in draft.said:
        yield _in_form(
            form_id, field, "这一项是只读的，却没有别处填写它。", "请写属性 default，或改正 key，或改成可以填写。"
        )
    kinds = [kind.strip() for kind in field.kind.split(",") if kind.strip()] if field.widget == "unit" else []
    for kind in kinds:
        if draft.unit_kinds and kind not in draft.unit_kinds:
            yield _in_form(form_id, field, f"没有 {kind[:80]} 这类单位。", f"可用的有：{every(draft.unit_kinds)}。")


def _in_form(form_id: str, field: Field, reason: str, remedy: str) -> Problem:
    return Problem(f"{form_id}.{field.key}", field.label.drawn, reason, remedy)

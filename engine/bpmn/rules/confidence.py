"""Confidential fields: who may read them is a party, nobody else's form shows them, and no list or title tells them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.draft import Draft, about, named
from engine.errors import Problem
from engine.forms.schema import Field

_TOLD = ("_outcome", "_opinion", "_reason")
"""Answers that the record of the flow tells to every party."""
_LISTED = "party_name"
"""The fact that lists show and search beside the title."""


def check(draft: Draft) -> Iterator[Problem]:
    readers = {field.key: field.confidential for _, field in _fields(draft) if field.confidential}
    for form_id, field in _fields(draft):
        if field.confidential:
            yield from _field(draft, form_id, field)
        if field.key in readers and field.confidential != readers[field.key]:
            yield _in_form(
                form_id, field, "这一项在别的表单里是保密的，写的单位不一样。", "请把几处的属性 confidential 写成一样。"
            )
    yield from _forms(draft)


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    strangers = sorted(set(field.confidential) - set(draft.diagram.process.party_facts))
    if strangers:
        yield _in_form(
            form_id,
            field,
            f"保密项写的 {strangers[0][:80]} 不是当事单位。",
            f"属性 confidential 写装着单位的事实，可用的有：{named(draft.diagram.process.party_facts)}。",
        )
    if not field.asks:
        yield _in_form(form_id, field, "材料清单不能保密，当事各方都看得到。", "请删去属性 confidential。")
    if field.key in (draft.diagram.process.title_fact, _LISTED):
        yield _in_form(
            form_id, field, "办件的标题和当事人列在清单里，不能保密。", "请换一个 key，或删去 confidential。"
        )
    if field.key.endswith(_TOLD):
        yield _in_form(
            form_id,
            field,
            "结论、意见和理由进入流转记录，不能保密。",
            "请换一个 key，不以 _outcome、_opinion、_reason 结尾。",
        )


def _forms(draft: Draft) -> Iterator[Problem]:
    """A form that shows or asks what is confidential is worked on by those alone who may read it."""
    for element in draft.of_kind("startEvent", "userTask"):
        form = draft.forms.get(element.form_ref or "")
        starts = element.kind == "startEvent"
        unit = draft.diagram.process.starter_fact if starts else draft.diagram.asked(element)[0]
        for field in form.fields if form else ():
            if field.confidential and unit not in field.confidential:
                yield about(
                    element,
                    f"表单里的“{field.label or field.key}”是保密的，办理这个环节的单位不能看。",
                    f"请从表单 {element.form_ref} 里删去这一项，或改由能看的单位办理。",
                )


def _fields(draft: Draft) -> Iterator[tuple[str, Field]]:
    return ((form_id, field) for form_id, form in draft.forms.items() for field in form.fields)


def _in_form(form_id: str, field: Field, reason: str, remedy: str) -> Problem:
    return Problem(f"{form_id}.{field.key}", field.label, reason, remedy)

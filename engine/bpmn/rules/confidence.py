"""What a reader is kept from: who may read it is a party, nobody else's form shows it, and no list or title tells it.

Confidential fields are for the handlers of the units they name; internal ones for the unit that is asked them.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.answering_units import forms_asked, units_asked
from engine.bpmn.rules.draft import Draft, about, named
from engine.errors import Problem
from engine.forms.schema import Field, Form

_TOLD = ("_outcome", "_opinion", "_reason")
"""Answers that the record of the flow tells to every party."""
_LISTED = "party_name"
"""The fact that lists show and search beside the title."""


def check(draft: Draft) -> Iterator[Problem]:
    readers = {field.key: field.confidential for _, field in _fields(draft) if field.confidential}
    inside = {field.key for _, field in _fields(draft) if field.internal}
    for form_id, field in _fields(draft):
        if field.confidential:
            yield from _field(draft, form_id, field)
        if field.key in readers and field.confidential != readers[field.key]:
            yield _in_form(
                form_id, field, "这一项在别的表单里是保密的，写的单位不一样。", "请把几处的属性 confidential 写成一样。"
            )
        if field.internal:
            yield from _inside(draft, form_id, field)
        if field.internal != (field.key in inside):
            yield _in_form(form_id, field, "这一项在别的表单里标得不一样。", "请把几处的属性 internal 写成一样。")
    for form_id, form in draft.forms.items():
        yield from _remarks(form_id, form)
    yield from _forms(draft)


def _field(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    strangers = sorted(set(field.confidential) - set(draft.diagram.process.party_facts))
    if strangers:
        yield _in_form(
            form_id,
            field,
            f"保密项写的 {strangers[0][:80]} 不是当事单位。",
            f"属性 confidential 写装着单位的事实，可用的有：{named(draft.diagram.process.party_facts, strangers[0])}。",
        )
    if field.correctable:
        yield _in_form(
            form_id, field, "更正前后的值当事各方都看得到，保密项不能更正。", "请删去属性 correctable 或 confidential。"
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


def _inside(draft: Draft, form_id: str, field: Field) -> Iterator[Problem]:
    if field.confidential:
        yield _in_form(form_id, field, "这一项又是保密的，又是内部的。", "请删去属性 internal 或 confidential。")
    if field.correctable:
        yield _in_form(
            form_id, field, "更正前后的值当事各方都看得到，内部的项不能更正。", "请删去属性 correctable 或 internal。"
        )
    if not field.asks:
        yield _in_form(form_id, field, "材料清单不能是内部的，当事各方都看得到。", "请删去属性 internal。")
    if field.key.endswith("_outcome"):
        yield _in_form(form_id, field, "结论进入流转记录，不能是内部的。", "请删去属性 internal。")
    if field.key in (draft.diagram.process.title_fact, _LISTED):
        yield _in_form(form_id, field, "办件的标题和当事人列在清单里，不能是内部的。", "请删去属性 internal。")


def _remarks(form_id: str, form: Form) -> Iterator[Problem]:
    """Of the opinions and reasons of a form the record tells one; whose business it is must not depend on which."""
    told = [form.by_key[key] for key in form.remark_keys]
    odd = next((field for field in told if field.internal != told[0].internal), None)
    if odd is not None:
        yield _in_form(
            form_id,
            odd,
            "同一个表单的意见和理由，有的标了内部，有的没有标；流转记录只写其中一项。",
            "请都标上属性 internal，或都不标。",
        )


def _forms(draft: Draft) -> Iterator[Problem]:
    """A form that shows or asks what others may not read is worked on by those alone who may."""
    own = units_asked(draft.diagram, draft.forms)
    for element, form, unit in forms_asked(draft.diagram, draft.forms):
        for field in form.fields:
            if field.confidential and unit not in field.confidential:
                yield about(
                    element,
                    f"表单里的“{field.label or field.key}”是保密的，办理这个环节的单位不能看。",
                    f"请从表单 {element.form_ref} 里删去这一项，或改由能看的单位办理。",
                )
            if field.internal and unit not in own.get(field.key, ()):
                yield about(
                    element,
                    f"表单里的“{field.label or field.key}”是别的单位内部的意见，办理这个环节的单位不能看。",
                    f"请从表单 {element.form_ref} 里删去这一项，或删去那一项的属性 internal。",
                )


def _fields(draft: Draft) -> Iterator[tuple[str, Field]]:
    return ((form_id, field) for form_id, form in draft.forms.items() for field in form.fields)


def _in_form(form_id: str, field: Field, reason: str, remedy: str) -> Problem:
    return Problem(f"{form_id}.{field.key}", field.label.drawn, reason, remedy)

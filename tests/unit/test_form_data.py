"""A form that is drawn in a diagram, as Camunda and its relatives do, is the form that it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.bpmn.reading.elements import Diagram
from engine.forms.schema import read_form
from tests.unit.diagrams import FORMS, HEAD, REVIEW, broken, diagram_of, forms_of, problems_of

AGREED = '<camunda:value id="agree" name="同意" /><camunda:value id="refuse" name="不同意" />'
OUTCOME = f'<camunda:formField id="review_outcome" label="意见" type="enum">{AGREED}</camunda:formField>'
BARE = REVIEW.replace(' camunda:formRef="review"', "")


def drawn(fields: str) -> str:
    """The small diagram whose review has its form drawn in it."""
    data = f"<extensionElements><camunda:formData>{OUTCOME}{fields}</camunda:formData></extensionElements>"
    return broken(
        (REVIEW, f"{BARE[:-3]}>{data}</userTask>"), ('name="forms" value="review"', 'name="forms" value="drawn_review"')
    )


def forms_with(diagram: Diagram) -> dict[str, Any]:
    own = {form_id: read_form(content) for form_id, content in diagram.drawn_forms.items()}
    return {**{key: form for key, form in forms_of().items() if key != "review"}, **own}


def told(text: str) -> set[str]:
    return {one.rule for one in problems_of(text, forms_with(diagram_of(text)))}


def component(field: str) -> dict[str, Any]:
    document = json.loads(diagram_of(drawn(field)).drawn_forms["drawn_review"])
    found: dict[str, Any] = document["components"][-1]
    return found


def test_a_drawn_form_is_the_form_of_its_step() -> None:
    text = drawn('<camunda:formField id="note" label="说明" type="string" />')
    diagram = diagram_of(text)

    assert diagram.elements["review"].form_ref == "drawn_review"
    assert [field.key for field in forms_with(diagram)["drawn_review"].fields] == ["review_outcome", "note"]
    assert told(text) == set()


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ('type="long" defaultValue="3"', {"type": "number", "properties": {"default": "3"}}),
        ('type="boolean" defaultValue="true"', {"type": "checkbox", "properties": {"default": "True"}}),
        ('type="date"', {"type": "datetime", "subtype": "date"}),
        ('type="string" defaultValue="&quot;a&quot;"', {"type": "textfield", "properties": {"default": '"\\"a\\""'}}),
        ('type="string" defaultValue="${subject}"', {"type": "textfield", "properties": {"default": "subject"}}),
    ],
)
def test_a_drawn_field_is_the_component_that_asks_the_same(field: str, wanted: dict[str, Any]) -> None:
    assert component(f'<camunda:formField id="note" label="说明" {field} />') == {
        "key": "note",
        "label": "说明",
        **wanted,
    }


def test_what_a_drawn_field_demands_is_demanded() -> None:
    def demanding(*constraints: str) -> dict[str, Any]:
        inner = "".join(f"<camunda:constraint {one} />" for one in constraints)
        validation = f"<camunda:validation>{inner}</camunda:validation>"
        return component(f'<camunda:formField id="note" type="string">{validation}</camunda:formField>')

    found = demanding('name="required"', 'name="maxlength" config="25"')
    assert found["validate"] == {"required": True, "maxLength": 25}
    assert demanding('name="readonly"')["readonly"] is True


def test_the_form_properties_of_a_relative_are_the_same() -> None:
    data = (
        '<extensionElements><activiti:formProperty id="review_outcome" name="意见" type="enum" required="true">'
        '<activiti:value id="agree" name="同意" /></activiti:formProperty></extensionElements>'
    )
    head = HEAD.replace("<definitions", '<definitions xmlns:activiti="http://activiti.org/bpmn"')
    text = broken(
        (REVIEW, f"{BARE[:-3]}>{data}</userTask>"),
        ('name="forms" value="review"', 'name="forms" value="drawn_review"'),
        (HEAD, head),
    )
    (field,) = forms_with(diagram_of(text))["drawn_review"].fields
    assert (field.key, field.required, [one.value for one in field.options]) == ("review_outcome", True, ["agree"])
    assert told(text) == set()


@pytest.mark.rule("form-data")
@pytest.mark.parametrize(
    "field",
    [
        '<camunda:formField id="note" type="colour" />',
        '<camunda:formField id="note" type="string" businessKey="true" />',
        '<camunda:formField id="note" type="string"><camunda:validation><camunda:constraint name="validator" config="a.B" />'
        "</camunda:validation></camunda:formField>",
        '<camunda:formField id="note" type="string"><camunda:validation><camunda:constraint name="maxlength" config="many" />'
        "</camunda:validation></camunda:formField>",
    ],
)
def test_what_cannot_be_asked_is_refused(field: str) -> None:
    assert "form-data" in told(drawn(field))


@pytest.mark.rule("form-data")
def test_a_step_has_one_form() -> None:
    data = f"<extensionElements><camunda:formData>{OUTCOME}</camunda:formData></extensionElements>"
    text = broken((REVIEW, f"{REVIEW[:-3]}>{data}</userTask>"))
    assert {one.rule for one in problems_of(text, forms_of(FORMS))} == {"form-data"}

"""The deployment gate on confidential and internal fields, and on letters to people outside the units."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.diagrams import FORMS, broken, forms_of, problems_of, refused, text_field, the_problem

ISSUE = 'name="to" value="asking_unit"'


def secret(key: str = "informant", **properties: str) -> dict[str, Any]:
    return text_field(key, properties={"confidential": "asking_unit", **properties})


def test_what_the_starting_unit_keeps_to_itself_is_let_pass() -> None:
    forms = forms_of({"permit_start": [*FORMS["permit_start"], secret()], "read_a": [secret() | {"readonly": True}]})
    assert problems_of(broken(), forms) == []


@pytest.mark.rule("confidential-unit")
def test_a_reader_who_is_no_party_is_refused() -> None:
    forms = forms_of({"read_a": [*FORMS["read_a"], secret(confidential="asking_unit,subject")]})
    refused(the_problem(broken(), forms), "read_a.informant", "asked_unit")


@pytest.mark.rule("confidential-shown")
def test_a_form_of_another_unit_that_shows_it_is_refused() -> None:
    shown = [*FORMS["review"], secret() | {"readonly": True}]
    forms = forms_of({"permit_start": [*FORMS["permit_start"], secret()], "review": shown})
    refused(the_problem(broken(), forms), "review", "删去这一项")


@pytest.mark.rule("confidential-differs")
def test_a_form_of_the_own_unit_that_shows_it_openly_is_refused() -> None:
    """Every page lists the answers of all forms: open in one is open in all."""
    forms = forms_of(
        {"permit_start": [*FORMS["permit_start"], secret()], "read_a": [text_field("informant", readonly=True)]}
    )
    refused(the_problem(broken(), forms), "read_a.informant", "写成一样")


@pytest.mark.parametrize("key", ["party_name", "told_opinion", "told_reason"])
def test_what_lists_and_the_record_tell_everybody_cannot_be_confidential(key: str) -> None:
    forms = forms_of({"read_a": [secret(key)]})
    refused(the_problem(broken(), forms), f"read_a.{key}", "key")


@pytest.mark.rule("confidential-listed")
def test_the_title_cannot_be_confidential() -> None:
    forms = forms_of({"permit_start": [secret("subject"), *FORMS["permit_start"][1:]]})
    refused(the_problem(broken(), forms), "permit_start.subject", "key")


@pytest.mark.rule("confidential-correctable")
def test_what_is_confidential_cannot_be_corrected_before_everybodys_eyes() -> None:
    own = secret()
    forms = forms_of({"read_a": [*FORMS["read_a"], own | {"properties": {**own["properties"], "correctable": "true"}}]})
    refused(the_problem(broken(), forms), "read_a.informant", "correctable")


@pytest.mark.rule("confidential-materials")
def test_a_list_of_material_cannot_be_confidential() -> None:
    listed = {
        "type": "filepicker",
        "key": "files",
        "label": "材料",
        "properties": {"widget": "materials", "confidential": "asking_unit"},
    }
    refused(the_problem(broken(), forms_of({"read_a": [listed]})), "read_a.files", "confidential")


# --- what a unit keeps to itself ---


def inner(key: str = "inner_note", **more: Any) -> dict[str, Any]:
    return text_field(key, **more) | {"properties": {"internal": "true", **more.get("properties", {})}}


def test_what_a_unit_keeps_to_itself_is_let_pass() -> None:
    forms = forms_of({"read_a": [*FORMS["read_a"], inner("reading_opinion")]})
    assert problems_of(broken(), forms) == []


@pytest.mark.rule("internal-shown")
def test_a_form_of_another_unit_that_shows_what_is_internal_is_refused() -> None:
    forms = forms_of(
        {
            "permit_start": [*FORMS["permit_start"], inner()],
            "review": [*FORMS["review"], inner(readonly=True)],
        }
    )
    refused(the_problem(broken(), forms), "review", "删去这一项")


@pytest.mark.rule("internal-differs")
def test_what_is_internal_in_one_form_is_so_in_every_form() -> None:
    forms = forms_of(
        {
            "permit_start": [*FORMS["permit_start"], inner()],
            "withdraw": [*FORMS["withdraw"], text_field("inner_note", readonly=True)],
        }
    )
    refused(the_problem(broken(), forms), "withdraw.inner_note", "写成一样")


@pytest.mark.rule("internal-remarks")
def test_opinions_of_one_form_are_all_internal_or_none_of_them() -> None:
    """The record of the flow tells one of them."""
    forms = forms_of({"read_a": [inner("reading_opinion"), text_field("reading_reason")]})
    refused(the_problem(broken(), forms), "read_a.reading_reason", "都标上")


@pytest.mark.parametrize(
    ("key", "properties"),
    [
        ("party_name", {}),
        ("inner_note", {"correctable": "true"}),
        ("inner_note", {"confidential": "asking_unit"}),
    ],
)
def test_what_everybody_is_told_anyway_cannot_be_internal(key: str, properties: dict[str, str]) -> None:
    forms = forms_of({"read_a": [*FORMS["read_a"], inner(key, properties=properties)]})
    refused(the_problem(broken(), forms), f"read_a.{key}", "internal")


@pytest.mark.rule("internal-outcome")
def test_an_outcome_cannot_be_internal() -> None:
    outcome = FORMS["review"][0] | {"properties": {"internal": "true"}}
    refused(the_problem(broken(), forms_of({"review": [outcome]})), "review.review_outcome", "internal")


# --- letters to somebody outside ---


def test_a_letter_to_somebody_outside_names_no_unit() -> None:
    assert problems_of(broken((ISSUE, 'name="addressee" value="举报人"'))) == []


@pytest.mark.rule("document-receiver")
@pytest.mark.parametrize(
    "written", [f'{ISSUE} /><camunda:property name="addressee" value="举报人"', 'name="addressee" value=" "']
)
def test_a_letter_is_either_to_a_unit_or_to_somebody_outside(written: str) -> None:
    refused(the_problem(broken((ISSUE, written))), "answer", "只写一个")


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        ('same_case(30, "asked_at", asked_at, "subject", subject)', "成对"),
        ('same_case(30, "asked_at", asked_at, "subject", subject, "asked_unit")', "成对"),
        ('same_case(30, "gone", asked_at, "subject", subject, "asked_unit", asked_unit)', "已有的"),
        ('same_case(30, "asked_at", asked_at, subject, subject, "asked_unit", asked_unit)', "引号"),
    ],
)
def test_a_look_for_the_same_case_that_could_not_be_made_is_refused(call: str, remedy: str) -> None:
    refused(the_problem(broken(('review_outcome == "agree"', call))), "g_review__answer", remedy)


def test_a_look_for_the_same_case_that_can_be_made_is_let_pass() -> None:
    call = 'same_case(30, "asked_at", asked_at, "subject", subject, "asked_unit", asked_unit)'
    assert problems_of(broken(('review_outcome == "agree"', call))) == []

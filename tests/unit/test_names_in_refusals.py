"""A refusal names what is drawn in the language of its reader: in Chinese as it is drawn, in English as it is called there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import messages
from engine.bpmn.gate.check import NAME_LIMIT
from engine.deployments.drawn_names import english_by_drawn
from engine.messages import call_names, speaking
from tests.unit.diagrams import FORMS, broken, forms_of, the_problem

PROCESSES = Path(__file__).parents[2] / "processes"
ENGLISH = {
    "审查": "Review the request",
    "同意？": "Approved?",
    "核对事实": "Check the facts",
    "核对依据": "Check the basis",
    "事实": "Facts",
}


@pytest.fixture
def known() -> Iterator[None]:
    before = messages._english[-1]
    call_names(lambda drawn: ENGLISH.get(drawn, drawn))
    yield
    call_names(before)


@pytest.mark.usefixtures("known")
def test_the_element_that_a_refusal_is_about_has_its_english_name() -> None:
    problem = the_problem(broken((' default="g_review__refused"', "")))

    assert str(problem).startswith("元素“同意？”（g_review）")
    with speaking("en"):
        assert str(problem).startswith("Element 'Approved?' (g_review): ")


@pytest.mark.usefixtures("known")
def test_another_element_that_a_refusal_speaks_of_has_its_english_name_too() -> None:
    text = broken(('name="核对依据" camunda:formRef="read_b"', 'name="核对依据" camunda:formRef="read_a"'))
    problem = the_problem(text)

    assert "“核对事实”和“核对依据”会同时办理" in str(problem)
    with speaking("en"):
        assert "'Check the facts' and 'Check the basis' are open at the same time" in str(problem)


@pytest.mark.usefixtures("known")
def test_the_field_that_a_refusal_is_about_has_its_english_label() -> None:
    second = {**FORMS["review"][0], "key": "other_outcome", "label": "事实"}
    problem = the_problem(broken(), forms_of({"review": [FORMS["review"][0], second]}))

    assert str(problem).startswith("元素“事实”（review.other_outcome）")
    with speaking("en"):
        assert str(problem).startswith("Element 'Facts' (review.other_outcome)")


@pytest.mark.usefixtures("known")
def test_what_is_not_known_in_english_stands_as_it_is_drawn() -> None:
    long = "审" * (NAME_LIMIT + 1)
    problem = the_problem(broken((' default="g_review__refused"', ""), ('name="同意？"', f'name="{long}？"')))

    with speaking("en"):
        assert str(problem).startswith(f"Element '{long[:NAME_LIMIT]}' (g_review): ")


def test_a_name_is_found_by_what_is_drawn_in_a_diagram_or_written_in_a_form() -> None:
    found = english_by_drawn(PROCESSES)

    assert found["情况紧急？"] == "Urgent?"
    assert found["联系人"] == "Contact person"


def test_a_file_that_cannot_be_read_leaves_the_names_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "names.en.json").write_text('{"permit": {"review": "Review the request"}}', encoding="utf-8")
    (tmp_path / "permit.bpmn").write_text(broken(), encoding="utf-8")
    (tmp_path / "damaged.bpmn").write_text("<definitions", encoding="utf-8")

    assert english_by_drawn(tmp_path) == {"审查": "Review the request"}

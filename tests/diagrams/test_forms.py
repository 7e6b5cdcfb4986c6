"""The forms of the four procedures, each beside the step that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.bpmn.reading.elements import Diagram, Element, read_elements
from engine.bpmn.reading.read import read_diagram
from engine.forms.schema import Form, read_form

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
LEADERS = {"principal_leader", "deputy_leader"}


def diagrams() -> Iterator[Diagram]:
    for path in sorted(PROCESSES.glob("*.bpmn")):
        yield read_elements(read_diagram(path.read_bytes()))


def form_of(step: Element) -> Form:
    return read_form((PROCESSES / "forms" / f"{step.form_ref}.form").read_bytes())


SIGNED = [
    pytest.param(form_of(step), id=f"{diagram.key}-{step.id}")
    for diagram in diagrams()
    for step in diagram.of_kind("userTask")
    if diagram.asked(step)[1] & LEADERS
]


@pytest.mark.parametrize("form", SIGNED)
def test_a_leader_who_is_asked_again_says_his_opinion_anew(form: Form) -> None:
    """What he wrote when he returned the draft must not stand below his signature."""
    outcomes = {field.key.removesuffix("_outcome") for field in form.fields if field.key.endswith("_outcome")}
    opinions = [field for field in form.fields if field.key in {f"{stem}_opinion" for stem in outcomes}]

    assert [field.key for field in opinions if not field.readonly and not field.fresh] == []


def test_the_steps_of_the_leaders_are_found() -> None:
    assert len(SIGNED) > 30

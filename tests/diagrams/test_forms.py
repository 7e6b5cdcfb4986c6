"""The forms of the four procedures, each beside the step that shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.deployments.definitions import read_forms
from engine.deployments.shipped import read_folder
from engine.forms.schema import Form

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
LEADERS = {"principal_leader", "deputy_leader"}


SIGNED = [
    pytest.param(read_forms(file.diagram, file.beside.forms)[step.form_key], id=f"{file.diagram.key}-{step.id}")
    for file in read_folder(PROCESSES).files
    for step in file.diagram.of_kind("userTask")
    if file.diagram.asked(step)[1] & LEADERS
]


@pytest.mark.parametrize("form", SIGNED)
def test_a_leader_who_is_asked_again_says_his_opinion_anew(form: Form) -> None:
    """What he wrote when he returned the draft must not stand below his signature."""
    outcomes = {field.key.removesuffix("_outcome") for field in form.fields if field.key.endswith("_outcome")}
    opinions = [field for field in form.fields if field.key in {f"{stem}_opinion" for stem in outcomes}]

    assert [field.key for field in opinions if not field.readonly and not field.fresh] == []


def test_the_steps_of_the_leaders_are_found() -> None:
    assert len(SIGNED) > 30

"""One form on two tasks: each person answers for themselves, nothing is ticked beforehand; side by side it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DiagramRefused
from tests.processes.drawings import draw, flow, lane, start, task, text_field
from tests.processes.town import Instance, Town


def sent_of(town: Town, case: Instance, login: str, element: str) -> dict[str, tuple[str, ...]]:
    form = town.engine.tasks.task(town.person(login), case.task(element)).form
    assert form is not None
    return {found.key: found.sent for found in form.fields}


AUDIT = [{"type": "checkbox", "key": "accepted", "label": "同意"}, text_field("audit_opinion")]
FORMS = {"audit": AUDIT, "then": [text_field("note")]}
TASKS = [
    '<userTask id="ra" name="甲会签" camunda:formRef="audit" />',
    '<userTask id="rb" name="乙会签" camunda:formRef="audit" />',
    task("then", "定稿"),
    flow("then", "done"),
]
LANES = (lane("l_a", "own", "deputy_leader", "ra"), lane("l_b", "dept", "deputy_leader", "rb"))


def test_the_second_of_two_people_with_one_form_finds_nothing_of_the_first(plain_town: Town, tmp_path: Path) -> None:
    body = [*TASKS, flow("start", "ra"), flow("ra", "rb"), flow("rb", "then")]
    draw(plain_town, tmp_path, "hq", body, "then", FORMS, *LANES)
    case = start(plain_town, "hq")
    case.complete("ra", "qinruogu.qh", accepted=True, audit_opinion="同意。")

    assert sent_of(plain_town, case, "helan.hb", "rb") == {"accepted": (), "audit_opinion": ()}


def test_two_tasks_that_are_open_side_by_side_are_not_deployed_with_one_form(plain_town: Town, tmp_path: Path) -> None:
    body = [
        *TASKS,
        '<parallelGateway id="fork" />',
        '<parallelGateway id="join" />',
        flow("start", "fork"),
        flow("fork", "ra"),
        flow("fork", "rb"),
        flow("ra", "join"),
        flow("rb", "join"),
        flow("join", "then"),
    ]

    with pytest.raises(DiagramRefused) as refused:
        draw(plain_town, tmp_path, "hq", body, "fork join then", FORMS, *LANES)

    (problem,) = refused.value.problems
    assert (problem.element_id, str(problem.element_name)) == ("rb", "乙会签")
    assert "“甲会签”和“乙会签”会同时办理" in str(problem.reason)
    assert "“同意”（accepted）" in str(problem.reason)
    assert "请给它们各做一张表单" in str(problem.remedy)

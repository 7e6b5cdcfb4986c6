"""One form on two tasks that are open side by side: each person answers for themselves, nothing is ticked beforehand."""

from __future__ import annotations

from pathlib import Path

from tests.processes.drawings import draw, flow, lane, start, task, text_field
from tests.processes.town import Instance, Town


def sent_of(town: Town, case: Instance, login: str, element: str) -> dict[str, tuple[str, ...]]:
    form = town.engine.task(town.person(login), case.task(element)).form
    assert form is not None
    return {found.key: found.sent for found in form.fields}


def test_the_second_of_two_people_with_one_form_finds_nothing_of_the_first(plain_town: Town, tmp_path: Path) -> None:
    audit = [{"type": "checkbox", "key": "accepted", "label": "同意"}, text_field("audit_opinion")]
    body = [
        '<parallelGateway id="fork" />',
        '<userTask id="ra" name="甲会签" camunda:formRef="audit" />',
        '<userTask id="rb" name="乙会签" camunda:formRef="audit" />',
        '<parallelGateway id="join" />',
        task("then", "定稿"),
        flow("start", "fork"),
        flow("fork", "ra"),
        flow("fork", "rb"),
        flow("ra", "join"),
        flow("rb", "join"),
        flow("join", "then"),
        flow("then", "done"),
    ]
    town_lane, dept_lane = lane("l_a", "own", "deputy_leader", "ra"), lane("l_b", "dept", "deputy_leader", "rb")
    forms = {"audit": audit, "then": [text_field("note")]}
    draw(plain_town, tmp_path, "hq", body, "fork join then", forms, town_lane, dept_lane)
    case = start(plain_town, "hq")
    case.complete("ra", "qinruogu.qh", accepted=True, audit_opinion="同意。")

    assert sent_of(plain_town, case, "helan.hb", "rb") == {"accepted": (), "audit_opinion": ()}

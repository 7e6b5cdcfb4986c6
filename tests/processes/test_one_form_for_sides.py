"""One form for the sides of a procedure: each task says whose side it is, and every side's answers are facts of their own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from engine.db.tables import document
from engine.deployments import definitions
from engine.deployments.definitions import Definition
from engine.errors import DiagramRefused, InvalidValues, NotFound
from engine.messages import Name
from engine.reports.parts import names
from engine.settings import Settings
from tests.golden import stores
from tests.golden.make import KEY, PLAYED_AT
from tests.processes.dispute import raise_dispute
from tests.processes.drawings import draw, flow, lane, properties, start
from tests.processes.town import Instance, Town, sent

SAY: list[dict[str, Any]] = [
    {"type": "group", "label": "{party}意见", "components": [
        {"type": "textarea", "key": "view__side", "label": "{party}的意见", "validate": {"minLength": 5, "required": True},
         "properties": {"correctable": "true"}},
        {"type": "number", "key": "share__side", "label": "{party}承担",
         "properties": {"rule": "value is None or value <= 100 / (share__side_of or 1)", "message": "{party}最多承担全部。"}},
        {"type": "number", "key": "share__side_of", "label": "几分之一"},
    ]},
]  # fmt: skip
LANES = (lane("l_a", "own", "case_officer", "say_a"), lane("l_b", "dept", "case_officer", "say_b"))
OFFICER, OTHER, LEADER = "shenhe.qh", "zhouyan.hb", "helan.hb"


def says(side: str, party: str) -> str:
    given = properties(**{"form:side": side, "form:party": party})
    return f'<userTask id="say_{side}" name="{party}表明意见" camunda:formRef="say">{given}</userTask>'


def body(other: str = "b") -> list[str]:
    return [
        says("a", "甲方"),
        says("b", "乙方").replace('value="b"', f'value="{other}"'),
        '<parallelGateway id="fork" />',
        '<parallelGateway id="join" />',
        flow("start", "fork"),
        flow("fork", "say_a"),
        flow("fork", "say_b"),
        flow("say_a", "join"),
        flow("say_b", "join"),
        flow("join", "done"),
    ]


@pytest.fixture
def case(town: Town, tmp_path: Path) -> Instance:
    draw(town, tmp_path, "sides", body(), "fork join", {"say": SAY}, *LANES)
    return start(town, "sides")


def test_side_by_side_each_task_writes_the_facts_of_its_own_side(case: Instance) -> None:
    case.complete("say_a", OFFICER, view_a="应由对方办理。", share_a=30)
    case.complete("say_b", OTHER, view_b="应由镇里办理。", share_b=70)

    facts = case.facts()
    assert (facts["view_a"], facts["share_a"]) == ("应由对方办理。", 30)
    assert (facts["view_b"], facts["share_b"]) == ("应由镇里办理。", 70)
    assert case.result == "done"


def test_the_page_names_the_side(case: Instance) -> None:
    form = case.town.engine.tasks.task(case.town.person(OTHER), case.task("say_b")).form

    assert form is not None
    assert [str(group.label) for group in form.groups] == ["乙方意见"]
    assert [str(found.field.label) for found in form.fields] == ["乙方的意见", "乙方承担", "几分之一"]


def test_what_is_wrong_is_said_of_the_side_that_said_it(case: Instance) -> None:
    with pytest.raises(InvalidValues) as refused:
        case.complete("say_b", OTHER, view_b="不行", share_b=120)

    assert refused.value.problems.keys() == {"view_b", "share_b"}
    assert refused.value.problems["share_b"] == "乙方最多承担全部。"


def test_a_side_cannot_answer_for_the_other(case: Instance) -> None:
    with pytest.raises(InvalidValues) as refused:
        case.complete("say_b", OTHER, view_b="应由镇里办理。", view_a="甲方同意。")

    assert "表单里没有“view_a”这一项" in refused.value.problems[""]


def test_a_side_corrects_what_it_has_said_itself(case: Instance) -> None:
    town, use = case.town, case.town.engine.collaboration
    case.complete("say_b", OTHER, view_b="应由镇里办理。")
    with pytest.raises(NotFound):
        use.propose_correction(town.person(OTHER), case.number, "view_a", sent({"view_a": "改"}))

    proposed = use.propose_correction(
        town.person(OTHER), case.number, "view_b", sent({"view_b": "应由两家一起办理。", "reason": "原来写漏了一家。"})
    )
    town.engine.collaboration.decide_correction(town.person(LEADER), proposed, sent({"decision": "approve"}))

    assert case.facts()["view_b"] == "应由两家一起办理。"
    assert "view_a" not in case.facts()


def test_two_tasks_of_one_side_are_not_open_side_by_side(plain_town: Town, tmp_path: Path) -> None:
    with pytest.raises(DiagramRefused) as refused:
        draw(plain_town, tmp_path, "sides", body(other="a"), "fork join", {"say": SAY}, *LANES)

    assert "字段 view_a 在几个表单里都要填" in str(refused.value)
    assert "say(side=a, party=乙方)、say(side=a, party=甲方)" in str(refused.value)


# --- a dispute, and disputes from before there were parameters ---


def answered_by(definition: Definition) -> dict[str, frozenset[str]]:
    return {task.id: definition.form_of(task).own_keys for task in definition.diagram.of_kind("userTask")}


def test_the_paper_that_shows_what_was_done_shows_every_side(plain_town: Town) -> None:
    dispute = raise_dispute(plain_town).dispose().state_position().apply()

    own = select(document.c.content).where(document.c.instance_id == dispute.id, document.c.code == "D15")
    content = plain_town.read(lambda tx: tx.scalars(own).first())

    assert str(content).count("措施、证据保全或理由") == 2


def test_a_city_that_is_upgraded_keeps_its_forms_and_takes_the_new_ones_under_the_same_facts(tmp_path: Path) -> None:
    stores.unpack("0023", tmp_path / "var")
    town = Town(Settings(data_dir=tmp_path / "var", record_key=KEY))
    town.engine.prepare()
    town.at(PLAYED_AT)
    town.engine.procedures_in_force.found()
    before = town.read(lambda tx: definitions.latest(tx, "dispute_resolution"))
    stored = town.read(lambda tx: definitions.contents(tx, before.id))
    compared = {one.key: one for one in town.engine.procedures_in_force.compare() if one.kind == "procedure"}

    town.engine.procedures_in_force.take_over(["dispute_resolution"], "王芳", "新版本")
    after = town.read(lambda tx: definitions.latest(tx, "dispute_resolution"))

    assert "dispose_a" in before.forms
    assert {"表单 dispose", "表单 dispose_a"} <= set(map(str, compared["dispute_resolution"].differs))
    assert after.version == before.version + 1
    assert answered_by(before).items() <= answered_by(after).items()
    assert town.read(lambda tx: definitions.contents(tx, before.id)) == stored
    assert town.verify() == []
    town.close()


def test_the_answer_of_a_side_is_named_by_the_form_as_that_side_asks_it(plain_town: Town) -> None:
    dispute = plain_town.read(lambda tx: definitions.latest(tx, "dispute_resolution"))
    row: Any = SimpleNamespace(element_id="sign_agreement_b", outcome="sign", outcome_name="签署")

    assert names.outcome_name(dispute, row) == Name("签署", "Sign")

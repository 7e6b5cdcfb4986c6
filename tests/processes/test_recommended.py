"""2.0.2: every task that waits for a person has a recommended time, drawn or not, and silence is noticed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from engine.db import tables
from engine.errors import Refused
from tests.processes import drawings
from tests.processes.assistance import ask
from tests.processes.calendars import bring
from tests.processes.drawings import flow, lane, properties, task, text_field
from tests.processes.test_handling import desk
from tests.processes.town import MORNING, Instance, Town, at

OFFICER, COLLEAGUE, LEADER = "shenhe.qh", "zhouyan.hb", "zhaojianping.qh"
BODY = [
    task("prepare", "准备"),
    task("check", "复核"),
    f'<userTask id="think" name="研究" camunda:formRef="think">{properties(recommended="hours(4, now())")}</userTask>',
    flow("start", "prepare"),
    flow("prepare", "check"),
    flow("check", "think"),
    flow("think", "done"),
]
FORMS = {name: [text_field(f"{name}_note")] for name in ("prepare", "check", "think")}


@pytest.fixture
def case(town: Town, tmp_path: Path) -> Instance:
    """Three tasks for which no period is drawn: two of the town, then one of the department. It begins on 30 September."""
    town.at(MORNING)
    drawings.draw(
        town, tmp_path, "plain", BODY, "prepare check", FORMS, lane("l_dept", "dept", "case_officer", "think")
    )
    return drawings.start(town, "plain")


def under(case: Instance, element: str) -> Any:
    """The period under which the open task is worked."""
    row = tables.task
    own = (row.c.instance_id == case.id) & (row.c.element_id == element) & (row.c.status == "open")
    return case.deadline(case.town.read(lambda tx: tx.scalars(select(row.c.deadline_key).where(own)).one()))


def told(case: Instance) -> dict[str, str]:
    return {note.unit: note.text for note in case.notices("slow")}


def test_a_task_for_which_nothing_is_drawn_is_recommended_within_the_citys_days(case: Instance) -> None:
    record = under(case, "prepare")

    assert (record.due_at, record.hard, record.unit_code) == (at("2026-10-11T00:00"), False, "qinghe")
    assert desk(case, OFFICER).look("prepare").period is not None


def test_the_city_says_how_many_days(town: Town, tmp_path: Path) -> None:
    town.act(lambda engine: engine.city_rules.set("task.recommended_wd", "1", "城市"))
    town.at(MORNING)
    drawings.draw(
        town, tmp_path, "plain", BODY, "prepare check", FORMS, lane("l_dept", "dept", "case_officer", "think")
    )

    assert under(drawings.start(town, "plain"), "prepare").due_at == at("2026-10-09T00:00")


def test_the_diagram_says_it_for_a_task_of_its_own(case: Instance) -> None:
    case.complete("prepare", OFFICER, prepare_note="备好。")
    case.complete("check", OFFICER, check_note="看过。")

    assert under(case, "think").due_at == at("2026-09-30T13:30")


def test_when_it_is_over_the_holder_and_the_leader_are_told_and_what_is_not_reached_is_not(case: Instance) -> None:
    """The department has not been asked for anything yet: it knows of nothing."""
    case.town.at("2026-10-11T00:00")

    assert under(case, "prepare").overdue_at == at("2026-10-11T00:00")
    assert told(case) == {"qinghe": "“准备”的建议时间（10月10日 24:00）已过，还没有办完，请抓紧办理。"}
    (note,) = case.notices("slow")
    assert note.roles == {"case_officer", "principal_leader"}
    assert case.notices("overdue") == case.notices("escalate") == []


def test_the_officer_who_waits_is_told_that_the_other_sides_time_is_over(case: Instance) -> None:
    """Not which step it is: what a unit does within is its own."""
    case.complete("prepare", OFFICER, prepare_note="备好。")
    case.complete("check", OFFICER, check_note="看过。")

    case.town.at("2026-09-30T13:30")

    assert told(case) == {
        "ecology": "“研究”的建议时间（9月30日 13:30）已过，还没有办完，请抓紧办理。",
        "qinghe": "市生态环境局正在办的环节的建议时间（9月30日 13:30）已过，还没有办完。",
    }


def test_silence_after_that_is_an_item_of_supervision_once_and_until_it_is_done(case: Instance) -> None:
    case.town.at("2026-10-16T00:00")

    item = tables.supervision_item
    items = case.town.read(lambda tx: tx.execute(select(item).where(item.c.instance_id == case.id)).all())
    assert [(row.unit_code, row.closed_at) for row in items] == [("qinghe", None)]
    assert "已列为督办事项" in told(case)["justice_bureau"]
    count = len(case.notices("slow"))
    case.town.at("2026-12-15T00:00")
    assert len(case.notices("slow")) == count, "it is not urged again and again"
    case.complete("prepare", OFFICER, prepare_note="终于备好。")
    items = case.town.read(lambda tx: tx.execute(select(item).where(item.c.instance_id == case.id)).all())
    assert items[0].closed_at == case.town.now


def test_each_task_has_its_own_time_and_it_ends_with_the_task(case: Instance) -> None:
    before = under(case, "prepare")
    case.town.later(hours=1)
    case.complete("prepare", OFFICER, prepare_note="备好。")

    assert case.deadline(before.key).status == "met"
    assert under(case, "check").start_at == case.town.now


def test_a_task_that_is_sent_back_has_its_time_anew(case: Instance) -> None:
    case.complete("prepare", OFFICER, prepare_note="备好。")
    case.town.at("2026-10-09T09:00")
    desk(case, OFFICER).send_back("check", "prepare")

    assert under(case, "prepare").due_at == at("2026-10-14T00:00")
    assert [record.status for record in case.deadlines("task:check")] == ["cancelled"]


def test_a_task_that_is_taken_back_goes_on_with_its_time(case: Instance) -> None:
    due_at = under(case, "prepare").due_at
    case.complete("prepare", OFFICER, prepare_note="备好。")
    case.town.later(hours=3)
    desk(case, OFFICER).do("take_back", "prepare")

    assert under(case, "prepare").due_at == due_at
    assert len(case.deadlines("task:prepare")) == 1


def test_another_calendar_moves_it_and_nobody_is_told(case: Instance) -> None:
    """P1-14: it follows like every period; it is nothing that was promised to the other side."""
    before = under(case, "prepare").due_at
    bring(case.town, 2026, ("2026-10-09", True, "调休"))
    case.town.tick()

    assert under(case, "prepare").due_at > before
    assert case.notices("moved") == []


def test_under_a_drawn_period_there_is_none_of_its_own(plain_town: Town) -> None:
    case = plain_town.refer(at=MORNING)

    assert under(case, "prepare_materials").key == "referral"
    assert case.deadlines("task:prepare_materials") == []


def test_while_the_drawn_period_stands_still_the_task_has_its_own(town: Town) -> None:
    """R24: an appraisal stops the period of the opinion, and not the liaison who has to hand the request on."""
    case = ask(town, at="2026-09-21T09:00")
    town.at("2026-09-22T09:00")
    case.commission()
    assert under(case, "assign_request").key == "opinion", "what the page shows is what stands still"
    assert case.deadline("task:assign_request").due_at == at("2026-09-29T00:00"), "the 25th is a holiday"

    town.at("2026-09-24T10:00")
    case.record_appraisal()

    assert case.deadline("task:assign_request").status == "cancelled"
    assert case.deadline("opinion").status == "running"


def test_a_task_that_an_older_version_has_opened_is_noticed_too(case: Instance) -> None:
    """It has no time of its own, and nothing would ever happen in its instance: the worker looks once."""
    town, row = case.town, tables.task
    town.write(lambda tx: tx.execute(update(row).values(deadline_key=None)))
    town.write(lambda tx: tx.execute(delete(tables.timer)))
    town.write(lambda tx: tx.execute(update(tables.deadline).values(status="cancelled", ended_at=town.now)))
    town.another_engine().tick()

    assert under(case, "prepare").status == "running"
    town.at("2026-12-01T00:00")
    assert "已列为督办事项" in told(case)["justice_bureau"]


def test_the_record_of_the_flow_says_only_that_it_was_over(case: Instance) -> None:
    case.town.at("2026-10-11T00:00")
    case.complete("prepare", OFFICER, prepare_note="备好。")

    view = case.town.act(lambda engine: engine.instances.instance(case.town.person(OFFICER), case.number))
    periods = [line for line in view.log if line.kind == "deadline"]
    assert [(line.step, line.action) for line in periods] == [("“准备”", "已过建议时限")]
    assert (view.periods, view.axis) == ([], None), "the axis is for what is drawn"


def test_what_is_ended_for_them_is_told_to_those_who_had_it(town: Town, tmp_path: Path) -> None:
    """`end_tasks`: the way behind the task goes on, the task has not been done, and what was typed is its writer's."""
    button = (
        '<boundaryEvent id="stop" name="不用了" attachedToRef="check" cancelActivity="false">'
        f"{properties(unit='own', role='case_officer')}<messageEventDefinition /></boundaryEvent>"
    )
    body = [
        task("prepare", "准备"), task("check", "复核"),
        '<parallelGateway id="fork" />', '<parallelGateway id="join" />',
        f'<serviceTask id="end" name="不用再办">{properties(operation="end_tasks", tasks="prepare")}</serviceTask>',
        '<endEvent id="ended" />', button,
        flow("start", "fork"), flow("fork", "prepare"), flow("fork", "check"), flow("prepare", "join"),
        flow("check", "join"), flow("join", "done"), flow("stop", "end"), flow("end", "ended"),
    ]  # fmt: skip
    forms = {name: [text_field(f"{name}_note")] for name in ("prepare", "check")}
    drawings.draw(town, tmp_path, "ending", body, "prepare check fork join end ended", forms)
    case = drawings.start(town, "ending")

    case.press_by(OFFICER, "stop")

    assert case.waiting == {"check": 1}
    assert case.tasks("lapsed") == {"prepare": 1}
    assert case.deadline("task:prepare").status == "cancelled"
    assert [note.text for note in case.notices("told")] == ["“准备”不用再办。"]
    with pytest.raises(Refused):
        case.complete("prepare", OFFICER, prepare_note="迟了。")
    case.complete("check", OFFICER, check_note="看过。")
    assert case.result == "done"


def test_a_button_takes_the_place_of_the_task_on_which_it_stands(town: Town, tmp_path: Path) -> None:
    """Another unit goes on where the one that was asked does not: its task is over, and the way leads on from the button."""
    body = [
        '<exclusiveGateway id="merge" />',
        f'<userTask id="prepare" name="准备" camunda:formRef="prepare">'
        f'{properties(unit="doer", role="case_officer")}</userTask>',
        '<boundaryEvent id="take" name="由本单位办理" attachedToRef="prepare">'
        f'{properties(unit="dept", role="case_officer", pressed_by="doer")}<messageEventDefinition /></boundaryEvent>',
        f'<serviceTask id="first" name="先由发起单位办">{properties(operation="record", fact_doer="own")}</serviceTask>',
        task("look", "看一看"),
        flow("start", "look"), flow("look", "first"), flow("first", "merge"), flow("merge", "prepare"), flow("prepare", "done"),
        flow("take", "merge"),
    ]  # fmt: skip
    forms = {"prepare": [text_field("prepare_note")], "look": [text_field("look_note")]}
    drawings.draw(
        town,
        tmp_path,
        "taking",
        body,
        "merge first take prepare",
        forms,
        lane("l_dept", "dept", "case_officer", "look"),
    )
    case = drawings.start(town, "taking")
    case.complete("look", COLLEAGUE, look_note="看过。")
    assert case.asked("prepare") == ("qinghe", {"case_officer"})

    opened = case.press_by(COLLEAGUE, "take")

    assert case.asked("prepare") == ("ecology", {"case_officer"})
    assert case.task("prepare") == opened, "whoever pressed it has the task"
    assert case.tasks("lapsed") == {"prepare": 1}
    case.complete("prepare", COLLEAGUE, prepare_note="由我们办。")
    assert case.result == "done"

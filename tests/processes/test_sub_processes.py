"""Steps within a frame: a sub-process begins, is over, and is ended as a whole, and what belongs to it stays with it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from engine.db import tables
from engine.errors import Refused
from engine.reports.parts.answers import FilledField, FilledForm
from tests.processes import drawings
from tests.processes.drawings import OFFICER, flow, lane, properties, task, text_field
from tests.processes.test_handling import Desk
from tests.processes.town import Instance, Town

KEY = "framed"
ECOLOGY, LEADER = "fangsiyuan.hb", "helan.hb"
PERIOD = properties(deadline="review", title="复核期限", rule="R1", basis="试办规定第一条", hard="true", unit="dept")


def sub(scope: str, name: str, *body: str) -> str:
    return f'<subProcess id="{scope}" name="{name}">{"".join(body)}</subProcess>'


def within(scope: str, *ids: str) -> str:
    """A start, these elements one after the other, and an end."""
    way = [f"{scope}_start", *ids, f"{scope}_end"]
    flows = "".join(flow(one, other) for one, other in pairwise(way))
    return f'<startEvent id="{scope}_start" /><endEvent id="{scope}_end" />{flows}'


def timer(event: str, host: str, text: str, more: str = "", cancels: bool = True) -> str:
    return (
        f'<boundaryEvent id="{event}" name="{event}" attachedToRef="{host}" cancelActivity="{str(cancels).lower()}">'
        f"{more}<timerEventDefinition><timeDate>{text}</timeDate></timerEventDefinition></boundaryEvent>"
    )


def button(event: str, host: str, cancels: bool) -> str:
    own = properties(unit="own", role="case_officer")
    return (
        f'<boundaryEvent id="{event}" name="{event}" attachedToRef="{host}" cancelActivity="{str(cancels).lower()}">'
        f"{own}<messageEventDefinition /></boundaryEvent>"
    )


def framed(*on_the_border: str, after: str = "") -> list[str]:
    """复核 holds 初核 and, within it, 会商 with a step of its own; behind it 汇总."""
    inner = sub("talk", "会商", within("talk", "discuss"), task("discuss", "商议"))
    return [
        sub("review", "复核", within("review", "check", "talk"), task("check", "初核"), inner),
        task("sum_up", "汇总"),
        flow("start", "review"),
        flow("review", "sum_up"),
        flow("sum_up", "done"),
        *on_the_border,
        after,
    ]


FORMS = {
    "check": [text_field("finding")],
    "discuss": [text_field("view")],
    "sum_up": [{**text_field("seen"), "properties": {"default": "finding"}}],
    "late": [text_field("late_note")],
}


def begin(town: Town, folder: Path, body: list[str], own: str = "sum_up", forms: Any = FORMS) -> Instance:
    drawn = "".join(body)
    used = {name: fields for name, fields in forms.items() if f'formRef="{name}"' in drawn}
    drawings.draw(town, folder, KEY, body, own, used, lane("l_dept", "dept", "case_officer", "review"))
    return drawings.start(town, KEY)


def shown(form: FilledForm | None) -> list[str]:
    """What stands in its fields."""
    assert form is not None
    return [item.value for group in form.groups for item in group.items if isinstance(item, FilledField)]


def scopes(case: Instance) -> dict[str, bool]:
    """Element -> whether its sub-process has ended."""
    return {row.element_id: row.ended_at is not None for row in case._rows(tables.scope)}


def sound(case: Instance) -> None:
    assert case.incident() == ""
    assert case.town.verify() == []


def test_what_stands_in_a_frame_is_done_before_what_stands_behind_it(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    assert (dict(case.waiting), scopes(case)) == ({"check": 1}, {"review": False})
    case.complete("check", ECOLOGY, finding="属实")
    assert (dict(case.waiting), scopes(case)) == ({"discuss": 1}, {"review": False, "talk": False})
    case.complete("discuss", ECOLOGY, view="立案")
    assert (dict(case.waiting), scopes(case)) == ({"sum_up": 1}, {"review": True, "talk": True})
    assert case.asked("sum_up")[0] != "ecology"
    assert shown(Desk(case, OFFICER).look("sum_up").form) == ["属实"]
    case.complete("sum_up", OFFICER, seen="属实，立案")
    assert (case.status, case.result) == ("ended", "done")
    sound(case)


def test_what_is_said_and_asked_in_a_frame_lies_in_its_scope(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    case.complete("check", ECOLOGY, finding="属实")
    of = {row.element_id: row.id for row in case._rows(tables.scope)}
    assert {row.element_id: row.scope_id for row in case._rows(tables.task)} == {
        "check": of["review"],
        "discuss": of["talk"],
    }
    said = {row.name: row.scope_id for row in case._rows(tables.fact)}
    assert said["finding"] == of["review"]
    assert said["subject"] is None


def test_a_period_on_a_frame_is_one_over_all_its_steps(town: Town, tmp_path: Path) -> None:
    border = timer("review_over", "review", "working_days(3, now())", PERIOD, cancels=False)
    case = begin(town, tmp_path, framed(border, after='<endEvent id="told" />' + flow("review_over", "told")))
    first = case.deadline("review")
    assert (first.status, first.scope_id) == ("running", None)
    assert [row.deadline_key for row in case._rows(tables.task)] == ["review"]
    case.complete("check", ECOLOGY, finding="属实")
    assert case.deadline("review").status == "running"
    assert [row.deadline_key for row in case._rows(tables.task) if row.status == "open"] == ["review"]
    town.at(first.due_at)
    assert case.deadline("review").status == "overdue"
    assert dict(case.waiting) == {"discuss": 1}
    case.complete("discuss", ECOLOGY, view="立案")
    assert case.deadline("review").status == "met_late"
    sound(case)


def test_a_period_that_is_kept_over_a_frame_is_met_when_the_frame_is_left(town: Town, tmp_path: Path) -> None:
    border = timer("review_over", "review", "working_days(3, now())", PERIOD, cancels=False)
    case = begin(town, tmp_path, framed(border, after='<endEvent id="told" />' + flow("review_over", "told")))
    case.complete("check", ECOLOGY, finding="属实")
    case.complete("discuss", ECOLOGY, view="立案")
    assert case.deadline("review").status == "met"
    assert case.timers() == {}
    sound(case)


def test_a_limit_of_a_frame_ends_all_that_is_open_in_it_and_keeps_what_was_said(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    border = timer("too_late", "review", "working_days(2, now())")
    body = framed(border, after=task("late", "逾期处理") + flow("too_late", "late") + flow("late", "done"))
    case = begin(town, tmp_path, body, own="sum_up late")
    case.complete("check", ECOLOGY, finding="属实")
    task_id = case.task("discuss")
    (due_at,) = case.timers().values()
    assert due_at is not None
    town.at(due_at)
    assert dict(case.waiting) == {"late": 1}
    assert case.tasks("lapsed") == {"discuss": 1}
    assert scopes(case) == {"review": True, "talk": True}
    assert case.facts()["finding"] == "属实"
    with pytest.raises(Refused, match="商议"):
        town.act(lambda engine: engine.tasks.complete(town.person(ECOLOGY), task_id, {"view": ["晚了"]}))
    case.complete("late", OFFICER, late_note="按逾期办理")
    assert case.status == "ended"
    sound(case)


def test_a_button_that_interrupts_a_frame_takes_its_place(town: Town, tmp_path: Path) -> None:
    body = framed(
        button("stop", "review", True), after=task("late", "改办") + flow("stop", "late") + flow("late", "done")
    )
    case = begin(town, tmp_path, body, own="sum_up late")
    case.complete("check", ECOLOGY, finding="属实")
    assert case.buttons(OFFICER) == {"stop": ""}
    case.press_by(OFFICER, "stop")
    assert dict(case.waiting) == {"late": 1}
    assert case.buttons(OFFICER) == {}
    sound(case)


def test_a_button_that_leaves_the_frame_open_may_begin_another_frame_twice_each_with_its_own_answers(
    town: Town, tmp_path: Path
) -> None:
    extra = sub("extra", "补充核查", within("extra", "look", "report"), task("look", "补查"), task("report", "补报"))
    asks = {**text_field("report_note"), "properties": {"default": "look_note"}}
    forms = {**FORMS, "look": [text_field("look_note")], "report": [asks]}
    after = extra + '<endEvent id="over" />' + flow("more", "extra") + flow("extra", "over")
    case = begin(town, tmp_path, framed(button("more", "review", False), after=after), "sum_up extra", forms)
    case.press_by(OFFICER, "more")
    assert case.buttons(OFFICER)["more"] != ""
    case.complete("look", OFFICER, look_note="甲")
    case.complete("report", OFFICER, report_note="甲")
    case.press_by(OFFICER, "more")
    case.complete("look", OFFICER, look_note="乙")
    assert shown(Desk(case, OFFICER).look("report").form) == ["乙"]
    case.complete("report", OFFICER, report_note="乙")
    of_the_frame = [row.scope_id for row in case._rows(tables.fact, tables.fact.c.id) if row.name == "look_note"]
    assert len(set(of_the_frame)) == 2
    assert dict(case.waiting) == {"check": 1}
    sound(case)


def test_what_is_done_last_in_a_frame_may_be_taken_back_and_the_frame_is_open_again(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    case.complete("check", ECOLOGY, finding="属实")
    case.complete("discuss", ECOLOGY, view="立案")
    assert scopes(case) == {"review": True, "talk": True}
    Desk(case, ECOLOGY).do("take_back", "discuss")
    assert dict(case.waiting) == {"discuss": 1}
    assert scopes(case) == {"review": False, "talk": False}
    assert case.facts()["view"] is None
    case.complete("discuss", ECOLOGY, view="不予立案")
    assert case.facts()["view"] == "不予立案"
    sound(case)


def test_a_step_is_sent_back_within_its_frame_and_not_out_of_it(town: Town, tmp_path: Path) -> None:
    body = [
        sub("review", "复核", within("review", "check", "discuss"), task("check", "初核"), task("discuss", "再核")),
        task("sum_up", "汇总"),
        flow("start", "review"),
        flow("review", "sum_up"),
        flow("sum_up", "done"),
    ]
    case = begin(town, tmp_path, body)
    case.complete("check", ECOLOGY, finding="属实")
    desk = Desk(case, ECOLOGY)
    assert set(desk.earlier("discuss")) == {"check"}
    desk.send_back("discuss", "check")
    assert dict(case.waiting) == {"check": 1}
    case.complete("check", ECOLOGY, finding="查清了")
    case.complete("discuss", ECOLOGY, view="同意")
    assert dict(case.waiting) == {"sum_up": 1}
    assert Desk(case, OFFICER).earlier("sum_up") == {}
    sound(case)


def test_what_ends_a_frame_at_once_ends_nothing_around_it(town: Town, tmp_path: Path) -> None:
    inner = (
        '<startEvent id="r_start" /><parallelGateway id="r_fork" />'
        + task("check", "初核") + task("discuss", "商议")
        + '<parallelGateway id="r_join" /><endEvent id="r_all"><terminateEventDefinition /></endEvent>'
        + '<exclusiveGateway id="r_which" name="够了？" default="r_which__r_join" /><endEvent id="r_end" />'
        + flow("r_start", "r_fork") + flow("r_fork", "check") + flow("r_fork", "discuss") + flow("check", "r_which")
        + flow("r_which", "r_join") + flow("r_which", "r_all", 'finding == "够了"') + flow("discuss", "r_join")
        + flow("r_join", "r_end")
    )  # fmt: skip
    body = [sub("review", "复核", inner), task("sum_up", "汇总"), flow("start", "review"), flow("review", "sum_up")]
    case = begin(town, tmp_path, [*body, flow("sum_up", "done")])
    assert dict(case.waiting) == {"check": 1, "discuss": 1}
    case.complete("check", ECOLOGY, finding="够了")
    assert dict(case.waiting) == {"sum_up": 1}
    assert case.tasks("lapsed") == {"discuss": 1}
    assert case.status == "running"
    sound(case)


def test_the_page_shows_the_frame_that_is_open_and_its_steps(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    actor = town.person(OFFICER)
    view = town.act(lambda engine: engine.instances.instance(actor, case.number))
    assert {mark["element"] for mark in view.marks.live} == {"review", "check"}
    assert [step.name for step in view.steps if step.state == "next"] == ["商议", "汇总"]
    case.complete("check", ECOLOGY, finding="属实")
    case.complete("discuss", ECOLOGY, view="立案")
    view = town.act(lambda engine: engine.instances.instance(actor, case.number))
    assert {"review", "talk", "check", "discuss"} <= set(view.marks.done)
    assert {mark["element"] for mark in view.marks.live} == {"sum_up"}


def test_a_case_is_cancelled_with_all_that_is_open_in_its_frames(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    actor = town.person(OFFICER)
    town.act(lambda engine: engine.collaboration.withdraw(actor, case.number, {"reason": ["弄错了，不再办理。"]}))
    assert case.status == "ended"
    assert case.waiting == {}
    assert scopes(case) == {"review": True}
    sound(case)


def test_a_scope_that_somebody_has_changed_does_not_fit_the_record(town: Town, tmp_path: Path) -> None:
    case = begin(town, tmp_path, framed())
    town.write(lambda tx: tx.execute(update(tables.scope).values(element_id="talk")))
    town.tampered = True
    assert len(town.verify()) == 1
    assert case.number in town.verify()[0]

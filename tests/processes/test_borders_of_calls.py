"""Events on the border of a called procedure: periods, limits and buttons, and what becomes of the case that was called."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from engine.db import tables
from tests.processes import countersign, drawings, inquiry
from tests.processes.calendars import bring
from tests.processes.drawings import OFFICER, flow, properties, task, text_field
from tests.processes.inquiry import DEPARTMENT, view
from tests.processes.test_countersign import MEMBERS
from tests.processes.test_sub_processes import button, sound, timer
from tests.processes.town import Instance, Town, at, problems

KEY = "asking"
CALL = inquiry.CALL.replace('source="department"', 'source="dept"').replace('source="inquiring_unit"', 'source="own"')
FORMS = {"sum_up": [text_field("summed")], "late": [text_field("late_note")]}
PERIOD = properties(
    deadline="advice", title="征求意见期限", rule="R1", basis="试办规定第一条", hard="true", unit="dept"
)


def begun(town: Town, folder: Path, *border: str) -> tuple[Instance, Instance]:
    """A case that asks for an opinion and sums it up, and the case that it has called."""
    inquiry.deploy(town, folder, "opinion")
    drawn = "".join(border)
    forms = {name: fields for name, fields in FORMS.items() if name == "sum_up" or f'formRef="{name}"' in drawn}
    flows = flow("start", "ask") + flow("ask", "sum_up") + flow("sum_up", "done")
    own = " ".join(["ask", *forms])
    drawings.draw(town, folder, KEY, [CALL, task("sum_up", "汇总"), *border, flows], own, forms)
    case = drawings.start(town, KEY)
    return case, called_by(case)[0]


def called_by(case: Instance) -> list[Instance]:
    instance = tables.process_instance
    numbers = select(instance.c.number).where(instance.c.origin_instance_id == case.id).order_by(instance.c.number)
    return [Instance(case.town, number) for number in case.town.read(lambda tx: tx.scalars(numbers).all())]


def log(case: Instance) -> list[tuple[str, str]]:
    return [(str(line.step), str(line.action)) for line in view(case.town, case.number).log]


LATE = task("late", "逾期处理") + flow("too_late", "late") + flow("late", "done")


def test_a_limit_of_a_call_ends_the_called_case_and_tells_its_people(town_on_each_database: Town, drawn: Path) -> None:
    town = town_on_each_database
    case, called = begun(town, drawn, timer("too_late", "ask", "working_days(2, now())"), LATE)
    (due_at,) = case.timers().values()
    assert due_at is not None

    town.at(due_at)

    assert dict(case.waiting) == {"late": 1}
    assert (called.status, called.result, called.waiting) == ("ended", "called_off", {})
    assert [record.status for record in called.deadlines()] == ["cancelled"]
    assert [(note.unit, note.text) for note in called.notices("told")] == [
        ("ecology", "办件已经结束（原办件不再等待），“出具意见”不用再办。")
    ]
    assert view(town, called.number).result_name == "原办件不再等待"
    assert (called.number, "不再等待结果") in log(case)
    case.complete("late", OFFICER, late_note="按逾期办理")
    assert (case.status, case.result) == ("ended", "done")
    assert case.facts().get("answer") is None
    assert town.verify() == problems(case) == problems(called) == []


def test_a_period_over_a_called_procedure_is_met_by_its_answer(town: Town, drawn: Path) -> None:
    border = timer("over", "ask", "working_days(2, now())", PERIOD, cancels=False)
    case, called = begun(town, drawn, border, '<endEvent id="told" />' + flow("over", "told"))
    assert case.deadline("advice").status == "running"

    called.complete("give_opinion", DEPARTMENT, opinion="属于危险废物")

    assert case.deadline("advice").status == "met"
    assert (case.timers(), dict(case.waiting)) == ({}, {"sum_up": 1})
    sound(case)


def test_a_period_over_a_called_procedure_runs_out_and_the_case_waits_on(town: Town, drawn: Path) -> None:
    border = timer("over", "ask", "working_days(2, now())", PERIOD, cancels=False)
    case, called = begun(town, drawn, border, '<endEvent id="told" />' + flow("over", "told"))

    town.at(case.deadline("advice").due_at)

    assert case.deadline("advice").status == "overdue"
    assert (case.waiting, called.status) == ({}, "running")
    called.complete("give_opinion", DEPARTMENT, opinion="属于危险废物")
    assert case.deadline("advice").status == "met_late"
    sound(case)


def test_a_button_that_interrupts_a_call_takes_its_place(town: Town, drawn: Path) -> None:
    late = LATE.replace("too_late", "stop")
    case, called = begun(town, drawn, button("stop", "ask", True), late)
    assert case.buttons(OFFICER) == {"stop": ""}

    case.press_by(OFFICER, "stop")

    assert dict(case.waiting) == {"late": 1}
    assert (called.status, called.result) == ("ended", "called_off")
    assert case.buttons(OFFICER) == {}
    sound(case)


def test_a_button_that_leaves_the_call_open_begins_its_branch_beside_it(town: Town, drawn: Path) -> None:
    after = task("late", "说明情况") + '<endEvent id="noted" />' + flow("more", "late") + flow("late", "noted")
    case, called = begun(town, drawn, button("more", "ask", False), after)

    case.press_by(OFFICER, "more")

    assert (dict(case.waiting), called.status) == ({"late": 1}, "running")
    called.complete("give_opinion", DEPARTMENT, opinion="属于危险废物")
    assert dict(case.waiting) == {"late": 1, "sum_up": 1}
    sound(case)


def test_a_limit_of_calls_of_several_units_ends_those_that_are_silent(town: Town, drawn: Path) -> None:
    inquiry.deploy(town, drawn, "opinion")
    called = inquiry.CALL.replace('source="department"', 'source="member"').replace("inquiring_unit", "own_unit")
    collected = properties(**{"collect:opinions": "answer"}).removeprefix("<extensionElements>")
    asked_so = called.replace("</extensionElements>", f"{collected}{countersign.several('')}")
    case = countersign.begin(town, drawn, [asked_so, countersign.limit("ask")], ["ecology", "market"])
    of = {one.asked("give_opinion")[0]: one for one in called_by(case)}
    of["market"].complete("give_opinion", MEMBERS["market"], opinion="agree")
    (due_at,) = case.timers().values()
    assert due_at is not None

    town.at(due_at)

    assert (of["market"].result, of["ecology"].result) == ("given", "called_off")
    assert case.facts()["opinions"] == ["agree"]
    assert dict(case.waiting) == {"conclude": 1}
    sound(case)


def test_the_now_of_a_limit_on_a_call_is_when_the_call_was_made(town: Town, drawn: Path) -> None:
    """Another calendar comes into force while the call is open: the limit is counted anew from the same instant."""
    case, _called = begun(town, drawn, timer("too_late", "ask", "working_days(3, now())"), LATE)
    assert case.timers() == {"too_late": at("2026-10-11T00:00")}
    town.at("2026-10-09T11:00")
    bring(town, 2026, ("2026-10-10", True, "台风停工"))

    town.tick()

    assert case.timers() == {"too_late": at("2026-10-13T00:00")}

"""What begins by an event while a scope is open: beside its steps, or in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.db import tables
from tests.processes import drawings, inquiry, tellings
from tests.processes.drawings import OFFICER, flow, lane, properties, task, text_field
from tests.processes.test_borders_of_calls import CALL, called_by
from tests.processes.test_calls import notes
from tests.processes.test_failures import DEFINED, throw
from tests.processes.test_handling import Desk
from tests.processes.test_sub_processes import ECOLOGY, scopes, sound, sub
from tests.processes.town import Instance, Town, problems

KEY = "watched"
FORMS = {name: [text_field(f"{name}_note")] for name in ("check", "look", "late", "sum_up")}
PERIOD = properties(deadline="whole", title="办理总期限", rule="R1", basis="试办规定第一条", hard="true", unit="dept")
TIMES = {"timeDate": "working_days(2, now())", "timeCycle": "P1D"}


def handler(event: str, interrupts: bool = True, steps: str = "", name: str = "late", more: str = "") -> str:
    """An event sub-process with one step: `event` is what its start event holds."""
    how = f'isInterrupting="{str(interrupts).lower()}"'
    start = f'<startEvent id="on_{name}" name="情况" {how}>{more}{event}</startEvent>'
    way = flow(f"on_{name}", name) + flow(name, f"{name}_over") + f'<endEvent id="{name}_over" />'
    inner = start + (steps or task(name, "另行处理")) + way
    return f'<subProcess id="handle_{name}" name="应急" triggeredByEvent="true">{inner}</subProcess>'


def timed(kind: str = "timeDate") -> str:
    return f"<timerEventDefinition><{kind}>{TIMES[kind]}</{kind}></timerEventDefinition>"


CAUGHT = "<errorEventDefinition />"
RAISED = '<escalationEventDefinition escalationRef="urgent" />'
PRESSED = "<messageEventDefinition />"
PRESSER = properties(unit="own", role="case_officer")


def begun(town: Town, folder: Path, in_the_frame: str = "", in_the_case: str = "", thrown: str = "") -> Instance:
    """复核 holds 初核 and 再核, between which something may be thrown; 汇总 follows."""
    middle = thrown or '<intermediateThrowEvent id="thrown" />'
    way = '<exclusiveGateway id="how" name="上报？" default="how__look" />' + flow("check", "how")
    onward = (
        flow("how", "thrown", 'check_note == "throw"') + flow("how", "look") + flow("look", "out")
        if thrown.startswith("<endEvent")
        else flow("how", "thrown", 'check_note == "throw"') + flow("how", "look") + flow("thrown", "rest")
        + flow("look", "out") + '<endEvent id="rest" />'
    )  # fmt: skip
    inner = (
        '<startEvent id="in" /><endEvent id="out" />' + task("check", "初核") + task("look", "再核") + middle + way
        + flow("in", "check") + onward + in_the_frame
    )  # fmt: skip
    drawn = in_the_frame + in_the_case
    body = [
        sub("frame", "复核", inner),
        task("sum_up", "汇总"),
        in_the_case,
        flow("start", "frame") + flow("frame", "sum_up") + flow("sum_up", "done"),
    ]
    forms = {name: form for name, form in FORMS.items() if name != "late" or 'formRef="late"' in drawn}
    own = "sum_up" + (" handle_late" if in_the_case else "")
    drawings.draw(town, folder, KEY, body, own, forms, lane("l_dept", "dept", "case_officer", "frame"), before=DEFINED)
    return drawings.start(town, KEY)


def test_a_timer_ends_what_is_open_in_its_scope_and_goes_on_in_its_place(
    town_on_each_database: Town, tmp_path: Path
) -> None:
    town = town_on_each_database
    case = begun(town, tmp_path, handler(timed()))
    assert scopes(case) == {"frame": False}
    (due_at,) = case.timers().values()
    assert due_at is not None

    town.at(due_at)

    assert dict(case.waiting) == {"late": 1}
    assert case.tasks("lapsed") == {"check": 1}
    assert scopes(case) == {"frame": False, "handle_late": False}
    case.complete("late", ECOLOGY, late_note="已处理")
    assert dict(case.waiting) == {"sum_up": 1}
    assert scopes(case) == {"frame": True, "handle_late": True}
    case.complete("sum_up", OFFICER, sum_up_note="完")
    assert case.result == "done"
    assert town.verify() == problems(case) == []


def test_a_timer_beside_the_steps_leaves_them_open_and_the_scope_waits_for_both(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(timed(), interrupts=False))
    (due_at,) = case.timers().values()
    assert due_at is not None

    town.at(due_at)

    assert dict(case.waiting) == {"check": 1, "late": 1}
    assert case.timers() == {}
    case.complete("check", ECOLOGY, check_note="查")
    case.complete("look", ECOLOGY, look_note="核")
    assert dict(case.waiting) == {"late": 1}
    case.complete("late", ECOLOGY, late_note="已处理")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_what_has_not_happened_when_its_scope_is_over_is_waited_for_no_longer(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(timed()))
    case.complete("check", ECOLOGY, check_note="查")
    case.complete("look", ECOLOGY, look_note="核")
    assert (case.timers(), dict(case.waiting)) == ({}, {"sum_up": 1})
    sound(case)


def test_a_cycle_asks_again_only_when_nobody_is_asked(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(timed("timeCycle"), interrupts=False))
    town.later(days=1)
    assert dict(case.waiting) == {"check": 1, "late": 1}
    town.later(days=1)
    assert dict(case.waiting) == {"check": 1, "late": 1}
    case.complete("late", ECOLOGY, late_note="一")
    town.later(days=1)
    assert dict(case.waiting) == {"check": 1, "late": 1}
    assert list(case.timers()) == ["on_late"]
    sound(case)


def test_an_error_is_caught_by_an_event_sub_process_of_the_scope(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(CAUGHT), thrown=throw("thrown", "error"))

    case.complete("check", ECOLOGY, check_note="throw")

    assert dict(case.waiting) == {"late": 1}
    assert case.told("thrown") == [{"what": "thrown", "kind": "error", "element": "thrown", "code": "refused"}]
    case.complete("late", ECOLOGY, late_note="已处理")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_an_error_is_caught_by_an_event_sub_process_of_the_case(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, in_the_case=handler(CAUGHT), thrown=throw("thrown", "error"))

    case.complete("check", ECOLOGY, check_note="throw")

    assert dict(case.waiting) == {"late": 1}
    assert scopes(case) == {"frame": True, "handle_late": False}
    case.complete("late", OFFICER, late_note="已处理")
    assert case.status == "ended"
    sound(case)


@pytest.mark.parametrize("interrupts", [False, True])
def test_an_escalation_begins_an_event_sub_process(town: Town, tmp_path: Path, interrupts: bool) -> None:
    raised = throw("thrown", "escalation", "intermediateThrowEvent")
    case = begun(town, tmp_path, handler(RAISED, interrupts), thrown=raised)

    case.complete("check", ECOLOGY, check_note="throw")

    assert dict(case.waiting) == {"late": 1}
    case.complete("late", ECOLOGY, late_note="已处理")
    assert dict(case.waiting) == {"sum_up": 1}
    sound(case)


def test_a_button_of_the_case_begins_its_sub_process_again_and_again(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, in_the_case=handler(PRESSED, interrupts=False, more=PRESSER))
    assert case.buttons(OFFICER) == {"on_late": ""}

    case.press_by(OFFICER, "on_late")

    assert dict(case.waiting) == {"check": 1, "late": 1}
    assert case.buttons(OFFICER)["on_late"] != ""
    case.complete("late", OFFICER, late_note="一")
    assert case.buttons(OFFICER) == {"on_late": ""}
    case.press_by(OFFICER, "on_late")
    assert dict(case.waiting) == {"check": 1, "late": 1}
    sound(case)


def test_a_button_that_interrupts_the_case_is_its_end_unless_something_follows(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, in_the_case=handler(PRESSED, more=PRESSER))
    case.press_by(OFFICER, "on_late")
    assert dict(case.waiting) == {"late": 1}
    assert case.tasks("lapsed") == {"check": 1}
    case.complete("late", OFFICER, late_note="撤回")
    assert case.status == "ended"
    assert case.town.verify() == problems(case) == []


def test_a_period_over_the_whole_case_is_met_by_its_end(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, in_the_case=handler(timed(), interrupts=False, more=PERIOD))
    assert case.deadline("whole").status == "running"
    assert {row.deadline_key for row in case._rows(tables.task)} == {"whole"}
    case.complete("check", ECOLOGY, check_note="查")
    case.complete("look", ECOLOGY, look_note="核")
    case.complete("sum_up", OFFICER, sum_up_note="完")
    assert (case.result, case.deadline("whole").status) == ("done", "met")
    assert case.town.verify() == problems(case) == []


def test_a_period_over_the_whole_case_runs_out_and_is_met_late(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, in_the_case=handler(timed(), interrupts=False, more=PERIOD))
    town.at(case.deadline("whole").due_at)
    assert case.deadline("whole").status == "overdue"
    assert dict(case.waiting) == {"check": 1, "late": 1}
    case.complete("late", OFFICER, late_note="催办")
    case.complete("check", ECOLOGY, check_note="查")
    assert case.deadline("whole").status == "overdue"
    case.complete("look", ECOLOGY, look_note="核")
    case.complete("sum_up", OFFICER, sum_up_note="完")
    assert case.deadline("whole").status == "met_late"
    assert case.town.verify() == problems(case) == []


def test_a_period_over_a_frame_is_met_when_the_frame_is_left(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(timed(), interrupts=False, more=PERIOD))
    (record,) = case.deadlines()
    assert (record.name_drawn, record.status) == ("whole", "running")
    case.complete("check", ECOLOGY, check_note="查")
    case.complete("look", ECOLOGY, look_note="核")
    (record,) = case.deadlines()
    assert (record.status, dict(case.waiting)) == ("met", {"sum_up": 1})
    sound(case)


def test_an_interrupting_event_of_the_case_ends_what_was_called(town: Town, drawn: Path) -> None:
    inquiry.deploy(town, drawn, "opinion")
    own = handler(PRESSED, more=PRESSER)
    flows = flow("start", "ask") + flow("ask", "sum_up") + flow("sum_up", "done")
    forms = {name: FORMS[name] for name in ("sum_up", "late")}
    drawings.draw(town, drawn, KEY, [CALL, task("sum_up", "汇总"), own, flows], "ask sum_up handle_late", forms)
    case = drawings.start(town, KEY)
    (called,) = called_by(case)

    case.press_by(OFFICER, "on_late")

    assert (called.status, called.result) == ("ended", "called_off")
    assert notes(town, called.number, "told") != []
    assert dict(case.waiting) == {"late": 1}
    sound(case)


def test_the_answer_that_began_it_may_be_taken_back(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(CAUGHT), thrown=throw("thrown", "error"))
    case.complete("check", ECOLOGY, check_note="throw")
    Desk(case, ECOLOGY).do("take_back", "check")
    assert dict(case.waiting) == {"check": 1}
    assert scopes(case) == {"frame": False, "handle_late": True}
    case.complete("check", ECOLOGY, check_note="查")
    assert dict(case.waiting) == {"look": 1}
    sound(case)


def test_the_page_shows_what_is_open_in_it(town: Town, tmp_path: Path) -> None:
    case = begun(town, tmp_path, handler(CAUGHT), thrown=throw("thrown", "error"))
    case.complete("check", ECOLOGY, check_note="throw")
    view = town.act(lambda engine: engine.instances.instance(town.person(OFFICER), case.number))
    assert {"handle_late", "late"} <= {mark["element"] for mark in view.marks.live}
    assert [str(step.name) for step in view.steps if step.state == "next"] == ["汇总"]


@pytest.mark.parametrize("heard", ["message", "signal"])
def test_what_another_case_tells_begins_an_event_sub_process(town: Town, tmp_path: Path, heard: str) -> None:
    definition = tellings.message() if heard == "message" else tellings.SIGNAL
    own = properties(awaits="message") if heard == "message" else ""
    after = (
        task("after", "接着办") + flow("on_hear", "after") + flow("after", "hear_over") + '<endEvent id="hear_over" />'
    )
    start = f'<startEvent id="on_hear" name="听到">{own}{definition}</startEvent>'
    handled = f'<subProcess id="handle" name="应对" triggeredByEvent="true">{start}{after}</subProcess>'
    body = [task("beside", "旁边的事"), handled, flow("start", "beside") + flow("beside", "done")]
    tellings.draw(town, tmp_path, "listens", body, "beside handle")
    tellings.draw(town, tmp_path, "tells", tellings.throws(definition, **({"correlation": "partner"} if own else {})))
    listener, teller = tellings.start(town, "listens"), tellings.start(town, "tells")
    assert tellings.waiting_for(town) == ["on_hear"]

    teller.complete("work", OFFICER, said_work="完", partner=listener.number)
    town.tick()

    assert dict(listener.waiting) == {"after": 1}
    assert listener.tasks("lapsed") == {"beside": 1}
    assert tellings.waiting_for(town) == []
    sound(listener)

"""Not asking after all (不再提出): a button that was pressed by mistake leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import AlreadyDone, NotAllowed, Refused
from tests.processes.dispute import raise_dispute
from tests.processes.test_handling import Desk, at_once, sound
from tests.processes.town import MORNING, Case, Instance, Town, sent

OFFICER, COLLEAGUE, LEADER = "shenhe.qh", "miaoqing.qh", "luyuan.qh"


def pressed(town: Town, button: str = "act_extend") -> Case:
    case = town.refer(at=MORNING)
    case.press(button)
    return case


def standing(case: Instance) -> Any:
    """How the instance stands, but for its history."""
    return case.waiting, case.timers(), [(found.key, found.status, found.due_at) for found in case.deadlines()]


@pytest.mark.parametrize(
    ("button", "task"),
    [("act_extend", "request_extension"), ("act_urgent", "describe_urgency"), ("act_withdraw", "describe_withdrawal")],
)
def test_what_a_button_opened_is_gone_and_can_be_asked_again(town: Town, button: str, task: str) -> None:
    case = town.refer(at=MORNING)
    if button == "act_withdraw":
        case.deliver()
    before = standing(case)
    case.press(button)
    assert case.waiting[task] == 1

    Desk(case, OFFICER).do("drop", task)

    assert standing(case) == before
    assert case.buttons(OFFICER)[button] == ""
    case.press(button)
    assert case.waiting[task] == 1


def test_the_case_goes_on_to_its_end(town: Town) -> None:
    case = pressed(town)
    Desk(case, OFFICER).do("drop", "request_extension")

    case.deliver().accept().file().handle().report()

    assert case.status == "ended"
    assert case.incident() == ""


def test_the_record_says_that_it_was_not_asked_and_nobody_is_troubled(town: Town) -> None:
    case = pressed(town)

    Desk(case, OFFICER).do("drop", "request_extension")

    actor = town.person(OFFICER)
    view = town.act(lambda engine: engine.instances.instance(actor, case.number))
    said = [(line.step, line.action) for line in view.log]
    assert ("申请延长移送期限", "不再提出") in said
    assert ("申请延长移送期限", "失效") not in said
    assert [step.outcome for step in view.steps if step.name == "申请延长移送期限"] == ["不再提出"]
    assert case.notices("told") == []


def test_a_step_of_the_case_itself_is_not_dropped(town: Town) -> None:
    case = town.refer(at=MORNING)

    assert "drop" not in Desk(case, OFFICER).look("prepare_materials").handling.may
    with pytest.raises(Refused, match="不是用操作按钮提出的"):
        Desk(case, OFFICER).do("drop", "prepare_materials")


def test_what_waits_for_an_answer_is_not_dropped_by_who_has_to_give_it(town: Town) -> None:
    case = town.refer(at=MORNING).ask_extension("2026-10-16")

    assert "drop" not in Desk(case, LEADER).look("approve_extension").handling.may
    with pytest.raises(Refused):
        Desk(case, LEADER).do("drop", "approve_extension")


def test_only_who_has_the_task_drops_it(town: Town) -> None:
    case = pressed(town)

    assert Desk(case, OFFICER).look("request_extension").handling.may["drop"] == ""
    assert "drop" not in Desk(case, COLLEAGUE).look("request_extension").handling.may
    with pytest.raises(NotAllowed):
        Desk(case, COLLEAGUE).do("drop", "request_extension")


def test_what_is_dropped_cannot_be_handed_in_any_more(town: Town) -> None:
    case = pressed(town)
    task_id = case.task("request_extension")
    Desk(case, OFFICER).do("drop", "request_extension")

    actor = town.person(OFFICER)
    with pytest.raises(Refused, match="不再提出"):
        town.act(lambda engine: engine.tasks.complete(actor, task_id, {}))
    with pytest.raises(Refused, match="不再提出"):
        Desk(case, OFFICER).do("drop", "request_extension")


def test_a_party_that_raised_the_urgency_of_a_dispute_drops_it(town: Town) -> None:
    dispute = raise_dispute(town)
    dispute.press_by(OFFICER, "act_urgent")

    Desk(dispute, OFFICER).do("drop", "describe_urgency")

    assert dispute.waiting["describe_urgency"] == 0
    assert dispute.buttons(OFFICER)["act_urgent"] == ""


def test_of_dropping_and_handing_in_at_once_exactly_one_wins(town_on_each_database: Town) -> None:
    town = town_on_each_database
    case = pressed(town)
    actor, task_id = town.person(OFFICER), case.task("request_extension")
    answers = sent(
        {
            "extension_until": "2026-10-16",
            "extension_ground": "verification",
            "extension_reason": "需要进一步调查核实。",
        }
    )
    one, two = town.another_engine(), town.another_engine()

    outcomes = at_once(lambda: one.handling.drop(actor, task_id), lambda: two.tasks.complete(actor, task_id, answers))

    assert [outcome is None for outcome in outcomes].count(True) == 1, outcomes
    assert all(outcome is None or isinstance(outcome, Refused | AlreadyDone) for outcome in outcomes)
    assert case.waiting["request_extension"] == 0
    assert case.waiting["approve_extension"] == (1 if outcomes[1] is None else 0)
    assert sound(case)

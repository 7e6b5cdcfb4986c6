"""A request for assistance that turns out to be urgent (C6, A28), is asked of another department, or is consulted about."""

from __future__ import annotations

import pytest

from engine.errors import InvalidValues, Refused
from tests.processes.assistance import Assistance, ask
from tests.processes.test_instance_work import correct, decide, propose
from tests.processes.town import MORNING, Paper, Town, at

LETTER = Paper("D08", "qinghe", "ecology", copy=False)


def asked(town: Town) -> Assistance:
    return ask(town, at="2026-10-09T09:00")


# --- C6: urgency raised later ---


def test_c6_urgency_raised_later_sends_staff_and_the_department_is_told_in_writing(town: Town) -> None:
    case = asked(town)
    town.at("2026-10-09T14:00")

    case.raise_urgency(None)
    assert case.asked("confirm_urgency") == ("qinghe", {"deputy_leader", "principal_leader"})
    assert "dispatch_raised" not in case.waiting
    town.at("2026-10-09T15:00")
    case.answer_urgency()

    assert case.facts()["is_urgent"] is True
    assert case.facts()["urgent_reason"] == "暴雨将至，废水随时可能入河。"
    assert case.documents() == [LETTER, LETTER]
    assert case.asked("dispatch_raised") == ("ecology", {"liaison"})
    assert case.deadline("onsite_ack").due_at == at("2026-10-09T17:00"), "two hours from when it was told"
    case.dispatch_raised()
    assert case.deadline("onsite").due_at == at("2026-10-10T14:00"), "24 hours from when it was raised"
    assert case.deadline("onsite").hard is False


def test_c6_the_written_opinion_keeps_its_period(town: Town) -> None:
    """R23 adds to R22: as for a request that was urgent from the beginning."""
    case = asked(town)
    before = case.deadline("opinion").due_at

    case.raise_urgency()

    assert case.deadline("opinion").due_at == before
    case.ask_extension("2026-10-15").answer_extension()
    assert case.deadline("opinion").extended


def test_c6_what_the_leader_does_not_confirm_within_four_hours_lapses(town: Town) -> None:
    case = asked(town).raise_urgency(None)

    town.at("2026-10-09T13:00")

    assert case.tasks("lapsed") == {"confirm_urgency": 1}
    assert not case.facts().get("is_urgent")
    assert "失效" in case.notices("told")[-1].text
    assert case.buttons(case.asking.officer)["act_urgent"] == ""


def test_c6_a_leader_who_does_not_confirm_leaves_everything_as_it_is(town: Town) -> None:
    case = asked(town).raise_urgency("refuse")

    assert case.documents() == [LETTER]
    assert case.waiting == {"assign_request": 1}
    assert not case.facts().get("is_urgent")


def test_c6_urgency_raised_before_the_request_is_sent_is_said_in_the_request(town: Town) -> None:
    case = ask(town, at=MORNING, delivered=False).raise_urgency()
    assert case.documents() == []

    case.prepare().approve()

    assert case.documents() == [LETTER]
    assert case.waiting == {"assign_request": 1, "dispatch_onsite": 1}


def test_c6_staff_who_are_on_their_way_are_not_sent_twice(town: Town) -> None:
    case = ask(town, at=MORNING, evidence_at_risk=True).dispatch()

    case.raise_urgency()

    assert case.waiting == {"assign_request": 1, "report_onsite": 1}
    assert case.documents() == [LETTER, LETTER]


def test_c6_a_request_that_has_become_urgent_does_not_end_before_somebody_has_been_there(town: Town) -> None:
    case = asked(town).raise_urgency().answer()

    with pytest.raises(InvalidValues) as refused:
        case.confirm()
    assert "现场处置还没有办完" in refused.value.problems["confirmation_outcome"]
    case.dispatch_raised()
    with pytest.raises(InvalidValues):
        case.consult("agreed")
    case.act_on_raised()

    assert case.documents()[-1] == Paper("D23", "ecology", "qinghe", copy=True)
    case.record_consultation("agreed")
    assert case.result == "answered"


def test_c6_an_urgent_request_or_an_answered_one_is_not_raised(town: Town) -> None:
    assert "已经是紧急件" in ask(town, at=MORNING, is_urgent=True).buttons("shenhe.qh")["act_urgent"]
    waiting = asked(town).raise_urgency(None)

    answered = asked(town).answer()
    assert "已经书面答复" in answered.buttons("shenhe.qh")["act_urgent"]

    waiting.answer()

    with pytest.raises(InvalidValues) as refused:
        waiting.answer_urgency()
    assert "已经书面答复" in refused.value.problems["urgency_outcome"]


def test_c6_one_proposal_is_decided_before_the_next(town: Town) -> None:
    case = asked(town).raise_urgency(None)

    assert "正在办理中" in case.buttons(case.asking.officer)["act_urgent"]
    with pytest.raises(Refused):
        case.press("act_urgent", case.asking.officer)


def test_a28_the_department_may_contest_the_urgency_once_and_it_moves_nothing(town: Town) -> None:
    case = ask(town, at=MORNING)
    assert "不是紧急件" in case.buttons(case.assisting.officer)["act_contest"]
    case.raise_urgency()

    case.contest_urgency()

    assert case.facts()["is_urgent"] is True
    assert case.waiting == {"assign_request": 1, "dispatch_raised": 1}
    assert {note.unit for note in case.notices("told")} == {"qinghe"}
    assert "已经记录过" in case.buttons(case.assisting.officer)["act_contest"]


# --- another department ---


def test_who_agrees_to_a_refusal_may_ask_another_department_at_once(town: Town) -> None:
    case = ask(town, at=MORNING, is_urgent=True, party_name="顺禾再生资源站").decline().answer_refusal("refuse")

    case.reply_to_refusal("agree", "housing")

    assert case.result == "refused_agreed"
    other = case.begun()
    said, before = other.facts(), case.facts()
    assert said["assisting_unit"] == "housing"
    handed = ("requesting_unit", "matter_code", "request_kinds", "questions", "request_facts", "party_name")
    assert [said[name] for name in handed] == [before[name] for name in handed]
    assert (said["is_urgent"], said["urgent_reason"]) == (True, before["urgent_reason"])
    assert other.asked("prepare_request") == ("qinghe", {"case_officer"})
    assert other.documents() == [], "its own leader signs it first"
    other.prepare().approve().answer()
    assert other.documents()[0] == Paper("D08", "qinghe", "housing", copy=False)


def test_who_does_not_know_yet_whom_to_ask_asks_nobody(town: Town) -> None:
    case = ask(town, at=MORNING).decline().answer_refusal("refuse").reply_to_refusal("agree")

    assert case.result == "refused_agreed"
    with pytest.raises(Exception, match="No row"):
        case.begun()


def test_two_departments_are_two_requests_with_a_period_each(town: Town) -> None:
    one = asked(town)
    town.at("2026-10-12T09:00")
    other = ask(town, of="housing")

    one.answer().confirm()

    assert one.result == "answered"
    assert other.status == "running"
    assert other.deadline("opinion").due_at == at("2026-10-16T00:00")
    assert one.facts()["assisting_unit"] != other.facts()["assisting_unit"]


# --- contested: consulted about first (the consultation itself is recorded, its procedure is not there yet) ---


def test_a_consultation_that_agrees_ends_the_request(town: Town) -> None:
    case = ask(town, at=MORNING).answer().consult("agreed")

    assert case.result == "answered"
    assert case.facts()["consultation_number"] == "会商纪要〔2026〕3 号"


def test_a_consultation_in_vain_is_followed_by_the_dispute(town: Town) -> None:
    case = ask(town, at=MORNING).answer().consult("not_agreed")

    assert case.waiting == {}
    assert case.facts()["confirmation_outcome"] == "contested"


def test_how_a_contested_opinion_is_to_be_settled_is_said(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING).answer()

    with pytest.raises(InvalidValues) as refused:
        case.complete(
            "confirm_opinion",
            case.asking.officer,
            confirmation_outcome="contested",
            confirmation_opinion="结论与现场情况不符。",
        )

    assert list(refused.value.problems) == ["contest_route"]


# --- ends ---


def test_an_opinion_that_came_late_ends_late_also_when_the_worker_slept(town: Town) -> None:
    case = asked(town).assign().study()
    town.asleep_until(case.deadline("opinion").due_at)

    case.sign().confirm()

    assert case.result == "answered_late"


# --- corrections (C12) ---


def test_c12_the_times_of_the_visit_and_what_the_request_says_may_be_corrected(town: Town) -> None:
    case = asked(town)
    correct(case, "location", "青河镇河湾村三组 2 号院")
    assert case.facts()["location"] == "青河镇河湾村三组 2 号院"

    town.later(minutes=30)
    case.raise_urgency().dispatch_raised()
    proposal = propose(case, "dispatched_at", "2026-10-09T09:10:00", by=case.assisting.officer)
    assert decide(case, proposal, by=case.assisting.leader)

    assert case.facts()["dispatched_at"] == at("2026-10-09T09:10")
    with pytest.raises(InvalidValues):
        propose(case, "dispatched_at", "2026-10-09T08:00:00", by=case.assisting.officer)

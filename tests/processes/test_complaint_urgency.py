"""A complaint that turns out to be urgent (C6); a petition that is not the unit's own; who approves a management transfer."""

from __future__ import annotations

import pytest

from engine.clock import local
from engine.errors import InvalidValues, NotFound
from engine.organisation import city
from tests.processes.complaint import CONTACT, INFORMANT, REMEDY, Complaint, receive, switch_on
from tests.processes.test_first_responder_paths import checking, forwarded, registered
from tests.processes.test_instance_work import correct, propose
from tests.processes.town import MORNING, Paper, Town, at


def due(complaint: Complaint, key: str) -> str:
    return f"{local(complaint.deadline(key).due_at):%Y-%m-%dT%H:%M}"


# --- C6: urgency raised later ---


def test_c6_a_complaint_raised_to_urgent_is_checked_within_24_hours_of_that(town: Town) -> None:
    complaint = checking(town)
    town.at("2026-09-30T14:00")

    complaint.raise_urgency(None)
    assert complaint.asked("confirm_urgency") == ("qinghe", {"deputy_leader", "principal_leader"})
    town.at("2026-09-30T15:00")
    complaint.answer_urgency()

    assert due(complaint, "prelim") == "2026-10-01T14:00"
    assert complaint.deadline("prelim").hard is False
    assert complaint.facts()["is_urgent"] is True


def test_c6_a_check_that_ends_sooner_anyway_keeps_its_end(town: Town) -> None:
    complaint = checking(town)
    town.at("2026-10-13T10:00")

    complaint.raise_urgency()

    assert due(complaint, "prelim") == "2026-10-14T00:00"


def test_c6_a_complaint_that_is_urgent_from_the_beginning_is_checked_as_quickly(town: Town) -> None:
    assert due(checking(town, is_urgent=True), "prelim") == "2026-10-01T09:30"


def test_c6_what_is_urgent_here_is_referred_as_urgent(town: Town) -> None:
    """R57: the referral has 24 hours from the conclusion; the reason goes with it."""
    complaint = checking(town).raise_urgency()
    town.at("2026-10-01T08:00")

    complaint.check("to_refer_violation")

    referral = complaint.referral()
    assert (referral.facts()["is_urgent"], referral.facts()["urgent_reason"]) == (True, "污水正流向取水口。")
    assert local(referral.deadline("referral").due_at) == local(at("2026-10-02T08:00"))


def test_c6_what_is_not_confirmed_within_four_hours_lapses(town: Town) -> None:
    complaint = checking(town).raise_urgency(None)
    before = complaint.deadline("prelim").due_at

    town.at("2026-09-30T13:30")

    assert complaint.waiting == {"check_complaint": 1}
    assert complaint.deadline("prelim").due_at == before
    assert not complaint.facts().get("is_urgent")
    assert complaint.buttons("shenhe.qh")["act_urgent"] == ""


def test_c6_the_other_side_is_told_while_it_is_asked_for_consent(town: Town) -> None:
    complaint = registered(town).ask_consent().raise_urgency()

    told = complaint.notices("told")
    assert {note.unit for note in told} == {"ecology"}
    assert {role for note in told for role in note.roles} == {"principal_leader", "deputy_leader", "liaison"}
    assert complaint.waiting == {"answer_consent": 1}


def test_c6_who_was_silent_is_not_asked_to_answer_any_more(town: Town) -> None:
    complaint = registered(town).ask_consent()
    town.at("2026-10-09T09:00")

    complaint.raise_urgency()

    assert complaint.notices("told") == []


@pytest.mark.parametrize("when", ["2026-09-30T14:00", "2026-10-14T09:00"], ids=["in time", "after its recommended end"])
def test_c6_the_supervision_bureau_is_told_while_it_coordinates(town: Town, when: str) -> None:
    """R62: it decides who is responsible, and has to know that the violation does not wait."""
    complaint = registered(town).dispute()
    before = len(complaint.notices("told"))
    town.at(when)

    complaint.raise_urgency()

    told = complaint.notices("told")[before:]
    assert [(note.unit, note.roles) for note in told] == [("supervision_bureau", {"case_officer"})]


def test_c6_what_is_checked_already_is_raised_in_the_referral(town: Town) -> None:
    complaint = checking(town).check("to_refer_violation")

    assert "在案件移送里升级" in complaint.buttons("shenhe.qh")["act_urgent"]
    assert complaint.referral().buttons("shenhe.qh")["act_urgent"] == ""


def test_the_reason_of_an_urgency_does_not_name_the_informant(plain_town: Town) -> None:
    complaint = checking(plain_town)
    complaint.press_by("shenhe.qh", "act_urgent")

    with pytest.raises(InvalidValues) as refused:
        complaint.complete("describe_urgency", "shenhe.qh", urgency_reason=f"{INFORMANT}来电，{CONTACT}。")

    assert list(refused.value.problems) == ["urgency_reason"]


# --- a petition that was forwarded and is not the unit's own (信访工作条例, article 23) ---


def test_a_forwarded_petition_that_is_not_ones_own_is_objected_to_in_writing(town: Town) -> None:
    complaint = forwarded(town).object()
    assert complaint.asked("approve_objection") == ("qinghe", {"deputy_leader", "principal_leader"})
    period = complaint.deadline("petition_objection")
    assert (period.hard, due(complaint, "petition_objection")) == (True, "2026-10-16T00:00")

    complaint.approve_objection()
    assert complaint.documents()[-1] == Paper("D41", "qinghe", "qinghe", copy=False)
    assert complaint.waiting == {"judge_competence": 1, "record_objection": 1}, "the work goes on meanwhile"
    complaint.record_objection("returned")

    assert complaint.result == "returned_to_petition_office"
    assert complaint.deadline("petition_objection").status == "met"


def test_an_objection_is_raised_within_five_working_days_or_not_at_all(town: Town) -> None:
    complaint = forwarded(town)
    town.at("2026-10-15T23:59:59")
    assert complaint.buttons("shenhe.qh")["act_object"] == ""
    complaint.object()

    town.at("2026-10-16T00:00")

    assert complaint.waiting == {"judge_competence": 1}
    assert "D41" not in {paper.code for paper in complaint.documents()}
    assert "已经超过" in complaint.buttons("shenhe.qh")["act_object"]


def test_only_what_was_forwarded_is_objected_to_and_once(town: Town) -> None:
    assert "转送、交办" in forwarded(town, channel="letter").buttons("shenhe.qh")["act_object"]

    complaint = forwarded(town).object().approve_objection().record_objection("kept")

    assert "已经提出过一次" in complaint.buttons("shenhe.qh")["act_object"]
    assert complaint.status == "running"


def test_without_the_city_s_petition_rules_there_is_no_objection(plain_town: Town) -> None:
    complaint = checking(plain_town, complaint_kind="petition", channel="petition_office")

    assert "act_object" not in complaint.buttons("shenhe.qh")


def test_a_petition_s_answer_says_how_to_ask_for_review(town: Town) -> None:
    """信访工作条例, article 35: within 30 days, of the next higher body; without the city's rule it may be left out."""
    complaint = forwarded(town).judge().check("no_violation")
    given = {"direct_reply_text": "经核实未发现违法行为。", "direct_reply_method": "letter"}

    with pytest.raises(InvalidValues) as refused:
        complaint.complete("reply_directly", "shenhe.qh", **given)
    assert list(refused.value.problems) == ["direct_reply_remedy"]
    complaint.complete("reply_directly", "shenhe.qh", **given, direct_reply_remedy=REMEDY)

    other = checking(town).check("no_violation")
    other.complete("reply_directly", "shenhe.qh", **given)
    assert other.waiting == {"sign_direct": 1}


@pytest.mark.parametrize("matter", ["M001", "M002"])
def test_a_petition_that_is_decided_or_under_review_goes_by_the_rule_of_its_channel(
    plain_town: Town, matter: str
) -> None:
    complaint = receive(plain_town, at=MORNING, complaint_kind="petition", petition_decided=True, matter_code=matter)

    assert complaint.register().facts()["applied_rule"] == "信访复查复核的规定（已有答复或在复查复核）"


# --- A36: who approves a management transfer ---


def test_a36_a_city_may_leave_management_transfers_to_the_principal_leader(town: Town) -> None:
    complaint = checking(town).check("mainly_management").prepare_management()
    now = town.now
    town.act(
        lambda engine: engine.database.run(
            lambda tx: city.set_rule(tx, "first.management_approver", "principal", "test", now)
        )
    )

    with pytest.raises(InvalidValues) as refused:
        complaint.approve_management()
    assert "主要领导批准" in refused.value.problems["management_outcome"]
    complaint.approve_management("return").prepare_management()
    complaint.approve_management(by=complaint.first.leader)

    assert complaint.waiting == {"acknowledge_management": 1}


# --- corrections (C12) ---


def test_c12_a_corrected_receipt_moves_the_periods_that_count_from_it(town: Town) -> None:
    switch_on(town, "channel.hotline12345")
    complaint = checking(town, channel="hotline_12345")

    correct(complaint, "received_at", "2026-09-29T10:00:00")

    assert due(complaint, "channel") == "2026-10-13T00:00"
    assert complaint.deadline("channel").moves[-1]["why"] == "corrected"


def test_31_a_receipt_corrected_after_the_overdue_leaves_the_overdue(town: Town) -> None:
    switch_on(town, "channel.hotline12345")
    complaint = receive(town, at=MORNING, channel="hotline_12345", received_at="2026-09-21T10:00:00").register()
    town.later(minutes=1)
    assert complaint.deadline("channel").status == "overdue"

    correct(complaint, "received_at", "2026-09-30T09:00:00")

    record = complaint.deadline("channel")
    assert record.overdue_at is not None
    assert due(complaint, "channel") == "2026-10-14T00:00"


def test_c12_who_the_informant_is_is_not_corrected_where_others_read_it(plain_town: Town) -> None:
    complaint = checking(plain_town)

    with pytest.raises(NotFound):
        propose(complaint, "informant_name", "金又换")
    with pytest.raises(InvalidValues):
        propose(complaint, "location", f"{INFORMANT}家隔壁")

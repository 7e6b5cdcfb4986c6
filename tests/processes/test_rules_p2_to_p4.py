"""Rules of assistance, first responsibility and duty disputes (P2 to P4) that no other test names, each on its own."""

from __future__ import annotations

import pytest

from engine.clock import local
from engine.errors import InvalidValues, NotAllowed, Refused
from tests.papers.papers import paper_of
from tests.processes.assistance import ask
from tests.processes.complaint import INFORMANT, SUPERVISOR, Complaint, receive
from tests.processes.dispute import JUSTICE, Dispute, raise_dispute
from tests.processes.town import MORNING, Paper, Town, at


def registered(town: Town, **answers: object) -> Complaint:
    return receive(town, at=MORNING, **answers).register()


def checking(town: Town, **answers: object) -> Complaint:
    return registered(town, **answers).judge()


def negotiating(town: Town) -> Dispute:
    return raise_dispute(town, at=MORNING).dispose().state_position()


def coordinating(town: Town) -> Dispute:
    return negotiating(town).apply().accept().reply()


# --- P2 ---


def test_r21_the_request_is_a_numbered_document_that_a_leader_of_the_town_has_signed(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING)

    request = paper_of(case, "D08")
    assert (request.from_unit, request.to_unit, request.number) == ("qinghe", "ecology", "青政协字〔2026〕1号")
    assert request.signed_by == plain_town.person(case.asking.deputy).person_id


def test_r22b_the_opinion_reaches_the_town_in_writing(town: Town) -> None:
    case = ask(town, at=MORNING).assign().study()
    assert Paper("D09", "ecology", "qinghe", copy=False) not in case.documents()

    case.sign()

    assert Paper("D09", "ecology", "qinghe", copy=False) in case.documents()
    assert case.deadline("opinion").status == "met"


def test_r22b_the_opinion_is_signed_by_a_leader_of_the_department(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING).assign().study().sign()

    opinion = paper_of(case, "D09")
    assert opinion.signed_by == plain_town.person(case.assisting.deputy).person_id
    assert opinion.signed_by != plain_town.person(case.assisting.officer).person_id


def test_a37_asking_for_material_does_not_stop_the_three_working_days(town: Town) -> None:
    case = ask(town, at=MORNING).ask_material()

    assert (case.deadline("opinion").status, case.deadline("opinion").due_at) == ("running", at("2026-10-11T00:00"))


def test_a24_staff_are_sent_within_the_hours_that_the_city_recommends(plain_town: Town) -> None:
    case = ask(plain_town, at=MORNING, evidence_at_risk=True)

    record = case.deadline("onsite_ack")
    assert (record.rule, record.hard, local(record.due_at)) == ("R23", False, local(at("2026-09-30T11:30")))


def test_r86_a_refusal_of_assistance_is_on_record_with_its_grounds_and_shown_to_oversight(town: Town) -> None:
    case = ask(town, at=MORNING)
    with pytest.raises(InvalidValues) as refused:
        case.decline(refusal_grounds=[])
    assert list(refused.value.problems) == ["refusal_grounds"]

    case.decline().answer_refusal("refuse").reply_to_refusal("agree")

    assert case.result == "refused_agreed"
    assert case.facts()["refusal_grounds"] == ["other_department"]
    shown = town.act(lambda engine: engine.instances.instance(town.person(JUSTICE.officer), case.number))
    assert "该事项属市市场监督管理局职责。" in {entry.words for section in shown.sections for entry in section.entries}
    assert town.verify() == []


# --- P3 ---


def test_r61a_nobody_is_asked_to_take_it_before_the_leader_finds_it_clearly_not_the_units_function(town: Town) -> None:
    complaint = registered(town).judge("not_ours")
    assert complaint.asked("confirm_not_ours") == ("qinghe", {"deputy_leader", "principal_leader"})

    complaint.confirm_not_ours("keep")

    assert complaint.waiting == {"check_complaint": 1}


def test_r61b_a_refusal_leaves_the_first_unit_responsible_and_nobody_is_sent_away(town: Town) -> None:
    complaint = registered(town).ask_consent().answer_consent("refuse")

    assert complaint.waiting == {"decide_handling": 1}
    assert complaint.facts()["responsible_unit"] == "qinghe"
    assert "D13" not in {paper.code for paper in complaint.documents()}


def test_r61b_a29_silence_after_one_working_day_is_no_consent(town: Town) -> None:
    complaint = registered(town).ask_consent()

    town.at("2026-10-08T23:59:59")
    assert complaint.waiting == {"answer_consent": 1}
    town.at("2026-10-09T00:00")

    assert complaint.waiting == {"decide_handling": 1}
    assert complaint.facts()["consent_result"] == "no_consent"


def test_r61c_the_person_is_told_where_to_apply_before_the_first_unit_is_released(town: Town) -> None:
    complaint = registered(town).ask_consent().answer_consent("consent")
    assert (complaint.status, complaint.facts()["responsible_unit"]) == ("running", "qinghe")

    complaint.tell_informant()

    told = paper_of(complaint, "D13")
    assert "青河市环城路6号" in str(told.data).replace(" ", "")
    assert "0001-12369" in str(told.data)
    assert complaint.facts()["responsible_unit"] == "ecology"


def test_r62_the_supervision_bureau_coordinates_who_handles_it(town: Town) -> None:
    complaint = registered(town).dispute()
    assert complaint.asked("coordinate_duty") == ("supervision_bureau", {"case_officer"})
    with pytest.raises(NotAllowed):
        complaint.complete("coordinate_duty", "zhouyan.hb", duty_outcome="settled")

    complaint.claim("coordinate_duty", SUPERVISOR)
    complaint.coordinate("ecology")

    assert Paper("D17", "supervision_bureau", "qinghe", copy=False) in complaint.documents()


def test_a31_the_first_unit_is_responsible_and_checks_while_it_is_disputed(town: Town) -> None:
    complaint = registered(town).dispute()

    assert complaint.facts()["responsible_unit"] == "qinghe"
    assert complaint.asked("check_complaint") == ("qinghe", {"case_officer"})
    complaint.check("no_violation").reply_directly()

    assert complaint.result == "answered_no_violation"


def test_r63_it_is_accepted_within_one_recommended_working_day_from_receipt(plain_town: Town) -> None:
    complaint = receive(plain_town, at="2026-03-03T10:00", received_at="2026-03-02T16:00")

    record = complaint.deadline("intake")
    assert (record.rule, record.hard, record.unit_code) == ("R63", False, "qinghe")
    assert record.due_at == at("2026-03-04T00:00")


def test_r64_who_finds_no_violation_answers_the_person_directly(town: Town) -> None:
    complaint = checking(town).check("no_violation")
    assert complaint.asked("reply_directly") == ("qinghe", {"case_officer"})

    complaint.reply_directly()

    assert complaint.result == "answered_no_violation"
    assert complaint.documents()[-1] == Paper("D13", "qinghe", "qinghe", copy=False)


def test_r65_a_violation_that_is_the_units_own_is_filed_and_decided_before_the_reply(town: Town) -> None:
    complaint = checking(town).check("penalty_needed_own")
    assert complaint.waiting == {"file_own_case": 1}

    complaint.file_own_case()
    assert complaint.waiting == {"record_own_decision": 1}
    complaint.record_own_decision().reply()

    assert complaint.result == "handled"
    assert complaint.facts()["own_decision_number"] == "青罚〔2026〕3 号"


def test_r66a_a_violation_of_the_other_side_is_referred_there(town: Town) -> None:
    complaint = checking(town).check("to_refer_violation")

    facts = complaint.referral().facts()
    assert (facts["referring_unit"], facts["receiving_unit"]) == ("qinghe", "ecology")
    assert INFORMANT not in str(facts)


def test_r66b_what_is_mainly_a_management_issue_goes_to_the_unit_that_manages_it(town: Town) -> None:
    complaint = checking(town).check("mainly_management").prepare_management().approve_management()

    assert complaint.asked("acknowledge_management") == ("housing", {"liaison"})
    complaint.acknowledge().reply()

    assert complaint.result == "management_transferred"


def test_r66c_what_is_handed_over_is_put_in_writing(plain_town: Town) -> None:
    complaint = checking(plain_town).check("mainly_management")
    with pytest.raises(InvalidValues) as refused:
        complaint.complete("prepare_management", complaint.first.officer, management_unit="housing")
    assert "management_problem" in refused.value.problems

    complaint.prepare_management().approve_management()

    paper = paper_of(complaint, "D14")
    assert (paper.to_unit, "院落出租登记不全" in str(paper.data)) == ("housing", True)


def test_r16_a_violation_whose_referral_is_not_sent_is_filed_by_the_first_unit(town: Town) -> None:
    complaint = checking(town).check("to_refer_violation")
    referral = complaint.referral().submit()

    referral.complete("approve_referral", "luyuan.qh", approval_outcome="reject", approval_opinion="属本镇管辖。")

    assert (complaint.status, complaint.asked("file_own_case")) == ("running", ("qinghe", {"case_officer"}))


def test_r16_some_unit_is_responsible_from_the_registration_on(town: Town) -> None:
    complaint = registered(town)
    seen = [complaint.facts()["responsible_unit"]]
    for step in (complaint.ask_consent, lambda: complaint.answer_consent("consent"), complaint.tell_informant):
        step()
        seen.append(complaint.facts()["responsible_unit"])

    assert seen == ["qinghe", "qinghe", "qinghe", "ecology"]


# --- P4 ---


def test_r71b_what_the_two_sides_agree_on_is_signed_by_both_principal_leaders(town: Town) -> None:
    dispute = negotiating(town).negotiate("agreed", "qinghe")
    assert dispute.asked("sign_agreement_a") == ("qinghe", {"principal_leader"})
    assert dispute.asked("sign_agreement_b") == ("ecology", {"principal_leader"})

    dispute.sign_agreement("a").sign_agreement("b")

    assert dispute.facts()["dispute_result"] == "settled_by_negotiation"
    assert Paper("D38", "qinghe", "ecology", copy=False) in dispute.documents()


def test_r72_the_justice_bureau_coordinates_what_the_sides_could_not_settle(town: Town) -> None:
    dispute = negotiating(town).apply()
    assert dispute.asked("review_application") == ("justice_bureau", {"case_officer"})
    dispute.accept().reply()
    assert dispute.asked("coordinate_dispute") == ("justice_bureau", {"case_officer"})

    dispute.coordinate("agreement").sign_opinion()

    assert {paper.to_unit for paper in dispute.documents() if paper.code == "D17"} == {"qinghe", "ecology"}


def test_r73a_without_agreement_the_justice_bureau_writes_a_proposal(town: Town) -> None:
    dispute = coordinating(town).coordinate("no_agreement")
    assert dispute.asked("write_proposal") == ("justice_bureau", {"case_officer"})
    with pytest.raises(InvalidValues) as refused:
        dispute.complete(
            "write_proposal", JUSTICE.officer, proposed_unit="ecology", legal_analysis="清单第 1 项列明由市级部门查处。"
        )

    assert list(refused.value.problems) == ["proposal_text"]


def test_r73b_the_proposal_is_submitted_to_the_government_which_rules(town: Town) -> None:
    dispute = coordinating(town).propose()

    assert paper_of(dispute, "D18").from_unit == "justice_bureau"
    unit, roles = dispute.asked("record_ruling")
    assert (unit, "clerk" in roles) == ("city_government", True)


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("negotiation", 5),
        ("position", 2),
        ("review", 3),
        ("reply", 7),
        ("coordination", 15),
        ("proposal", 5),
        ("ruling", 15),
    ],
)
def test_a32_a33_the_periods_of_a_dispute_are_those_of_the_city_and_recommended(
    plain_town: Town, key: str, days: int
) -> None:
    dispute = coordinating(plain_town).propose()

    record = dispute.deadline(key)
    assert (record.kind, record.number, record.hard) == ("working_days", days, False)


def test_a32_an_application_is_forwarded_in_the_step_that_accepts_it(plain_town: Town) -> None:
    dispute = negotiating(plain_town).apply()
    plain_town.later(hours=1)

    dispute.accept()

    assert dispute.facts()["forwarded_at"] == plain_town.now


def test_a29_a_late_consent_is_refused(plain_town: Town) -> None:
    complaint = registered(plain_town).ask_consent()
    plain_town.asleep_until("2026-10-09T00:00")

    with pytest.raises(Refused):
        complaint.answer_consent("consent")
